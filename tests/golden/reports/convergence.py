"""Writes convergence.txt: numbers of an independent program for tests/reports/convergence_test.cc.

    python3 -m venv VENV && VENV/bin/pip install scipy==1.17.1
    VENV/bin/python convergence.py > convergence.txt
"""
import numpy as np, scipy
from scipy import stats

INF = float("inf")
rng = np.random.default_rng(20261128)


def line(name, *values):
    print(name, *(v if isinstance(v, str) else repr(float(v)) for v in values))


def t_interval(x, confidence):
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * stats.sem(x)
    return np.mean(x) - half, np.mean(x) + half


def ratio(pairs, confidence):
    """(is geometric mean, ratio, bounds, interval or None, never of cell, never of baseline)"""
    cell_low, cell_high, base_low, base_high = np.array(pairs, float).T
    never = (np.isinf(cell_high).sum(), np.isinf(base_high).sum())
    with np.errstate(all="ignore"):
        low, high, at = cell_low / base_high, cell_high / base_low, cell_high / base_high
        low, high = np.where(np.isnan(low), 0, low), np.where(np.isnan(high), INF, high)
        log_low, log_high, log_at = np.log(low), np.log(high), np.log(at)
    n = len(pairs)
    if np.all(np.isfinite(log_at)):
        bounds = np.exp(np.mean(log_low)), np.exp(np.mean(log_high))
        interval = None
        if n > 1:
            ends = [t_interval(log_at, confidence)]
            ends += [t_interval(x, confidence) for x in (log_low, log_high) if np.all(np.isfinite(x))]
            interval = (0 if np.any(low == 0) else np.exp(min(e[0] for e in ends)),
                        INF if np.any(np.isinf(high)) else np.exp(max(e[1] for e in ends)))
        return True, np.exp(np.mean(log_at)), bounds, interval, *never
    low, high = np.sort(low), np.sort(high)

    def median(x, side):
        a, b = x[(n - 1) // 2], x[n // 2]
        if a == b or a == 0 or np.isinf(b):
            return side(a, b)
        return np.sqrt(a * b)
    k = max([k for k in range(1, n // 2 + 1) if 2 * stats.binom.cdf(k - 1, n, 0.5) <= 1 - confidence],
            default=0)
    interval = (low[k - 1], high[n - k]) if k else None
    return False, np.nan, (median(low, min), median(high, max)), interval, *never


def print_ratio(name, pairs, confidence):
    geometric, value, bounds, interval, cell, base = ratio(pairs, confidence)
    line(name, confidence, *np.array(pairs, float).ravel())
    line("gives", float(geometric), value, *bounds, *(interval or (np.nan, np.nan)), cell, base)


def spending(grid, last):
    kind = rng.random()
    step = rng.integers(1, last // grid + 1) * grid
    return (step - grid, step) if kind > 0.1 else (step, INF) if kind > 0.05 else (INF, INF)


print(f"# numpy {np.__version__}, scipy {scipy.__version__}")
# By hand: ties, reached at the first evaluation, at step 0, never, diverged, one pair.
for pairs in ([(100, 200, 100, 200)] * 3,
              [(0, 100, 100, 200), (100, 200, 200, 300), (100, 200, 300, 400)],
              [(100, 200, 0, 100), (100, 200, 200, 300)],
              [(0, 0, 100, 200), (100, 200, 100, 200), (100, 200, 200, 300)],
              [(400, INF, 100, 200), (400, INF, 200, 300), (400, INF, 100, 200),
               (100, 200, 200, 300), (200, 300, 200, 300)],
              [(100, 200, 400, INF), (100, 200, 200, 300), (400, INF, 400, INF)],
              [(INF, INF, 100, 200), (INF, INF, 400, INF), (INF, INF, 100, 200)],
              [(INF, INF, INF, INF)],
              [(200, 300, 400, 500)],
              [(400, INF, 100, 200)]):
    print_ratio("ratio", pairs, 0.95)
for n in (2, 3, 5, 6, 7, 9, 12, 30):
    for _ in range(4):
        pairs = [spending(100, 3000) + spending(50, 3000) for _ in range(n)]
        print_ratio("ratio", pairs, 0.95 if n % 2 else 0.8)
        complete = [p for p in pairs if np.all(np.isfinite(p))]
        if complete:
            print_ratio("ratio", complete, 0.9)

# A sweep: curves that fall with noise, on grids that differ, with ties, and what they spent.
curves = {}
for arm, speed, grid in (("base", 1.0, 50), ("new", 1.7, 50), ("slow", 0.5, 40)):
    for seed in range(5):
        steps = np.arange(grid, 1001, grid)
        values = np.round(2 + 3 * np.exp(-speed * steps / 300) + 0.15 * rng.normal(size=len(steps)), 1)
        values[rng.random(len(values)) < 0.05] = np.nan
        spent = np.cumsum(rng.uniform(0.5, 1.5, len(steps))) * (1 if arm == "base" else 1.2)
        curves[arm, seed] = steps, values, spent
        line("steps", arm, str(seed), *steps)
        line("values", arm, str(seed), *values)
        line("spent", arm, str(seed), *spent)
defining = [v for (arm, _), (_, v, _) in curves.items() if arm == "base" and np.isfinite(v[0])]
start, best = np.mean([v[0] for v in defining]), np.mean([np.nanmin(v) for v in defining])
line("start", start, best)


def crossing(curve, target, counter):
    steps, values, spent = curve
    counts = steps if counter == 0 else spent
    finite = np.isfinite(values)
    hits = np.flatnonzero(finite & (values <= target))
    before = np.flatnonzero(finite[:hits[0]] if len(hits) else finite)
    low = counts[before[-1]] if len(before) else 0
    return (low, counts[hits[0]]) if len(hits) else (low, INF)


for fraction in (0.25, 0.5, 0.75, 0.9, 1.0):
    target = start + fraction * (best - start)
    line("target", fraction, target)
    for arm in ("new", "slow"):
        for counter in (0, 1):
            pairs = [crossing(curves[arm, s], target, counter) + crossing(curves["base", s], target, counter)
                     for s in range(5)]
            geometric, value, bounds, interval, cell, base = ratio(pairs, 0.95)
            line("reaches", arm, counter, float(geometric), value, *bounds, *(interval or (np.nan, np.nan)),
                 cell, base)
