"""Pauses of activities: seconds, which may be filled in from the configuration and are known before anything begins."""

from collections.abc import Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.quantity import finite
from rtk.experiment.wording import at, shown
from rtk.insight.plan_limits import LENGTH
from rtk.verify.toolkit import Toolkit

WHEN = ("before", "after")


def pauses_of(toolkit: Toolkit, activity: Mapping[str, Any]) -> dict[str, float]:
    """Return the pauses of an activity in seconds, 0 where it has none. Raises `BadInput` for what is no number."""
    given = activity.get("pauses") or {}
    filled = toolkit.substituted(given) or {}
    pauses = {}
    for when in WHEN:
        value = filled.get(when)
        seconds = 0.0 if value is None else finite(value)
        if seconds is None or not LENGTH.holds(seconds):
            place, expected = at("pauses", when), f"expected a number of seconds from 0 to {LENGTH.most:.0f}"
            if value == given.get(when):
                raise BadInput(f"{place}: {expected}, not {shown(value)}")
            raise BadInput(f"{place}: {shown(given.get(when))} resolves to {shown(value)}; {expected}")
        pauses[when] = seconds
    return pauses


def check(toolkit: Toolkit) -> None:
    """Raise `BadInput` for a pause that comes to no number. Controls may yet fill it in: then it is asked when due."""
    if toolkit.has_controls:
        return
    for part in ("method", "rollbacks"):
        for position, activity in enumerate(toolkit.experiment.get(part) or []):
            try:
                pauses_of(toolkit, toolkit.resolved(activity))
            except BadInput as error:
                raise BadInput(f"{at(part, position)}.{error}") from None
