"""BLEU and chrF of 1,000 sentences: score_bench beside sacreBLEU, in turn.

usage: score_bench.py SCORE_BENCH      (5 pairs in turn; median and range)
"""
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

SENTENCES = 1000
REPEATS = 7


def sentences(seed):
    """Captions' lengths, words as frequent as in a text (Zipf), some punctuation."""
    rng = random.Random(seed)
    letters = "etaonirshdlucmfwypvbgkäöüß"
    words = ["".join(rng.choice(letters) for _ in range(rng.randint(2, 10))) for _ in range(5000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    references, hypotheses = [], []
    for _ in range(SENTENCES):
        reference = rng.choices(words, weights, k=rng.randint(6, 20))
        hypothesis = [rng.choices(words, weights)[0] if rng.random() < 0.3 else word
                      for word in reference]
        references.append(" ".join(reference).capitalize() + ".")
        hypotheses.append(" ".join(hypothesis).capitalize() + ".")
    return references, hypotheses


def main(program):
    references, hypotheses = sentences(1)
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("reference", "hypotheses")]
        for path, lines in zip(paths, (references, hypotheses)):
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        ours = subprocess.Popen([program, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True)
        work = {"bleu": [BLEU()], "chrf": [CHRF()], "both": [BLEU(), CHRF()]}
        for what, metrics in work.items():
            peer_s, ours_s = [], []
            for _ in range(REPEATS):
                begin = time.perf_counter()
                wanted = [m.corpus_score(hypotheses, [references]).score for m in metrics]
                peer_s.append(time.perf_counter() - begin)
                print(what, file=ours.stdin, flush=True)
                bleu, chrf, took = map(float, ours.stdout.readline().split())
                ours_s.append(took)
                found = {"bleu": [bleu], "chrf": [chrf], "both": [bleu, chrf]}[what]
                assert all(abs(a - b) <= 1e-9 for a, b in zip(found, wanted)), (found, wanted)
            ratio = statistics.median(peer_s) / statistics.median(ours_s)
            print(f"{what:5} of {SENTENCES} sentences: polysweep median "
                  f"{1e3 * statistics.median(ours_s):7.2f} ms "
                  f"({1e3 * min(ours_s):.2f}..{1e3 * max(ours_s):.2f}), sacreBLEU "
                  f"{sacrebleu.__version__} {1e3 * statistics.median(peer_s):8.1f} ms "
                  f"({1e3 * min(peer_s):.1f}..{1e3 * max(peer_s):.1f}): {ratio:.1f}x"
                  + ("   goal >= 20x" if what == "both" else ""))
        ours.stdin.close()
        ours.wait()


main(sys.argv[1])
