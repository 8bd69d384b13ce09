"""Prints the table of docs/statistics.md: how often the interval of a speedup holds the true ratio.

    VENV/bin/python convergence_coverage.py    (a minute; numpy and scipy as for convergence.py)
"""
import numpy as np
from scipy import stats

SIMULATIONS, TRUE_RATIO, SHARED = 4000, 0.7, 0.5
rng = np.random.default_rng(1)


def coverage(seeds, spread, grid):
    """Of the joined interval, and of the t interval of first evaluations at the target."""
    level = 600 * np.exp(rng.uniform(-0.5, 0.5, (SIMULATIONS, 1)))  # any phase of the grid
    common = rng.normal(size=(SIMULATIONS, seeds)) * np.sqrt(SHARED)

    def first_evaluation(centre):
        own = rng.normal(size=(SIMULATIONS, seeds)) * np.sqrt(1 - SHARED)
        return np.ceil(centre * np.exp(spread * (common + own)) / grid) * grid
    base, cell = first_evaluation(level), first_evaluation(TRUE_RATIO * level)

    def interval(x):
        half = stats.t.ppf(0.975, seeds - 1) * x.std(1, ddof=1) / np.sqrt(seeds)
        return x.mean(1) - half, x.mean(1) + half
    with np.errstate(all="ignore"):
        lows, highs = np.log((cell - grid) / base), np.log(cell / (base - grid))
        ends = [interval(x) for x in (np.log(cell / base), lows, highs)]
    low = np.where(np.isfinite(lows).all(1), np.fmin.reduce([e[0] for e in ends]), -np.inf)
    high = np.where(np.isfinite(highs).all(1), np.fmax.reduce([e[1] for e in ends]), np.inf)
    truth = np.log(TRUE_RATIO)
    plain = ends[0]
    return np.mean((low <= truth) & (truth <= high)), np.mean((plain[0] <= truth) & (truth <= plain[1]))


for seeds in (3, 5, 10):
    for spread in (0.02, 0.1, 0.3):
        cells = ["{:.3f} ({:.3f})".format(*coverage(seeds, spread, grid)) for grid in (10, 50, 100, 300)]
        print("|", " | ".join([str(seeds), str(spread)] + [c.replace("0.", ".") for c in cells]), "|")
