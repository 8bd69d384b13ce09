"""The comparison of a sweep, computed with scipy alone.

usage: comparison.py VALUES.csv ARM BASELINE

VALUES.csv has a header and the columns arm, context, seed, value. Prints one
JSON object for each context: the paired difference of ARM less BASELINE, its 95%
t interval, the p of the paired t test, the exact two-sided sign-flip p, its Holm
adjustment over the contexts, and P(X > Y).
"""
import csv
import json
import sys

import numpy
from scipy import stats

rows = list(csv.DictReader(open(sys.argv[1])))
arm, baseline = sys.argv[2:4]
answer = {}
for context in sorted({row["context"] for row in rows}, key=float):
    sides = [
        {row["seed"]: float(row["value"]) for row in rows
         if row["context"] == context and float(row["arm"]) == float(name)}
        for name in (arm, baseline)
    ]
    seeds = sorted(sides[0].keys() & sides[1].keys(), key=int)
    x, y = (numpy.array([side[seed] for seed in seeds]) for side in sides)
    test = stats.permutation_test(
        (x - y,), lambda d, axis: numpy.mean(d, axis=axis), permutation_type="samples",
        n_resamples=numpy.inf, vectorized=True)
    interval = stats.t.interval(0.95, len(seeds) - 1, loc=numpy.mean(x - y),
                                scale=stats.sem(x - y))
    answer[f"{float(context):g}"] = {
        "pairs": len(seeds),
        "difference": float(numpy.mean(x - y)),
        "low": float(interval[0]),
        "high": float(interval[1]),
        "p": float(test.pvalue),
        "own_p": float(stats.ttest_rel(x, y).pvalue),
        "superiority": float(stats.mannwhitneyu(x, y).statistic) / (len(x) * len(y)),
    }
running = 0.0
for rank, context in enumerate(sorted(answer, key=lambda name: answer[name]["p"])):
    running = max(running, min(1.0, (len(answer) - rank) * answer[context]["p"]))
    answer[context]["holm_p"] = running
json.dump(answer, sys.stdout)
