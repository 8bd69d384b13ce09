"""Writes encodings.json: every position encoding straight from its formula.

    python3 encodings.py > encodings.json        (needs numpy)

Slow on purpose: one loop per index, no shared code with what it checks.
Additive encodings: their tables (or, where a fixed random matrix turns the table,
the products of its rows). Others: scores and outputs of self-attention.

Inputs, of head h, position t, dimension c:
    q = sin(0.7 t + 1.3 h + 2.1 c + 0.5), k = cos(0.4 t + 0.9 h + 1.7 c),
    v = sin(1.1 t + 0.3 h + 0.6 c + 1.0)
Learned numbers: number i of a parameter (in row-major order) = amplitude * sin(1.7 (i + 1)).
"""
import json
import math

import numpy as np
from numpy.polynomial import chebyshev, hermite, legendre

HEADS, WIDTH, LAYERS = 2, 8, 2
HEAD_WIDTH = WIDTH // HEADS
T = 20  # longest: positions 0 .. 19


def learned(amplitude, *shape):
    count = math.prod(shape)
    return np.array([amplitude * math.sin(1.7 * (i + 1)) for i in range(count)]).reshape(shape)


Q = np.array([[[math.sin(0.7 * t + 1.3 * h + 2.1 * c + 0.5) for c in range(HEAD_WIDTH)]
               for h in range(HEADS)] for t in range(T)])
K = np.array([[[math.cos(0.4 * t + 0.9 * h + 1.7 * c) for c in range(HEAD_WIDTH)]
               for h in range(HEADS)] for t in range(T)])
V = np.array([[[math.sin(1.1 * t + 0.3 * h + 0.6 * c + 1.0) for c in range(HEAD_WIDTH)]
               for h in range(HEADS)] for t in range(T)])


# Each score takes (head, query position, key position, causal) -> number.

def dot(h, i, j):
    return sum(Q[i, h, c] * K[j, h, c] for c in range(HEAD_WIDTH)) / math.sqrt(HEAD_WIDTH)


