"""Writes effects.txt: main effects and interactions of designs with missing values, by statsmodels and numpy.

    VENV as in statistics.py;  VENV/bin/python effects.py > effects.txt

Cell means by least squares (cell and seed), then effects coded to sum to 0 over these means, each cell
weighing the same. Standard errors: cluster-robust by seed, times n / (n - 1).
"""
import itertools

import numpy as np
import statsmodels
import statsmodels.api as sm
from scipy import stats

LEVELS = {"a": ["x", "y", "z"], "b": ["0", "2"], "c": ["p", "q"]}
SEEDS = 4


def values(number):
    rng = np.random.default_rng(number)
    shared = rng.standard_normal(SEEDS)
    for i, cell in enumerate(itertools.product(*LEVELS.values())):
        mean = 10 + 2 * i + (3 if cell[0] == "y" and cell[1] == "2" else 0)
        for seed in range(SEEDS):
            yield cell, seed, round(mean + shared[seed] + (1 + (i % 3)) * rng.standard_normal(), 3)


def effects_of(rows):
    cells = sorted({cell for cell, _, _ in rows}, key=lambda c: [LEVELS[k].index(x) for k, x in zip("abc", c)])
    X = np.zeros((len(rows), len(cells) + SEEDS - 1))
    for r, (cell, seed, _) in enumerate(rows):
        X[r, cells.index(cell)] = 1
        if seed > 0:
            X[r, len(cells) + seed - 1] = 1
    fit = sm.OLS(np.array([y for _, _, y in rows]), X).fit(
        cov_type="cluster", cov_kwds={"groups": np.array([s for _, s, _ in rows]), "use_correction": False})
    Z = np.ones((len(cells), 1))
    for k, name in enumerate("abc"):
        coded = np.array([[(c[k] == l) - (c[k] == LEVELS[name][-1]) for l in LEVELS[name][:-1]] for c in cells], float)
        Z = np.hstack([Z, coded])
    H = np.linalg.pinv(Z)
    out, at = [], 1
    for k, name in enumerate("abc"):
        free = H[at:at + len(LEVELS[name]) - 1]
        at += len(LEVELS[name]) - 1
        for l, level in enumerate(LEVELS[name]):
            out.append((f"{name} {level}", free[l] if l < len(free) else -free.sum(0)))
    R = np.eye(len(cells)) - Z @ H
    for i, j in ((0, 1), (0, 2), (1, 2)):
        for l, m in itertools.product(LEVELS["abc"[i]], LEVELS["abc"[j]]):
            rows_of = [n for n, c in enumerate(cells) if c[i] == l and c[j] == m]
            if rows_of:
                out.append((f"{'abc'[i]} {l}, {'abc'[j]} {m}", R[rows_of].mean(0)))
    t = stats.t.ppf(0.975, SEEDS - 1)
    for name, contrast in out:
        test = fit.t_test(np.r_[contrast, np.zeros(SEEDS - 1)])
        se = float(np.ravel(test.sd)[0]) * np.sqrt(SEEDS / (SEEDS - 1))
        e = float(np.ravel(test.effect)[0])
        yield name, e, e - t * se, e + t * se


def main():
    designs = {
        "complete": lambda cell, seed: True,
        "one failed trial": lambda cell, seed: (cell, seed) != (("y", "2", "p"), 1),
        "one unplanned combination": lambda cell, seed: cell != ("x", "2", "q"),
        "several": lambda cell, seed: cell not in (("x", "2", "q"), ("z", "0", "p"))
        and (cell, seed) not in ((("y", "2", "p"), 1), (("y", "0", "q"), 3), (("z", "2", "q"), 0), (("z", "2", "q"), 3)),
    }
    print(f"# statsmodels {statsmodels.__version__}, numpy {np.__version__}")
    for number, (name, kept) in enumerate(designs.items()):
        rows = [r for r in values(number) if kept(r[0], r[1])]
        print("design", name.replace(" ", "-"))
        for cell, seed, y in rows:
            print("value", *cell, seed, y)
        for level, e, low, high in effects_of(rows):
            print("effect", level.replace(", ", "|").replace(" ", "="), *map(repr, map(float, (e, low, high))))


main()
