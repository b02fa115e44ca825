"""What a console learned of outages, as it writes it beside the ids of a file."""

from rtk.errors import BadInput
from rtk.experiment.quantity import finite
from rtk.experiment.values import count
from rtk.experiment.wording import at, kind, nearest, shown
from rtk.insight.outage_length import Learned
from rtk.insight.plan_limits import OUTAGE

MOST = 10**12  # outages, and runs
_KEYS = frozenset(("seconds", "outages", "runs"))


def learned_in(value: object, place: str) -> Learned | None:
    """Return what stands there; None for nothing. Raises `BadInput` for what cannot have been learned."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadInput.at(place, f"expected {kind({})}, not {shown(value)}")
    for key in value:
        if key not in _KEYS:
            raise BadInput.at(at(place, str(key)[:80]), f"unknown, {nearest(str(key), _KEYS)}")
    length = finite(value.get("seconds"))
    if length is None or not OUTAGE.holds(length):
        told = shown(value.get("seconds"))
        raise BadInput.at(at(place, "seconds"), f"expected seconds above 0 and at most {OUTAGE.most:.0f}, not {told}")
    return Learned(length, *(count(value.get(key), at(place, key), MOST) for key in ("outages", "runs")))
