"""Beam-5 decoding of 1,000 sentences: decode_bench beside CTranslate2, in turn.

usage: decode_bench.py DECODE_BENCH      (pairs in turn; median and range)

Both sides have the same weights (random), the same sources, float32, one thread and
beam 5, and every hypothesis has the same number of tokens: CTranslate2 by a smallest
and a largest length, polysweep by a longest length and no end token. How sentences
are put into batches is each side's own; CTranslate2 is given several sizes in each
turn, and the one with the best median counts. Most translations must be the same
token for token before anything is timed (ties and the last bits of sums may differ).
"""
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import ctranslate2
import numpy
from ctranslate2.specs import common_spec, transformer_spec

REPEATS = 7
STEPS = 16
BEAM = 5
AGREE = 0.95  # of the translations, at least
BATCHES = (512, 2048, 8192)  # source tokens


def sinusoids(longest, width):
    position = numpy.arange(longest)[:, None]
    frequency = 10000 ** (-numpy.arange(0, width, 2) / width)
    table = numpy.zeros((longest, width))
    table[:, 0::2] = numpy.sin(position * frequency)
    table[:, 1::2] = numpy.cos(position * frequency)
    return table.astype(numpy.float32)


def weights_of(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    raw = numpy.fromfile(folder / "weights.bin", dtype=numpy.float32)
    weights, at = {}, 0
    for name, shape in sizes["weights"]:
        size = math.prod(shape)
        weights[name] = raw[at:at + size].reshape(shape).copy()
        at += size
    return sizes, weights


def convert(folder):
    """Our model as one of CTranslate2's, in FOLDER/peer."""
    sizes, weights = weights_of(folder)
    vocabulary, width = weights["embedding"].shape
    spec = transformer_spec.TransformerSpec.from_config(
        (sizes["layers"], sizes["layers"]), sizes["heads"], pre_norm=False,
        activation=common_spec.Activation.RELU)
    table = sinusoids(sizes["longest"], width)

    def linear(into, name):
        into.weight = weights[name + ".weight"]
        into.bias = weights[name + ".bias"]

    def norm(into, name):
        into.gamma = weights[name + ".weight"]
        into.beta = weights[name + ".bias"]

    for side, stack in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        embeddings = stack.embeddings
        (embeddings[0] if isinstance(embeddings, list) else embeddings).weight = weights["embedding"]
        stack.scale_embeddings = True
        stack.position_encodings.encodings = table
        for number, layer in enumerate(stack.layer):
            at = f"{side}.{number}."
            linear(layer.self_attention.linear[0], at + "self.qkv")
            linear(layer.self_attention.linear[1], at + "self.out")
            norm(layer.self_attention.layer_norm, at + "self.norm")
            if side == "decoder":
                linear(layer.attention.linear[0], at + "cross.q")
                linear(layer.attention.linear[1], at + "cross.kv")
                linear(layer.attention.linear[2], at + "cross.out")
                norm(layer.attention.layer_norm, at + "cross.norm")
            linear(layer.ffn.linear_0, at + "feed_forward.inner")
            linear(layer.ffn.linear_1, at + "feed_forward.outer")
            norm(layer.ffn.layer_norm, at + "feed_forward.norm")
    spec.decoder.projection.weight = weights["embedding"]
    spec.decoder.projection.bias = numpy.zeros(vocabulary, dtype=numpy.float32)
    names = ["<unk>", "<s>", "</s>"] + [str(i) for i in range(3, vocabulary)]
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = names[:3]
    spec.config.add_source_bos = False
    spec.config.add_source_eos = False
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    (folder / "peer").mkdir()
    spec.save(str(folder / "peer"))
    return names


def measure(program, shape):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours = subprocess.Popen([program, shape, str(STEPS), name], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        assert ours.stdout.readline().strip() == "ready"
        names = convert(folder)
        sources = [[names[t] for t in s] for s in json.loads((folder / "sources.json").read_text())]
        wanted = json.loads((folder / "outputs.json").read_text())
        peer = ctranslate2.Translator(str(folder / "peer"), device="cpu", compute_type="float32",
                                      inter_threads=1, intra_threads=1)

        def translate(batch):
            return peer.translate_batch(
                sources, beam_size=BEAM, length_penalty=1, min_decoding_length=STEPS,
                max_decoding_length=STEPS, max_batch_size=batch, batch_type="tokens")

        def run_peer(batch):
            begin = time.perf_counter()
            translate(batch)
            return time.perf_counter() - begin

        def run_ours():
            print("go", file=ours.stdin, flush=True)
            return float(ours.stdout.readline())

        found = [[int(t) if t.isdigit() else names.index(t) for t in r.hypotheses[0]]
                 for r in translate(BATCHES[0])]
        assert all(len(tokens) == STEPS for tokens in found + wanted)
        same = sum(a == b for a, b in zip(found, wanted)) / len(found)
        assert same >= AGREE, f"only {same:.1%} of the translations agree"
        mine, by_size = [], {size: [] for size in BATCHES}
        for _ in range(REPEATS):
            mine.append(run_ours())
            for size, times in by_size.items():
                times.append(run_peer(size))
        batch = min(BATCHES, key=lambda size: statistics.median(by_size[size]))
        theirs = by_size[batch]
        ours.stdin.close()
        ours.wait()
    ratios = [b / a for a, b in zip(mine, theirs)]
    print(f"{shape:6} {len(sources)} sentences, beam {BEAM}, {STEPS} tokens each: polysweep median "
          f"{statistics.median(mine):.2f} s ({min(mine):.2f}..{max(mine):.2f}), CTranslate2 "
          f"{ctranslate2.__version__} {statistics.median(theirs):.2f} s ({min(theirs):.2f}.."
          f"{max(theirs):.2f}, batches of {batch} tokens): speed ratio "
          f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})   goal >= 1.0\n"
          f"       the same translation in {same:.1%} of the sentences")


for shape_name in ("small", "anchor"):
    measure(sys.argv[1], shape_name)
