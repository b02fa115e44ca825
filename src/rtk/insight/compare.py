"""Whether a phase differs from the baseline, and by how much.

Two tests, both two-sided, both assuming independent measurements: Fisher's exact test on met and deviated,
Mann-Whitney's on values.

Conventions are those of `scipy.stats.fisher_exact` and `scipy.stats.mannwhitneyu`: tables as likely as the
observed one within a relative 1e-7 count as extreme; Mann-Whitney is exact without ties up to 400 pairs of
values, and above it the normal approximation with corrections for ties and continuity.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from math import erfc, sqrt

_EXACT_PAIRS = 400
# As in SciPy: tables that are as likely but for rounding count as extreme too.
_SAME = 1 + 1e-7
_VANISHING = 1e-300
_PART = 50_000  # values that are counted at a time
_SEVERAL = (1).__lt__


def fisher(met: int, deviated: int, other_met: int, other_deviated: int) -> float:
    """The p-value of Fisher's two-sided exact test: the chance of a table at most as likely as this one."""
    row, other_row = met + deviated, other_met + other_deviated
    total_met = met + other_met
    low, high = max(0, total_met - other_row), min(row, total_met)
    mode = min(max((row + 1) * (total_met + 1) // (row + other_row + 2), low), high)

    def ratio(k: int) -> float:
        return (row - k) * (total_met - k) / ((k + 1) * (other_row - total_met + k + 1))

    weights = {mode: 1.0}  # the hypergeometric probabilities relative to the likeliest, until they vanish
    for step, end in ((1, high), (-1, low)):
        k, weight = mode, 1.0
        while k != end and weight > _VANISHING:
            weight = weight * ratio(k) if step > 0 else weight / ratio(k - 1)
            k += step
            weights[k] = weight
    seen = weights.get(met, 0.0) * _SAME
    return min(1.0, sum(w for w in weights.values() if w <= seen) / sum(weights.values()))


def mann_whitney(values: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """The two-sided p-value, and the chance that one of `values` exceeds one of `others` (ties count half).

    Both must hold at least one finite value.
    """
    n, m = len(values), len(others)
    # The longer is only searched in. All sums are of halves of whole numbers, so that no order rounds them.
    if n > m:
        below, ties = _below(sorted(others), sorted(values))
        u = n * m - below
    else:
        u, ties = _below(sorted(values), sorted(others))
    # Two-sided: the chance is that of the side further from the middle, doubled.
    larger = max(u, n * m - u)
    if not ties and n * m <= _EXACT_PAIRS:
        ways = _ways(n, m)
        p = 2 * sum(ways[round(larger) :]) / sum(ways)
    else:
        total = n + m
        variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
        # Half a pair is taken off, since pairs are whole: the correction for continuity.
        p = erfc((larger - n * m / 2 - 0.5) / sqrt(variance) / sqrt(2)) if variance > 0 else 1.0
    return min(1.0, p), u / (n * m)


def _below(few: Sequence[float], many: Sequence[float]) -> tuple[float, int]:
    """In how many pairs the value of `few` is the higher (equal ones count half), and the ties of both together.

    The ties are the sum of t³ - t over groups of t equal values, by which the variance of the ranks is corrected.
    """
    below, ties, begin = 0.0, 0, 0
    # A counter of a million different values would take more room than the values: they are counted by parts.
    while begin < len(many):
        end = bisect_right(many, many[min(begin + _PART, len(many)) - 1], begin)
        ties += sum(map(_tied, filter(_SEVERAL, Counter(many[begin:end]).values())))
        begin = end
    for value, group in groupby(few):
        mine = sum(1 for _ in group)
        first = bisect_left(many, value)
        equal = bisect_right(many, value, first) - first
        below += mine * (first + equal / 2)
        ties += _tied(mine + equal) - _tied(equal)
    return below, ties


def _tied(equal: int) -> int:
    return equal**3 - equal


def _ways(n: int, m: int) -> list[int]:
    """In how many orders U comes to 0, 1, … n * m: the coefficients of a Gaussian binomial."""
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in range(n * m, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):
            ways[u] += ways[u - i]
    return ways
