"""What an activity says in its `rtk` extension: how one sees that a condition took hold, and that it is gone."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from rtk.errors import BadInput
from rtk.experiment.wording import at, nearest, shown
from rtk.insight.plan_limits import LENGTH

WITHIN_S = 30.0
EVERY_S = 1.0
KEYS = frozenset({"name", "lasts", "effect", "restored", "success", "tries"})
CLAIMS = ("effect", "restored")


class Claim(Struct, frozen=True):
    """What is to be shown: `probes` with tolerances, awaited for `within` seconds, asked every `every`, where given."""

    probes: list[dict[str, Any]]
    within: float = WITHIN_S
    every: float | None = None


def check(experiment: Mapping[str, Any]) -> None:
    """Raise `BadInput` for an `rtk` extension that is not of its form, except for the probes of its claims."""
    for place, activity in _extended(experiment):
        extension = extension_of(activity)
        for key in extension.keys() - KEYS:
            raise BadInput.at(place, f"{shown(key)} is not known; {nearest(key, KEYS)}")
        # Here and below: true and false are numbers to Python, and nobody means them as such.
        tries, lasts = extension.get("tries", 1), extension.get("lasts", 1)
        if isinstance(tries, bool) or not isinstance(tries, int) or not 1 <= tries <= 100:
            raise BadInput.at(place, f"tries is {shown(tries)}; expected a whole number from 1 to 100")
        if isinstance(lasts, bool) or not isinstance(lasts, int | float) or not LENGTH.holds(lasts):
            raise BadInput.at(place, f"lasts is {shown(lasts)}; expected seconds, 0 or more")


def claimed(experiment: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every probe of a claim, with its place. Raises `BadInput` for a claim that is not of its form."""
    for place, activity in _extended(experiment):
        for what in CLAIMS:
            claim = claim_of(activity, what, at(place, what))
            for position, probe in enumerate(claim.probes if claim else []):
                yield at(at(at(place, what), "probes"), position), probe


def successes(experiment: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what activities declare to be their success, a tolerance of their own output, with its place."""
    for place, activity in _extended(experiment):
        if (success := extension_of(activity).get("success")) is not None:
            yield at(place, "success"), success


def extension_of(activity: Mapping[str, Any]) -> dict[str, Any]:
    """An activity's `rtk` extension, empty where it has none."""
    blocks = activity.get("extensions")
    held = blocks if isinstance(blocks, list) else []
    return next((dict(block) for block in held if isinstance(block, dict) and block.get("name") == "rtk"), {})


def claim_of(activity: Mapping[str, Any], what: str, place: str = "") -> Claim | None:
    """An action's claim `effect` or `restored`. Raises `BadInput`, with its place, when it is not of their form."""
    block = extension_of(activity).get(what)
    if block is None:
        return None
    place = place or f'the {what} of the action "{activity.get("name")}"'
    if not isinstance(block, dict) or not isinstance(block.get("probes"), list) or not block["probes"]:
        raise BadInput(f'{place}: expected {{"probes": [a probe with a tolerance, …], "within": seconds}}')
    for probe in block["probes"]:
        if not isinstance(probe, dict) or "provider" not in probe or "tolerance" not in probe:
            raise BadInput.at(place, "each of its probes needs a name, a provider and a tolerance")
    # Type and name may be left out: nothing else can stand here.
    probes = [{"type": "probe", "name": what, **probe} for probe in block["probes"]]
    every = _seconds(block, "every", EVERY_S, place) if "every" in block else None
    return Claim(probes, _seconds(block, "within", WITHIN_S, place), every)


def _extended(experiment: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in ("method", "rollbacks"):
        for position, activity in enumerate(experiment.get(part) or []):
            held = activity.get("extensions")
            names = [each.get("name") for each in held if isinstance(each, dict)] if isinstance(held, list) else []
            yield at(at(at(part, position), "extensions"), names.index("rtk") if "rtk" in names else 0), activity


def _seconds(block: Mapping[str, Any], key: str, default: float, place: str) -> float:
    value = block.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:
        raise BadInput.at(place, f"{key} is {value!r}; expected seconds above 0")
    return float(value)