def rope(half_split, base):
    def turned(x, p):
        y = list(x)
        for m in range(HEAD_WIDTH // 2):
            a, b = (m, m + HEAD_WIDTH // 2) if half_split else (2 * m, 2 * m + 1)
            angle = p * base ** (-2 * m / HEAD_WIDTH)
            y[a] = x[a] * math.cos(angle) - x[b] * math.sin(angle)
            y[b] = x[a] * math.sin(angle) + x[b] * math.cos(angle)
        return y

    def score(h, i, j, causal):
        q, k = turned(Q[i, h], i), turned(K[j, h], j)
        return sum(a * b for a, b in zip(q, k)) / math.sqrt(HEAD_WIDTH)
    return score


def alibi_slopes(heads):
    """The published recipe: a geometric sequence, or two of them interleaved."""
    def power_of_two(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start ** i for i in range(n)]
    if math.log2(heads).is_integer():
        return power_of_two(heads)
    closest = 2 ** math.floor(math.log2(heads))
    return power_of_two(closest) + alibi_slopes(2 * closest)[0::2][: heads - closest]


def alibi(h, i, j, causal):
    return dot(h, i, j) - alibi_slopes(HEADS)[h] * abs(i - j)


def t5_bucket(delta, causal, buckets=32, farthest=128):
    """Raffel et al. 2019; delta: key minus query."""
    start = 0
    n = -delta
    if not causal:
        buckets //= 2
        if n < 0:
            start, n = buckets, -n
    else:
        n = max(n, 0)
    exact = buckets // 2
    if n < exact:
        return start + n
    far = exact + int(math.log(n / exact) / math.log(farthest / exact) * (buckets - exact))
    return start + min(far, buckets - 1)


def t5(h, i, j, causal):
    return dot(h, i, j) + learned(1.0, HEADS, 32)[h, t5_bucket(j - i, causal)]


def shaw(layer):
    clip = 16
    keys = learned(1.0, LAYERS, 2 * clip + 1, HEAD_WIDTH)[layer]
    values = learned(1.0, LAYERS, 2 * clip + 1, HEAD_WIDTH)[layer]

    def row(i, j):
        return max(-clip, min(clip, j - i)) + clip

    def score(h, i, j, causal):
        return sum(Q[i, h, c] * (K[j, h, c] + keys[row(i, j), c])
                   for c in range(HEAD_WIDTH)) / math.sqrt(HEAD_WIDTH)

    def value(h, i, j):
        return [V[j, h, c] + values[row(i, j), c] for c in range(HEAD_WIDTH)]
    return score, value


def kerple_log(layer):
    r1 = learned(1.5, LAYERS, HEADS)[layer]
    r2 = learned(1.5, LAYERS, HEADS)[layer]

    def score(h, i, j, causal):
        return dot(h, i, j) - max(r1[h], 0.01) * math.log(1 + max(r2[h], 0.01) * abs(i - j))
    return score


def fire(layer):
    inner = 32
    c = abs(learned(0.7, LAYERS)[layer])
    w1, b1 = learned(0.7, LAYERS, inner)[layer], learned(0.7, LAYERS, inner)[layer]
    w2, b2 = learned(0.7, LAYERS, HEADS, inner)[layer], learned(0.7, LAYERS, HEADS)[layer]

    def score(h, i, j, causal):
        share = math.log(c * abs(i - j) + 1) / math.log(c * max(16, i) + 1)
        hidden = [max(0.0, w1[n] * share + b1[n]) for n in range(inner)]
        return dot(h, i, j) + sum(w2[h, n] * hidden[n] for n in range(inner)) + b2[h]
    return score


def legendre_bias(order):
    amounts = learned(0.5, HEADS, order)

    def score(h, i, j, causal):
        x = abs(i - j) / T
        return dot(h, i, j) + sum(
            amounts[h, k - 1] * legendre.legval(x, [0] * k + [1]) for k in range(1, order + 1))
    return score


def polar(layer, base):
    shift = learned(8.0, LAYERS, HEADS, HEAD_WIDTH)[layer]

    def softplus(x):
        return math.log(1 + math.exp(x))

    def score(h, i, j, causal):
        total = 0
        for c in range(HEAD_WIDTH):
            angle = (j - i) * base ** (-c / HEAD_WIDTH)
            held = max(-2 * math.pi, min(0.0, shift[h, c]))
            total += softplus(Q[i, h, c]) * softplus(K[j, h, c]) * math.cos(angle - held)
        return total / math.sqrt(HEAD_WIDTH)
    return score


def plain_value(h, i, j):
    return list(V[j, h])


def attention(name, options, amplitude, layer, score, value=plain_value):
    cases = []
    for causal in (False, True):
        scores = [[[score(h, i, j, causal) for j in range(T)] for i in range(T)]
                  for h in range(HEADS)]
        out = []
        for i in range(T):
            heads = []
            for h in range(HEADS):
                seen = range(i + 1) if causal else range(T)
                weights = [math.exp(scores[h][i][j]) for j in seen]
                total = sum(weights)
                heads.append([sum(w * value(h, i, j)[c] for w, j in zip(weights, seen)) / total
                              for c in range(HEAD_WIDTH)])
            out.append(heads)
        cases.append({"encoding": name, "options": options, "amplitude": amplitude,
                      "layer": layer, "causal": causal, "scores": rounded(scores),
                      "out": rounded(out)})
    return cases


# Additive tables.

def norm_rows(table, matched):
    if not matched:
        return table
    return np.array([row * math.sqrt(len(row) / 2) / math.sqrt(sum(row * row)) for row in table])


def sinusoidal(layout, base):
    table = np.zeros((T, WIDTH))
    for p in range(T):
        for i in range(WIDTH // 2):
            if layout == "concatenated":
                angle = (p + 2) * base ** (-i / (WIDTH // 2 - 1))
                table[p, i], table[p, WIDTH // 2 + i] = math.sin(angle), math.cos(angle)
            else:
                angle = p / base ** (2 * i / WIDTH)
                table[p, 2 * i], table[p, 2 * i + 1] = math.sin(angle), math.cos(angle)
    return table


def grid(name, family):
    ones = np.ones(WIDTH)
    if name == "paper":
        return np.array([-1 + 2 * i / WIDTH for i in range(WIDTH)]), ones
    if name == "midpoint":
        return np.array([-1 + (2 * i + 1) / WIDTH for i in range(WIDTH)]), ones
    if family == "legendre":
        points, weights = legendre.leggauss(WIDTH)
    else:
        points, weights = chebyshev.chebgauss(WIDTH)
    order = np.argsort(points)
    return points[order], np.sqrt(weights[order])


def degree(family, n, x):
    """The function of degree n, not by its recurrence."""
    if family == "legendre":
        return legendre.legval(x, [0] * n + [1])
    if family == "chebyshev":
        return np.array([math.cos(n * math.acos(max(-1, min(1, t)))) for t in x])
    scale = 1 / math.sqrt(2.0 ** n * math.factorial(n) * math.sqrt(math.pi))
    return scale * hermite.hermval(x, [0] * n + [1]) * np.exp(-x * x / 2)


def by_position(family, grid_name, offset, order, matched):
    last = T - 1 + offset if order is None else order
    if family == "hermite":
        x = math.sqrt(2 * last + 1) * grid("midpoint", family)[0]
        factors = np.ones(WIDTH)
    else:
        x, factors = grid(grid_name, family)
    if grid_name == "gauss" and order is None:
        last = min(last, WIDTH - 1)
    rows = [degree(family, min(p + offset, last), x) * factors for p in range(T)]
    return norm_rows(np.array(rows), matched)


def by_feature(family, order, matched):
    """[T, K + 1], before the fixed orthonormal matrix."""
    order = min(T, WIDTH) - 1 if order is None else order
    x = np.array([-1 + 2 * p / (T - 1) for p in range(T)])
    if family == "gram":
        q, r = np.linalg.qr(np.vander(x, order + 1, increasing=True))
        table = q * np.sign(q[-1])
    else:
        table = np.array([degree(family, n, x) for n in range(order + 1)]).T
    if matched:  # the matrix keeps lengths, so that matched rows may be scaled here
        table = norm_rows(table, True) / math.sqrt(table.shape[1] / 2) * math.sqrt(WIDTH / 2)
    return table


def rounded(values):
    return np.vectorize(lambda x: float(f"{x:.13g}"))(np.array(values)).tolist()


def tables():
    cases = []

    def add(name, options, table):
        cases.append({"encoding": name, "options": options, "table": rounded(table)})

    add("sinusoidal", {}, sinusoidal("interleaved", 10000))
    add("sinusoidal", {"base": 100.0}, sinusoidal("interleaved", 100))
    add("sinusoidal", {"layout": "concatenated"}, sinusoidal("concatenated", 10000))
    for family in ("legendre", "chebyshev"):
        for name in ("paper", "midpoint", "gauss"):
            for offset, order, matched in ((1, None, False), (0, None, False), (1, 3, False),
                                           (0, 5, True), (1, 0, True)):
                add(f"{family}_position",
                    {"grid": name, "offset": offset, "norm": "matched" if matched else "raw",
                     **({} if order is None else {"order": order})},
                    by_position(family, name, offset, order, matched))
    for offset, order, matched in ((1, None, False), (0, 4, False), (1, 7, True)):
        add("hermite_position",
            {"offset": offset, "norm": "matched" if matched else "raw",
             **({} if order is None else {"order": order})},
            by_position("hermite", "midpoint", offset, order, matched))
    return cases


def products():
    cases = []
    for name in ("legendre", "chebyshev", "gram"):
        for order, matched in ((None, False), (None, True), (0, False), (3, True), (5, False)):
            basis = by_feature(name, order, matched)
            cases.append({"encoding": f"{name}_feature",
                          "options": {"norm": "matched" if matched else "raw",
                                      **({} if order is None else {"order": order})},
                          "products": rounded(basis @ basis.T)})
    return cases


def attentions():
    cases = attention("none", {}, 0, 0, lambda h, i, j, causal: dot(h, i, j))
    cases += attention("rope", {}, 0, 0, rope(False, 10000))
    cases += attention("rope", {"base": 50.0, "pairs": "half_split"}, 0, 0, rope(True, 50))
    cases += attention("alibi", {}, 0, 0, alibi)
    cases += attention("t5", {}, 1.0, 0, t5)
    cases += attention("shaw", {}, 1.0, 1, *shaw(1))
    cases += attention("kerple_log", {}, 1.5, 1, kerple_log(1))
    cases += attention("fire", {}, 0.7, 1, fire(1))
    cases += attention("legendre_bias", {"order": 5}, 0.5, 0, legendre_bias(5))
    cases += attention("legendre_bias", {}, 0.5, 0, legendre_bias(T - 1))
    cases += attention("polar", {"base": 1000.0}, 8.0, 1, polar(1, 1000))
    return cases


print(json.dumps({"tables": tables(), "products": products(), "attentions": attentions(),
                  "alibi_slopes": {str(h): alibi_slopes(h) for h in (1, 2, 3, 4, 5, 6, 8, 12, 16)},
                  "t5_buckets": {str(causal).lower(): [[d, t5_bucket(d, causal)]
                                                       for d in range(-300, 301)]
                                 for causal in (False, True)}},
                 separators=(",", ":")))
