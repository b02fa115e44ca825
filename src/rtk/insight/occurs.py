"""How often something is expected to happen in life, and what it may cost: what a run's cost is held against."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from rtk.insight.budget import allowed_share, exact

MONTH_S = 30 * 86_400.0


class Occurs(Struct, frozen=True):
    """How often a condition is expected: `times` in `per_s` seconds, and how long it then lasts (seconds), if told.

    `allowance` is the share of the objective's budget that all of them may cost. `strict` is whether more than that
    fails the command.
    """

    times: float
    per_s: float
    lasts_s: float | None = None
    allowance: float = 1.0
    strict: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Occurs":
        """Return what `asdict` gave; what a later version tells besides is passed over."""
        known = {each.name for each in fields(cls)}
        return cls(**{key: value for key, value in told.items() if key in known})

    def spent(self, cost_s: Fraction, target: float) -> Fraction:
        """Return the share of the budget that all of them spend, each at this cost; the window makes no difference."""
        return cost_s * exact(self.times) / self.budget_s(target)

    def most_s(self, target: float) -> Fraction:
        """Return what one may cost (seconds) so that all of them are within the allowance."""
        return exact(self.allowance) * self.budget_s(target) / exact(self.times)

    def budget_s(self, target: float) -> Fraction:
        """Return what the objective allows to deviate (seconds) in the time in which so many are expected."""
        allowed = allowed_share(target)
        assert allowed is not None
        return exact(self.per_s) * allowed
