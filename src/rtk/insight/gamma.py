"""The lower quartile of a gamma distribution: what turns a mean length that was seen into its upper 75 % bound.

Outages end by chance, so the lengths of k of them add up to a gamma distribution of shape k around the true mean.
Their total length divided by this quartile is longer than the true mean three times in four.

Sources: the series of the incomplete gamma function (Abramowitz and Stegun, 6.5.29); the first guess by Wilson and
Hilferty, Proceedings of the National Academy of Sciences 17 (1931).
"""

from functools import lru_cache
from math import exp, lgamma, log, sqrt

_QUARTER = 0.25
_Z = -0.6744897501960817  # the lower quartile of the normal distribution


@lru_cache(maxsize=1024)
def lower_quartile(shape: int) -> float:
    """Return the lower quartile of a gamma distribution of the given shape (1 or more) and scale 1, by Newton."""
    x = _guess(shape)
    for _ in range(50):
        step = (_below(shape, x) - _QUARTER) / _density(shape, x)
        x = max(x - step, x / 2)
        if abs(step) <= 1e-13 * x:
            break
    return x


def _guess(shape: int) -> float:
    root = 1 - 1 / (9 * shape) + _Z / (3 * sqrt(shape))
    return shape * root**3


def _below(shape: int, x: float) -> float:
    """P(X <= x), by its series, which is quick where x is not far above the shape."""
    term = total = 1.0
    n = shape
    while term > 1e-17 * total:
        n += 1
        term *= x / n
        total += term
    return total * exp(shape * log(x) - x - lgamma(shape + 1))


def _density(shape: int, x: float) -> float:
    return exp((shape - 1) * log(x) - x - lgamma(shape))
