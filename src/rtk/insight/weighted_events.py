"""The upper bound of a sum of events that weigh differently, each kind of which comes by chance and rarely.

Events of weight w that come as a Poisson process add up to y = Σ w, with the variance v = Σ w². With m the weight of
one more event, the bound is a quantile of the gamma distribution with the mean y + m and the variance v + m². Where all
weights are alike it is the exact bound of a Poisson count.

Sources: Fay and Feuer, Statistics in Medicine 16 (1997), 791-801, the upper limit of their formula, with the largest
weight for one more event; with the mean weight it is less careful (Tiwari, Clegg and Zou, Statistical Methods in
Medical Research 15 (2006), 547-569).
"""

from msgspec import Struct

from rtk.insight.gamma import above, quantile


class Weights(Struct, frozen=True):
    """The weights of events that were seen: their total, that of their squares, and the weight of one more event."""

    total: float
    squares: float
    another: float

    def at_most(self, risk: float) -> float:
        """Return the upper bound of the mean sum; 0 where nothing weighs anything."""
        if not self.another:
            return 0.0
        shape, scale = self._gamma()
        return scale * quantile(shape, 1 - risk)

    def stays_below(self, most: float, risk: float) -> bool:
        """Return whether the upper bound is no more than this, without working it out."""
        if not self.another:
            # Without a bad slot nothing weighs anything: the bound by outages alone decides.
            return True
        shape, scale = self._gamma()
        return above(shape, most / scale) <= risk

    def _gamma(self) -> tuple[float, float]:
        mean, variance = self.total + self.another, self.squares + self.another**2
        return mean**2 / variance, variance / mean
