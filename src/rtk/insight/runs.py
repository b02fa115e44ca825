"""The runs test of Wald and Wolfowitz: do deviations come in stretches?

A run here is a stretch of equal outcomes in slot order; missed slots are left out. The test is one-sided
towards too few runs, because clustering is what makes measurements worth less than their number says; an
outcome that alternates too well does not. The distribution is exact at every size: a normal approximation
is far off where deviations are rare, which is where it matters.

Source: Wald and Wolfowitz, Annals of Mathematical Statistics 11 (1940).
"""

from bisect import bisect_left
from math import exp, lgamma

from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.shape import Clustering

# Told, and no part of the verdict: evidence is counted in outages whatever this test says.
CLUSTERED_BELOW = 0.01


def clustering_of(series: bytes) -> Clustering | None:
    """The runs test of a series of slots (GOOD, BAD and MISSED); None when nothing was measured."""
    measured = series.replace(MISSED, b"")
    if not measured:
        return None
    met, deviated = measured.count(GOOD), measured.count(BAD)
    runs = 1 + measured.count(GOOD + BAD) + measured.count(BAD + GOOD)
    p = chance_of_few_runs(runs, met, deviated)
    expected = 1 + 2 * met * deviated / len(measured)
    outages = measured.count(GOOD + BAD) + measured.startswith(BAD)
    return Clustering(runs=runs, expected=expected, p=p, clustered=p < CLUSTERED_BELOW, outages=outages)


def chance_of_few_runs(runs: int, met: int, deviated: int) -> float:
    """The chance of so few runs or fewer, were the order of the outcomes random; 1 if all are the same."""
    few, many = sorted((met, deviated))
    if few == 0 or runs > 2 * few:
        return 1.0
    # Above some number of pairs chances are so small that a float makes zero of them: those are left out. From the
    # likeliest number on each is smaller than the one before it.
    most = (runs + 1) // 2
    likeliest = min(few * many // (few + many), most)
    rarer = range(likeliest + 1, most + 1)
    last = likeliest + bisect_left(rarer, 1, key=lambda pairs: _two_run_counts(pairs, runs, few, many) == 0.0)
    total = 0.0
    for pairs in range(last, 0, -1):
        term = _two_run_counts(pairs, runs, few, many)
        total += term
        # Below the likeliest number they only get smaller: what is left changes no digit of the sum.
        if 2 * pairs < 1 + 2 * few * many / (few + many) and term < 1e-17 * total:
            break
    return min(total, 1.0)


def _two_run_counts(pairs: int, runs: int, few: int, many: int) -> float:
    """The chance of exactly 2 * pairs - 1 or, where that is no more than `runs`, 2 * pairs runs."""
    odd = 0.0
    if pairs > 1:
        odd = _ways(few, pairs, many, pairs - 1) + _ways(few, pairs - 1, many, pairs)
    even = 2 * _ways(few, pairs, many, pairs) if 2 * pairs <= runs else 0.0
    return odd + even


def _ways(few: int, stretches: int, many: int, others: int) -> float:
    """The share of all orders in which the one outcome makes `stretches` stretches and the other `others`."""
    if stretches > few or others > many:
        return 0.0
    chosen = _log_choose(few - 1, stretches - 1) + _log_choose(many - 1, others - 1)
    return exp(chosen - _log_choose(few + many, few))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
