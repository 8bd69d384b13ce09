"""Training steps of one model: step_bench beside PyTorch eager, in turn.

usage: step_bench.py STEP_BENCH        (pairs in turn; median and range)

Both sides start from the same weights, see the same batches, use one thread and
the same mathematics: embeddings scaled by sqrt(M) plus sinusoids, post-LN, ReLU,
one embedding for source, target and output, label smoothing 0.1, Adam, dropout
0.1 on embeddings and residuals. PyTorch works on padded batches, fused query, key
and value, and its own fused attention where it has one. The first batch's loss
must agree before anything is timed.
"""
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torch.nn.functional as F

REPEATS = 7
DROPOUT = 0.1
WORK = {"small": 40, "anchor": 12}  # updates a turn
PAD = 0


def sinusoids(longest, width):
    position = torch.arange(longest, dtype=torch.float64).unsqueeze(1)
    frequency = 10000 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    table = torch.zeros(longest, width, dtype=torch.float64)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table.float()


def attention(q, k, v, mask, causal):
    """q [B, H, T, D]; mask [B, 1, 1, S] bool, True where a key is."""
    if hasattr(F, "scaled_dot_product_attention"):
        if causal:  # padding stands behind every query that counts
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if causal:
        size = q.size(2)
        mask = torch.ones(size, size, dtype=torch.bool).tril()
    return scores.masked_fill(~mask, -torch.inf).softmax(-1) @ v


class Model(torch.nn.Module):
    def __init__(self, folder):
        super().__init__()
        sizes = json.loads((folder / "sizes.json").read_text())
        self.heads, self.layers = sizes["heads"], sizes["layers"]
        raw = torch.frombuffer(bytearray((folder / "weights.bin").read_bytes()), dtype=torch.float32)
        self.weights = torch.nn.ParameterDict()
        at = 0
        for name, shape in sizes["weights"]:
            size = math.prod(shape)
            self.weights[name.replace(".", "_")] = torch.nn.Parameter(
                raw[at:at + size].reshape(shape).clone())
            at += size
        self.width = self.weights["embedding"].size(1)
        self.register_buffer("table", sinusoids(sizes["longest"], self.width))

    def linear(self, x, name):
        return F.linear(x, self.weights[name + "_weight"], self.weights[name + "_bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (self.width,), self.weights[name + "_weight"],
                            self.weights[name + "_bias"])

    def embed(self, tokens):
        x = F.embedding(tokens, self.weights["embedding"]) * math.sqrt(self.width)
        return F.dropout(x + self.table[:tokens.size(1)], DROPOUT, self.training)

    def split(self, x, parts):
        shape = (x.size(0), x.size(1), parts, self.heads, self.width // self.heads)
        return x.view(shape).permute(2, 0, 3, 1, 4)

    def joined(self, x):
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), self.width)

    def add(self, x, y, norm):
        return self.norm(x + F.dropout(y, DROPOUT, self.training), norm)

    def stack(self, x, mask, name, memory=None, memory_mask=None):
        for layer in range(self.layers):
            at = f"{name}_{layer}_"
            q, k, v = self.split(self.linear(x, at + "self_qkv"), 3)
            y = attention(q, k, v, mask, memory is not None)
            x = self.add(x, self.linear(self.joined(y), at + "self_out"), at + "self_norm")
            if memory is not None:
                q, = self.split(self.linear(x, at + "cross_q"), 1)
                k, v = self.split(self.linear(memory, at + "cross_kv"), 2)
                y = attention(q, k, v, memory_mask, False)
                x = self.add(x, self.linear(self.joined(y), at + "cross_out"), at + "cross_norm")
            y = self.linear(F.relu(self.linear(x, at + "feed_forward_inner")),
                            at + "feed_forward_outer")
            x = self.add(x, y, at + "feed_forward_norm")
        return x

    def loss(self, source, target, output):
        source_mask = (source != PAD)[:, None, None, :]
        memory = self.stack(self.embed(source), source_mask, "encoder")
        hidden = self.stack(self.embed(target), None, "decoder", memory, source_mask)
        logits = F.linear(hidden, self.weights["embedding"])
        return F.cross_entropy(logits.flatten(0, 1), output.flatten(), ignore_index=PAD,
                               label_smoothing=0.1, reduction="sum")


def padded(sentences):
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sentences], batch_first=True,
                                           padding_value=PAD)


class Peer:
    """Its batches are made before the clock starts; ours are made while it runs."""

    def __init__(self, folder):
        self.model = Model(folder)
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-8)
        self.batches = []
        for source, target, output in json.loads((folder / "batches.json").read_text()):
            ends = [sum(map(len, target[:i + 1])) for i in range(len(target))]
            outputs = [output[end - len(row):end] for end, row in zip(ends, target)]
            self.batches.append((padded(source), padded(target), padded(outputs), len(output)))
        self.next = 0

    def first_loss(self):
        self.model.eval()
        with torch.no_grad():
            *batch, tokens = self.batches[0]
            loss = self.model.loss(*batch).item() / tokens
        self.model.train()
        return loss

    def steps(self, count):
        tokens = 0
        begin = time.perf_counter()
        for _ in range(count):
            *batch, size = self.batches[self.next]
            self.adam.zero_grad(set_to_none=True)
            loss = self.model.loss(*batch) / size
            loss.backward()
            assert math.isfinite(loss.item())
            self.adam.step()
            tokens += size
            self.next += 1
        return tokens, time.perf_counter() - begin


def measure(program, shape):
    turn = WORK[shape]
    updates = turn * (REPEATS + 1)
    with tempfile.TemporaryDirectory() as folder:
        ours = subprocess.Popen([program, shape, str(updates), str(DROPOUT), folder],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def run_ours(count):
            print(count, file=ours.stdin, flush=True)
            tokens, seconds = ours.stdout.readline().split()
            return int(tokens), float(seconds)

        wanted = float(ours.stdout.readline())
        peer = Peer(pathlib.Path(folder))
        found = peer.first_loss()
        assert abs(found - wanted) < 1e-5 * wanted, (found, wanted)
        rates = []
        for repeat in range(REPEATS + 1):
            mine, theirs = run_ours(turn), peer.steps(turn)
            assert mine[0] == theirs[0]
            if repeat > 0:  # the first turn warms up
                rates.append((mine[0] / mine[1], theirs[0] / theirs[1]))
        ours.stdin.close()
        ours.wait()
    mine, theirs = zip(*rates)
    ratios = [a / b for a, b in rates]
    print(f"{shape:6} polysweep median {statistics.median(mine):7.0f} target tokens/s "
          f"({min(mine):.0f}..{max(mine):.0f}), PyTorch {torch.__version__} "
          f"{statistics.median(theirs):7.0f} ({min(theirs):.0f}..{max(theirs):.0f}): ratio "
          f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})   goal >= 1.3")


torch.set_num_threads(1)
torch.set_num_interop_threads(1)
for name in WORK:
    measure(sys.argv[1], name)
