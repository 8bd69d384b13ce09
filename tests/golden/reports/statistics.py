"""Writes statistics.txt: numbers of independent programs for tests/reports/statistics_test.cc.

    python3 -m venv VENV && VENV/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    VENV/bin/python statistics.py > statistics.txt
"""
import numpy, scipy, statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

SAMPLES = {
    "bleu": [34.1, 33.2, 35.7, 34.9, 33.8],
    "other": [33.0, 33.4, 34.2, 33.9, 33.9],
    "ten": [0.12, -0.4, 1.7, 0.33, 0.9, 1.1, -0.2, 0.6, 0.05, 0.71],
    "ties": [1.0, 1.0, 2.0, 2.0, 2.0, 3.0],
    "twenty": [0.3, -0.1, 0.8, 0.25, -0.6, 0.9, 1.3, -0.05, 0.44, 0.72,
               -0.31, 0.66, 0.12, 0.5, -0.2, 0.93, 0.07, 0.61, -0.44, 0.38],
    "huge": [1.5e300, 2.5e300, 1.0e300],
    "tiny": [1.5e-300, 2.5e-300, 1.0e-300],
}
P_VALUES = [0.011, 0.02, 0.0004, 0.31, 0.049, 0.02, 1.0]


def line(name, *values):
    print(name, *(v if isinstance(v, str) else repr(float(v)) for v in values))


print(f"# scipy {scipy.__version__}, statsmodels {statsmodels.__version__},"
      f" numpy {numpy.__version__}")
for name, values in SAMPLES.items():
    line("data", name, *values)
    line("mean", name, numpy.mean(values))
    line("median", name, numpy.median(values))
    line("iqm", name, stats.trim_mean(values, 0.25))
    if name not in ("huge", "tiny"):
        line("sd", name, numpy.std(values, ddof=1))
        low, high = stats.t.interval(0.95, len(values) - 1, numpy.mean(values), stats.sem(values))
        line("interval", name, low, high)
        flips = stats.permutation_test(
            (numpy.array(values) - 0.2,), lambda x, axis: numpy.sum(x, axis=axis),
            permutation_type="samples", n_resamples=numpy.inf, vectorized=True)
        line("flips", name, flips.pvalue)
for probability, degrees in [(0.975, 1), (0.975, 4), (0.995, 9), (0.9, 2.5), (0.025, 30)]:
    line("quantile", probability, degrees, stats.t.ppf(probability, degrees))
line("p", *P_VALUES)
line("holm", *multipletests(P_VALUES, method="holm")[1])
line("bh", *multipletests(P_VALUES, method="fdr_bh")[1])
for x, y in [("bleu", "other"), ("ties", "bleu"), ("ties", "ties"), ("ten", "twenty")]:
    u = stats.mannwhitneyu(SAMPLES[x], SAMPLES[y]).statistic
    line("superiority", x, y, u / (len(SAMPLES[x]) * len(SAMPLES[y])))
for effect, n, alpha in [(0.5, 10, 0.05), (1.2, 5, 0.05), (2.0, 4, 0.01), (0.1, 50, 0.005)]:
    line("power", effect, n, alpha, TTestPower().power(effect, n, alpha))
for effect, alpha in [(0.5, 0.05), (1.2, 0.05), (0.3, 0.0045), (2.5, 0.0045)]:
    line("pairs", effect, alpha, numpy.ceil(TTestPower().solve_power(effect, None, alpha, 0.8)))
