"""Whether runs differ: are outages spread over runs as chances to begin one are, or do some runs have too many?

Of `outages` in all, each would fall into a run with the probability p that is the run's part of all chances. The score
against runs that differ is

    W = sum over pairs of outages (i, j) of  [same run] - p(run of i) - p(run of j) + sum p²

Its mean is 0, and its variance and third moment are known exactly, whatever the chances, since its terms are
uncorrelated. A gamma distribution with these three moments, shifted, gives the chance of so much or more; half a pair
is taken off, since pairs are whole. All of it comes from sums over runs, so that adding or leaving one out is cheap.

Source: the score is the one of Dean, Journal of the American Statistical Association 87 (1992), given the total.
"""

from collections.abc import Iterable
from math import sqrt

from msgspec import Struct

from rtk.insight.gamma import above

# 0.05 and 0.1 were simulated too: they keep fewer good promises and help less than the bound by runs does.
DIFFER_BELOW = 0.01


class Spread(Struct, frozen=True):
    """Sums over runs of a run's outages k and its chances c: k, k(k - 1) / 2, kc, c, c², c³ and c⁴."""

    outages: int
    pairs: int
    product: int
    chances: int
    second: int
    third: int
    fourth: int


def spread_of(runs: Iterable[tuple[int, int]]) -> Spread:
    """Return the spread of runs, each its outages and chances."""
    rows = list(runs)
    return Spread(
        sum(k for k, _ in rows),
        sum(k * (k - 1) // 2 for k, _ in rows),
        sum(k * c for k, c in rows),
        *(sum(c**power for _, c in rows) for power in (1, 2, 3, 4)),
    )


def chance_of_spread(spread: Spread) -> float:
    """Return the chance that outages are spread over runs as unevenly or more, were all runs alike."""
    k, total = spread.outages, spread.chances
    # A single outage has no pair by which runs could differ.
    if k < 2 or not total:
        return 1.0
    s2, s3, s4 = spread.second / total**2, spread.third / total**3, spread.fourth / total**4
    score = spread.pairs - (k - 1) * spread.product / total + k * (k - 1) / 2 * s2
    pairs, triangles = k * (k - 1) / 2, k * (k - 1) * (k - 2)
    variance = pairs * (s2 + s2**2 - 2 * s3)
    if variance <= 0 or s2 >= 1:
        return 1.0
    # The third moment of a pair's term: of pairs within a run, and what all pairs have besides.
    within = s2 + 3 * (s2**2 - 2 * s3) + 3 * (s2**3 - 4 * s2 * s3 + 4 * s4)
    half, square = s2 / 2, s3 - 0.75 * s2**2
    cube = s4 - 1.5 * s2 * s3 + 0.75 * s2**3 - s2**3 / 8
    of_pair = within - (2 * cube + 6 * square * half)
    third = pairs * of_pair + triangles * (s3 - 3 * s4 + 3 * s3 * s2 - s2**3)
    # The upper tail of a gamma distribution with a mean of 0 and these moments.
    deviation = sqrt(variance)
    skewness = max(third / deviation**3, 0.02)  # next to nothing: as good as a normal distribution
    shape = 4 / skewness**2
    return above(shape, shape + (score - 0.5) / deviation * sqrt(shape))
