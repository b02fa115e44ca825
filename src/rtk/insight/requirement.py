"""What proof of a target requires: time without an outage, or more of it where a few are to be survived."""

from typing import Any

from msgspec import Struct

from rtk.insight.budget import exact
from rtk.insight.power import Prospects, prospects
from rtk.insight.verdict import deciding

_TIMES_BETTER = (2, 5, 10)  # how much more seldom than allowed the services deviate of which the chances are told


class Requirement(Struct, frozen=True):
    """What a target requires, told for services that keep it: `services`, each better than the one before.

    `fails_from` is the fewest deviated slots of the plan with which it fails, None where it cannot fail. Without a
    plan, which is without slots, there is nothing to fail.
    """

    services: tuple[Prospects, ...]
    fails_from: int | None
    planned: bool

    @property
    def usual(self) -> Prospects:
        """Return what holds of all services: the target, what it needs, and what the plan can prove."""
        return self.services[0]

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs: shares from 0 to 1, times in seconds; a figure without meaning is None."""
        told = self.usual
        services = [
            {
                "share": each.quality,
                "passes_needed": each.power_at_needed,
                "passes_plan": each.power if self.planned else None,
                "enough": each.enough,
                "enough_s": None if each.enough is None else _seconds(each, each.enough),
            }
            for each in self.services
        ]
        plan = {
            "slots": told.slots,
            "duration_s": _seconds(told, told.slots),
            "provable": told.provable,
            "can_pass": told.slots >= told.needed,
            "fails_from": self.fails_from,
        }
        return {
            "target": told.target,
            "frequency_s": told.frequency_s,
            "outage": {"seconds": told.outage.seconds, "source": str(told.outage.source)},
            "needed": told.needed,
            "needed_s": _seconds(told, told.needed),
            "services": services,
            "plan": plan if self.planned else None,
        }


def requirement(
    target: float, frequency_s: float, outage_lasts_s: float | None = None, slots: int | None = None
) -> Requirement:
    """Return what proof of a target requires, and what a plan of so many slots can show; None for no plan."""
    qualities = [float(1 - (1 - exact(target)) / times) for times in _TIMES_BETTER]
    services = [
        prospects(target, slots or 0, frequency_s, outage_lasts_s=outage_lasts_s, quality=each) for each in qualities
    ]
    return Requirement(tuple(services), deciding(slots or 0, target), slots is not None)


def _seconds(told: Prospects, slots: int) -> float:
    return float(slots * exact(told.frequency_s))
