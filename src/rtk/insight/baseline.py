"""The baseline held against the target: whether it was broken before any condition, and how that is said."""

from msgspec import Struct

from rtk.figures import bound, count
from rtk.insight.bounds import proven_at_most
from rtk.insight.promise import allowing, promised_share
from rtk.insight.verdict import rules_out


class Baseline(Struct, frozen=True):
    """What was measured before any condition; `target` is what was promised, None where nothing was.

    `quantile` is the promise as it was made where it is one about a quantile.
    """

    met: int = 0
    deviated: int = 0
    target: float | None = None
    quantile: str = ""

    @property
    def measured(self) -> int:
        return self.met + self.deviated

    @property
    def is_broken(self) -> bool:
        """Whether it missed the target: its own exact upper bound lies below it."""
        # By the rule of a fail: a baseline of few slots, or one near the target, leaves room for it and is not broken.
        return self.target is not None and rules_out(self.met, self.measured, self.target)

    def broken(self) -> str:
        """Return that it was broken, as a sentence without its full stop."""
        return (
            f"The service missed its target before any condition: {self.seen()}; {allowing(self._most())} of that "
            f"time, where {self._promised()} was promised"
        )

    def already(self) -> str:
        """Return the same of a run that did not begin for it, with its figures."""
        good = f"{self.met:,} of {count(self.measured, 'measurement')} of the baseline good"
        return (
            f"already broken, with {good}: {allowing(self._most())} of its time, where {self._promised()} was promised"
        )

    def seen(self) -> str:
        """Return what was seen in it."""
        verb = "was" if 1 in (self.measured, self.met) else "were"
        return f"{self.met:,} of {count(self.measured, 'measurement')} of the baseline {verb} good"

    def _promised(self) -> str:
        return promised_share(self.target or 0.0, self.quantile)

    def _most(self) -> str:
        return bound(proven_at_most(self.met, self.measured), self.target)
