"""The upper bound of a sum of events that weigh differently, each kind of which comes by chance and rarely.

Events of weight w that come as a Poisson process add up to y = Σ w, with the variance v = Σ w². With m the largest
weight that one more event could have had, the bound is a quantile of the gamma distribution with the mean y + m and
the variance v + m². Where all weights are alike it is the exact bound of a Poisson count.

Source: Fay and Feuer, Statistics in Medicine 16 (1997), 791-801: the upper limit of their formula.
"""

from rtk.insight.gamma import quantile


def at_most(total: float, squares: float, largest: float, risk: float) -> float:
    """Return the upper bound of the mean sum, after events with this total of weights and of their squares."""
    mean, variance = total + largest, squares + largest**2
    if not mean:
        return 0.0
    return variance / mean * quantile(mean**2 / variance, 1 - risk)
