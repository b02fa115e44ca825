"""How often a condition is expected: `{"times": 2, "per": "30d", "lasts": "20m"}`, or the same as `2/30d,20m`."""

import re
from collections.abc import Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.quantity import finite, seconds, written
from rtk.experiment.wording import at, nearest, shown
from rtk.figures import duration, number
from rtk.insight.occurs import Occurs
from rtk.insight.plan_limits import BUDGET, LASTS, MOST_TIMES, PER, TIMES, Range

A_RATE = (
    "how often it is expected, such as 2/30d, 2/30d,20m where each lasts 20 minutes, or 2/30d,20m,10% of the budget"
)
_KEYS = frozenset(("times", "per", "lasts", "allowance"))
_TEXT = re.compile(r" *([^/,]+)/([^/,]+)(?:,([^/,%]+))?(?:,([^/,]+%) *)?", re.ASCII)
_LONGEST = 200


def occurs_of(value: object, place: str, *, strict: bool = False) -> Occurs:
    """Return how often something is expected, of a mapping or a text. Raises `BadInput` with the place."""
    values = _mapping(value, place)
    times = finite(values.get("times"))
    if times is None or not TIMES.holds(times):
        told = shown(values.get("times"))
        raise BadInput.at(at(place, "times"), f"expected a number above 0 and at most {MOST_TIMES:,}, not {told}")
    occurs = Occurs(
        times,
        _span(values.get("per"), at(place, "per"), PER, "the time that is for"),
        None if values.get("lasts") is None else _span(values["lasts"], at(place, "lasts"), LASTS, "how long it lasts"),
        _allowance(values.get("allowance"), at(place, "allowance")),
        strict,
    )
    if occurs.lasts_s is not None and occurs.times * occurs.lasts_s > occurs.per_s:
        each, per = duration(occurs.lasts_s), duration(occurs.per_s)
        raise BadInput.at(
            place, f"{number(occurs.times)} times {each} each is more than fits into {per}; expected less"
        )
    return occurs


def block_of_occurs(occurs: Occurs) -> dict[str, Any]:
    """The same as a file says it, without whether it is strict."""
    lasts = {} if occurs.lasts_s is None else {"lasts": _spelled(occurs.lasts_s)}
    allowance = {} if occurs.allowance == 1 else {"allowance": occurs.allowance}
    times = int(occurs.times) if occurs.times == int(occurs.times) else occurs.times
    return {"times": times, "per": _spelled(occurs.per_s), **lasts, **allowance}


def _mapping(value: object, place: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        found = _TEXT.fullmatch(value) if len(value) <= _LONGEST else None
        if not found:
            raise BadInput.at(place, f"expected {A_RATE}, not {shown(value)}")
        given: dict[str, Any] = dict(zip(("times", "per", "lasts", "allowance"), found.groups(), strict=True))
        # What is no number stays the text that it is, so that the refusal shows it as it was written.
        if times := re.fullmatch(r" *(-?[0-9]{1,20})(\.[0-9]{1,20})? *", found[1]):
            given["times"] = float(found[1]) if times[2] else int(found[1])
        return {key: each for key, each in given.items() if each is not None}
    if not isinstance(value, Mapping):
        raise BadInput.at(place, f"expected {A_RATE}, not {shown(value)}")
    for key in value:
        if key not in _KEYS:
            raise BadInput.at(at(place, str(key)[:80]), f"unknown, {nearest(str(key), _KEYS)}")
    return value


def _span(value: object, place: str, limit: Range, what: str) -> float:
    length = seconds(value, place)
    if not limit.holds(length):
        raise BadInput.at(place, f"expected {what}, above 0 and at most {duration(limit.most)}, not {shown(value)}")
    return length


def _allowance(value: object, place: str) -> float:
    if value is None:
        return 1.0
    given = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else value
    if isinstance(given, str) and (found := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *%", given)):
        given = float(found[1]) / 100
    share = finite(given)
    if share is None or not BUDGET.holds(share):
        raise BadInput.at(
            place, f"expected a share of the budget above 0 and at most 1 such as 10%, not {shown(value)}"
        )
    return share


def _spelled(length: float) -> str | float:
    text = written(length)
    # Spelled only where that reads back as the same number.
    return text if seconds(text) == length else length
