"""Writes scores.json: what sacreBLEU 2.6.0 (numpy 2) says of small odd corpora.

    pip install sacrebleu==2.6.0; python scores.py > scores.json
"""
import json
import random
import sys

import numpy
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from odd_text import corpus, sentence

BLEUS = {
    "13a": dict(),
    "13a_lower_case": dict(lowercase=True),
    "none": dict(tokenize="none"),
    "none_lower_case": dict(tokenize="none", lowercase=True),
    "smooth_none": dict(smooth_method="none"),
    "smooth_floor": dict(smooth_method="floor"),
    "smooth_add_k": dict(smooth_method="add-k", smooth_value=0.5),
    "effective_order": dict(effective_order=True),
}
CHRFS = {
    "chrf2": dict(),
    "chrf2_lower_case": dict(lowercase=True),
    "chrf_plus_plus": dict(word_order=2),
    "chrf3_order_4": dict(char_order=4, beta=3),
}
SIGMAS = ["ΣΑΣ", "Σ", "ΑΣ'Σ", "ΑΣ.", "Α\u0345Σ", "ᵃΣ", "ΑΣ\u00ad", "aΣb", "ΑΣ ΣΑ"]


def rng_of_seed():
    return numpy.random.default_rng(12345)


def scores(references, hypotheses):
    found = {}
    for name, options in BLEUS.items():
        metric = BLEU(**options)
        score = metric.corpus_score(hypotheses, [references])
        found[name] = [score.score, score.bp, *score.precisions]
    for name, options in CHRFS.items():
        found[name] = [CHRF(**options).corpus_score(hypotheses, [references]).score]
    return found


def paired(references, systems):
    found = {}
    named = [(str(i), lines) for i, lines in enumerate(systems)]
    for test in ("bs", "ar"):
        metrics = {"BLEU": BLEU(references=[references]), "chrF2": CHRF(references=[references])}
        samples = 200 if test == "bs" else 500
        signatures, results = PairedTest(named, metrics, references=None, test_type=test,
                                         n_samples=samples)()
        for metric in ("BLEU", "chrF2"):
            found[f"{test} {metric}"] = [
                [None if x is None else float(x) for x in (r.score, r.mean, r.ci, r.p_value)]
                for r in results[metric]
            ]
    return found


def main():
    assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
    assert numpy.__version__.startswith("2."), numpy.__version__
    corpora = []
    for seed in range(60):
        references, (hypotheses,) = corpus(seed, 1 + seed % 5, line_ends=True)
        corpora.append({"references": references, "hypotheses": hypotheses,
                        "scores": scores(references, hypotheses)})
    rng = random.Random(1)
    tokenizer = Tokenizer13a()
    tokens = [[text, tokenizer(text)] for text in (sentence(rng, True) for _ in range(150))]
    lower = sorted({chr(c) for c in range(0x80, 0x2000) if chr(c).lower() != chr(c)})
    pair = []
    for seed in (1, 2):
        references, systems = corpus(1000 + seed, 40, systems=3)
        pair.append({"references": references, "systems": systems,
                     "tests": paired(references, systems)})
    signatures = {}
    for metrics, table in ((BLEU, BLEUS), (CHRF, CHRFS)):
        for name, options in table.items():
            metric = metrics(**options)
            metric.corpus_score(["a"], [["a"]])
            signatures[name] = metric.get_signature().format()
    json.dump({"corpora": corpora, "tokens_13a": tokens, "paired": pair,
               "signatures": signatures,
               "lower_case": [[text, text.lower()] for text in lower + SIGMAS],
               "choice_1000": rng_of_seed().choice(1000, 40).tolist(),
               "booleans": rng_of_seed().integers(2, size=80, dtype=bool).tolist()},
              sys.stdout, ensure_ascii=True, indent=None, separators=(",", ":"))


main()
