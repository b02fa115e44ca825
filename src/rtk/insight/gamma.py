"""The gamma distribution of scale 1: its tail and its quantiles, exact to what floats hold.

Its lower quartile is what turns a mean length that was seen into its upper 75 % bound: outages end by chance, so the
lengths of k of them add up to a gamma distribution of shape k around the true mean. Their total length divided by this
quartile is longer than the true mean three times in four.

Sources: the series and the continued fraction of the incomplete gamma function (Abramowitz and Stegun, 6.5.29 and
6.5.31, by Lentz's method); the first guess by Wilson and Hilferty, Proceedings of the National Academy of Sciences 17
(1931).
"""

from functools import lru_cache
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

_QUARTER = 0.25
_NORMAL = NormalDist()
_TINY = 1e-300  # in place of a 0, by which nothing can be divided


@lru_cache(maxsize=1024)
def lower_quartile(shape: int) -> float:
    """Return the lower quartile of a gamma distribution of the given shape (1 or more) and scale 1."""
    return quantile(shape, _QUARTER)


def quantile(shape: float, share: float) -> float:
    """Return below which value the given share lies (above 0 and below 1), by Newton within what brackets it."""
    low, high = 0.0, float("inf")
    root = 1 - 1 / (9 * shape) + _NORMAL.inv_cdf(share) / (3 * sqrt(shape))
    # Far down the tail that guess is of no use, and the first term of the series nearly all of it.
    x = shape * root**3 if root > 0.05 else max(exp((log(share) + lgamma(shape + 1)) / shape), _TINY)
    for _ in range(200):
        if share > 0.5:
            excess = 1 - above(shape, x) - share
        else:  # a small P(X <= x) keeps its digits, of which 1 - P(X > x) would lose some
            excess = (_series(shape, x) if x < shape + 1 else 1 - _fraction(shape, x)) - share
        low, high = (low, x) if excess > 0 else (x, high)
        step = excess / max(_power(shape, x) / x, _TINY)  # by the density
        following = x - step
        if not low < following < high:
            following = (low + high) / 2 if high < float("inf") else 2 * x
        if abs(following - x) <= 1e-13 * x:
            break
        x = following
    return following


def above(shape: float, x: float) -> float:
    """Return P(X > x)."""
    if x <= 0:
        return 1.0
    if x < shape + 1:
        return max(0.0, 1 - _series(shape, x))
    return _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    """P(X <= x), quick where x is not far above the shape."""
    term = total = 1.0
    n = shape
    # Terms below that change no digit of a float.
    while term > 1e-17 * total:
        n += 1
        term *= x / n
        total += term
    return total * _power(shape, x) / shape


def _fraction(shape: float, x: float) -> float:
    """P(X > x), quick where x is above the shape."""
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    h = d
    for n in range(1, 100_000):
        a = -n * (n - shape)
        b += 2
        d, c = a * d + b, b + a / c
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = c if abs(c) > _TINY else _TINY
        h *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return min(1.0, h * _power(shape, x))


def _power(shape: float, x: float) -> float:
    """x^shape e^-x ÷ Γ(shape)."""
    return exp(shape * log(x) - x - lgamma(shape))
