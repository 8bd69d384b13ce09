"""The comparison with the baseline from an exported CSV, by pandas and scipy alone.

usage: outside_check.py FOLDER METRIC FACTOR BASELINE_LEVEL
Prints JSON: level -> pairs, mean difference, 95% t interval, exact sign-flip p.
"""
import json
import sys

import numpy
import pandas
from scipy import stats

folder, metric, factor, baseline = sys.argv[1:]
trials = pandas.read_csv(f"{folder}/trials.csv")
values = trials[trials.state == "done"].pivot(index="seed", columns=factor, values=metric)
out = {}
for level in values.columns:
    if level == baseline:
        continue
    differences = (values[level] - values[baseline]).dropna().to_numpy()
    low, high = stats.t.interval(0.95, len(differences) - 1, differences.mean(), stats.sem(differences))
    test = stats.permutation_test((differences, ), numpy.mean, permutation_type="samples",
                                  n_resamples=numpy.inf, alternative="two-sided")
    out[level] = {"pairs": len(differences), "difference": differences.mean(), "low": low, "high": high,
                  "p": test.pvalue}
print(json.dumps(out))
