"""Numbers of a sampled design from numpy, scipy and statsmodels.

    python3 search.py > search.txt

The data are written as they are read back by tests/reports/search_numbers_test.cc. The splines are
fitted in another basis than the program's: natural cubic interpolants of unit vectors on the
knots (scipy), linear beyond the outer knots, with an intercept and without their first column.
"""
import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.interpolate import CubicSpline


def show(name, numbers):
    print(name, " ".join(repr(float(number)) for number in numbers))


def smooth(x, y, places, span=2 / 3):
    """LOESS by weighted least squares with the complete matrix of weights."""
    n = len(x)
    q = int(span * n + 1e-10)

    def weights(at):
        distance = np.abs(x - at)
        reach = np.sort(distance)[q - 1]
        tricube = np.clip(1 - (distance / reach) ** 3, 0, None) ** 3
        design = np.column_stack([np.ones(n), x - at])
        root = np.sqrt(tricube)[:, None]
        return (np.linalg.pinv(design * root) * root.T)[0]

    hat = np.array([weights(at) for at in x])
    residual = y - hat @ y
    rest = np.eye(n) - hat
    deviation = np.sqrt(residual @ residual / np.trace(rest @ rest.T))
    rows = np.array([weights(at) for at in places])
    lowess = sm.nonparametric.lowess(y, x, frac=span, it=0, return_sorted=False)
    assert np.allclose(lowess, hat @ y, atol=1e-4 * np.std(y)), np.abs(lowess - hat @ y).max()
    return rows @ y, deviation * np.linalg.norm(rows, axis=1)


def spline(x, at, coefficients):
    if coefficients == 1:
        return np.asarray(at)[:, None]
    shares = {2: [.10, .50, .90], 3: [.05, .35, .65, .95]}[coefficients]
    knots = np.quantile(x, shares)
    columns = []
    for unit in np.eye(len(knots)):
        curve = CubicSpline(knots, unit, bc_type="natural")
        inner = curve(np.clip(at, knots[0], knots[-1]))
        below = np.minimum(at - knots[0], 0) * curve(knots[0], 1)
        above = np.maximum(at - knots[-1], 0) * curve(knots[-1], 1)
        columns.append(inner + below + above)
    return np.column_stack(columns)[:, 1:]


def model(rate, width, words, y, coefficients, places=5):
    def columns(a, b, c):
        return np.column_stack([spline(rate, a, coefficients), spline(width, b, coefficients),
                                c == 1, c == 2])

    design = columns(rate, width, words)
    means = design.mean(axis=0)
    fit = sm.OLS(y, sm.add_constant(design)).fit()
    show("fit", [fit.df_model + 1, fit.scale ** .5, fit.rsquared_adj])
    covariance = fit.cov_params()[1:, 1:]
    quantile = stats.t.ppf(.975, fit.df_resid)

    def effect(name, at, first, count, own):
        row = np.zeros((len(at), design.shape[1]))
        row[:, first:first + count] = own - means[first:first + count]
        value = row @ fit.params[1:]
        half = quantile * np.sqrt(np.einsum("ij,jk,ik->i", row, covariance, row))
        show(name, np.column_stack([at, value, value - half, value + half]).ravel())

    for name, x, first in [("rate", rate, 0), ("width", width, coefficients)]:
        at = np.linspace(x.min(), x.max(), places)
        effect(name, at, first, coefficients, spline(x, at, coefficients))
    at = np.arange(3)
    effect("words", at, 2 * coefficients, 2, np.column_stack([at == 1, at == 2]).astype(float))


random = np.random.default_rng(7)
n = 40
rate = np.log10(np.exp(random.uniform(np.log(1e-4), np.log(1e-1), n)))
width = random.integers(8, 65, n).astype(float)
words = random.integers(0, 3, n).astype(float)
y = 80 - 3 * (rate + 2.5) ** 2 + .05 * width + np.array([0, .4, -.7])[words.astype(int)]
y = y + random.normal(0, .3, n)
for name, numbers in [("data_rate", rate), ("data_width", width), ("data_words", words),
                      ("data_y", y)]:
    show(name, numbers)
places = np.linspace(rate.min(), rate.max(), 7)
value, error = smooth(rate, y, places)
show("smooth", np.column_stack([places, value, error]).ravel())
widths = np.linspace(width.min(), width.max(), 7)
value, error = smooth(width, y, widths)
show("smooth_width", np.column_stack([widths, value, error]).ravel())
for count, coefficients in [(40, 3), (22, 2), (15, 1)]:
    print("model", count)
    model(rate[:count], width[:count], words[:count], y[:count], coefficients)
