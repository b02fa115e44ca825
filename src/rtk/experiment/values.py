"""The values of a file's keys: each is checked here, and refused with its place and with what was expected."""

from typing import Any

from rtk.errors import BadInput
from rtk.experiment.quantity import A_DURATION, finite, seconds
from rtk.experiment.wording import at, kind, nearest, shown


def typed(value: Any, expected: type, place: str) -> Any:
    """Return what is of a type. Raises `BadInput` with its place, as all of these do."""
    if not isinstance(value, expected):
        raise BadInput.at(place, f"expected {kind(expected())}, not {shown(value)}")
    return value


def known(value: object, place: str, keys: frozenset[str]) -> dict[str, Any]:
    """Return a mapping whose keys are all known."""
    mapping: dict[str, Any] = typed(value, dict, place)
    for key in mapping:
        if key not in keys:
            raise BadInput.at(at(place, str(key)[:80]), f"unknown, {nearest(str(key), keys - {'run_id'})}")
    return mapping


def text(value: object, place: str) -> str:
    """Return text of 1 to 500 characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise BadInput.at(place, f"expected text of 1 to 500 characters, not {shown(value)}")
    return value


def within(value: object, place: str, most: float, *, above_zero: bool = False) -> float:
    """Return seconds up to so many."""
    number = finite(value)
    if number is None or not 0 <= number <= most or (above_zero and number == 0):
        least = "above 0 and at most" if above_zero else "from 0 to"
        hint = f" (a file says {A_DURATION} in seconds)" if isinstance(value, str) else ""
        raise BadInput.at(place, f"expected seconds {least} {most:.0f}, not {shown(value)}{hint}")
    return number


def count(value: object, place: str, most: int) -> int:
    """Return a whole number from 1 on."""
    number = finite(value)
    if number is None or number != int(number) or not 1 <= number <= most:
        raise BadInput.at(place, f"expected a whole number from 1 to {most:,}, not {shown(value)}")
    return int(number)


def flag(value: object, place: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadInput.at(place, f"expected true or false, not {shown(value)}")
    return value


def outage(value: object, place: str, most: float) -> float:
    """Return how long an outage lasts, in seconds."""
    length = seconds(value, place)
    if not 0 < length <= most:
        raise BadInput.at(place, f"expected how long an outage lasts, above 0 and at most 30 days, not {shown(value)}")
    return length


def proof(value: object, place: str, least: float, most: float) -> float:
    """Return how long a proof lasts, in seconds."""
    length = seconds(value, place)
    if not least <= length <= most:
        raise BadInput.at(place, f"expected how long a proof lasts, from 1 minute to 366 days, not {shown(value)}")
    return length


def budget(value: object, place: str) -> float:
    """Return a share of the budget."""
    number = finite(value)
    if number is None or not 0 < number <= 1:
        raise BadInput.at(place, f"expected a share of the budget above 0 and at most 1, not {shown(value)}")
    return number
