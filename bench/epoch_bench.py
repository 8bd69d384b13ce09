"""Epochs with their validation: epoch_bench beside a plain loop, in turn.

usage: epoch_bench.py EPOCH_BENCH      (epochs in turn; median and range)

The peer is the loop that one writes first around torch.nn.Transformer: shuffled
batches of a fixed number of sentences, each padded to its longest, masks for padding
and future, one embedding for source, target and output, label smoothing 0.1, Adam,
then the validation loss. Its batches have as many target tokens as ours on the mean,
and it has as many parameters, so both make about the same number of updates over the
same sentences; its first losses need not be ours. One thread each.
"""
import json
import math
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import torch
from torch import nn

REPEATS = 5
DROPOUT = 0.1
PAD = 0
BATCH_TOKENS = {"small": 1024, "anchor": 4096}


class Model(nn.Module):
    def __init__(self, vocabulary, width, inner, heads, layers, longest):
        super().__init__()
        self.width = width
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=width ** -0.5)
        position = torch.arange(longest).unsqueeze(1)
        rate = 10000 ** (-torch.arange(0, width, 2) / width)
        table = torch.zeros(longest, width)
        table[:, 0::2], table[:, 1::2] = torch.sin(position * rate), torch.cos(position * rate)
        self.register_buffer("table", table)
        self.dropout = nn.Dropout(DROPOUT)
        self.transformer = nn.Transformer(width, heads, layers, layers, inner, DROPOUT,
                                          batch_first=True)

    def embed(self, tokens):
        x = self.embedding(tokens) * math.sqrt(self.width)
        return self.dropout(x + self.table[:tokens.size(1)])

    def forward(self, source, target):
        hidden = self.transformer(
            self.embed(source), self.embed(target),
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(target.size(1)),
            src_key_padding_mask=source == PAD, tgt_key_padding_mask=target == PAD,
            memory_key_padding_mask=source == PAD)
        return hidden @ self.embedding.weight.t()


def padded(sentences):
    return nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sentences], batch_first=True,
                                     padding_value=PAD)


class Loop:
    def __init__(self, folder, shape):
        sizes = json.loads((folder / "sizes.json").read_text())
        shapes = dict(sizes["weights"])
        vocabulary, width = shapes["embedding"]
        inner = shapes["encoder.0.feed_forward.inner.weight"][0]
        self.model = Model(vocabulary, width, inner, sizes["heads"], sizes["layers"],
                           sizes["longest"])
        self.parameters = sum(p.numel() for p in self.model.parameters())
        self.ours = sum(math.prod(shape) for _, shape in sizes["weights"])
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-4, betas=(0.9, 0.98))
        self.loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
        self.train = json.loads((folder / "train.json").read_text())
        self.valid = json.loads((folder / "valid.json").read_text())
        mean = statistics.mean(len(output) for _, _, output in self.train)
        self.sentences = round(BATCH_TOKENS[shape] / mean)
        self.cells = self.tokens = 0

    def step(self, pairs):
        source, target, output = (padded(side) for side in zip(*pairs))
        logits = self.model(source, target)
        return self.loss(logits.flatten(0, 1), output.flatten())

    def batches(self, pairs):
        for first in range(0, len(pairs), self.sentences):
            yield pairs[first:first + self.sentences]

    def count(self, pairs):
        for side in (0, 1):
            lengths = [len(pair[side]) for pair in pairs]
            self.tokens += sum(lengths)
            self.cells += len(lengths) * max(lengths)

    def epoch(self):
        begin = time.perf_counter()
        random.shuffle(self.train)
        self.model.train()
        for pairs in self.batches(self.train):
            self.adam.zero_grad()
            loss = self.step(pairs)
            loss.backward()
            self.adam.step()
            assert math.isfinite(loss.item())
        self.model.eval()
        with torch.no_grad():
            sum(self.step(pairs).item() for pairs in self.batches(self.valid))
        took = time.perf_counter() - begin
        for pairs in self.batches(self.train):
            self.count(pairs)
        return sum(len(output) for _, _, output in self.train), took


def measure(program, shape):
    random.seed(1)
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as name:
        ours = subprocess.Popen([program, shape, name], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        padding = float(ours.stdout.readline())
        peer = Loop(pathlib.Path(name), shape)
        # nn.Transformer has a last norm on each stack, which post-LN does not need.
        extra = peer.parameters - peer.ours
        assert 0 <= extra <= 8 * peer.model.width, extra

        def run_ours():
            print("go", file=ours.stdin, flush=True)
            tokens, seconds = ours.stdout.readline().split()
            return int(tokens), float(seconds)

        rates = []
        for _ in range(REPEATS):
            mine, theirs = run_ours(), peer.epoch()
            assert mine[0] == theirs[0], (mine, theirs)
            rates.append((mine[0] / mine[1], theirs[0] / theirs[1]))
        ours.stdin.close()
        ours.wait()
    mine, theirs = zip(*rates)
    ratios = [a / b for a, b in rates]
    print(f"{shape:6} epoch and validation: polysweep median {statistics.median(mine):.0f} target "
          f"tokens/s ({min(mine):.0f}..{max(mine):.0f}), nn.Transformer in PyTorch "
          f"{torch.__version__} {statistics.median(theirs):.0f} ({min(theirs):.0f}.."
          f"{max(theirs):.0f}): ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}.."
          f"{max(ratios):.2f})   goal >= 2.5\n"
          f"       padding: none is computed; batches by length would have {padding:.1%}, "
          f"shuffled ones have {1 - peer.tokens / peer.cells:.1%}")


warnings.filterwarnings("ignore", message=".*nested tensors.*")
torch.set_num_threads(1)
torch.set_num_interop_threads(1)
for shape_name in BATCH_TOKENS:
    measure(sys.argv[1], shape_name)
