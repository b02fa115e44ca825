"""The values of a file's keys: each is checked here, and refused with its place and with what was expected."""

from typing import Any

from rtk.errors import BadInput
from rtk.experiment.quantity import A_DURATION, finite, seconds
from rtk.experiment.wording import at, kind, nearest, shown
from rtk.figures import duration
from rtk.insight.plan_limits import BUDGET, LONGEST_NAME, OUTAGE, PROOF, WINDOW, Range


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
            # `run_id` is taken for the sake of old files and never proposed.
            raise BadInput.at(at(place, str(key)[:80]), f"unknown, {nearest(str(key), keys - {'run_id'})}")
    return mapping


def text(value: object, place: str) -> str:
    """Return text of 1 to 500 characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise BadInput.at(place, f"expected text of 1 to {LONGEST_NAME} characters, not {shown(value)}")
    return value


def within(value: object, place: str, limit: Range) -> float:
    """Return seconds within a range."""
    number = finite(value)
    if number is None or not limit.holds(number):
        least = f"above {limit.least:g} and at most" if limit.above else f"from {limit.least:g} to"
        hint = f" (a file says {A_DURATION} in seconds)" if isinstance(value, str) else ""
        raise BadInput.at(place, f"expected seconds {least} {limit.most:.0f}, not {shown(value)}{hint}")
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


def outage(value: object, place: str) -> float:
    """Return how long an outage lasts, in seconds."""
    length = seconds(value, place)
    if not OUTAGE.holds(length):
        most = duration(OUTAGE.most)
        raise BadInput.at(place, f"expected how long an outage lasts, above 0 and at most {most}, not {shown(value)}")
    return length


def proof(value: object, place: str) -> float:
    """Return how long a proof lasts, in seconds."""
    length = seconds(value, place)
    if not PROOF.holds(length):
        least, most = duration(PROOF.least), duration(PROOF.most)
        raise BadInput.at(place, f"expected how long a proof lasts, from {least} to {most}, not {shown(value)}")
    return length


def budget_window(value: object, place: str) -> float:
    """Return the time that a budget is for, in seconds."""
    length = seconds(value, place)
    if not WINDOW.holds(length):
        raise BadInput.at(place, f"expected a window above 0 and at most {duration(WINDOW.most)}, not {shown(value)}")
    return length


def budget(value: object, place: str) -> float:
    """Return a share of the budget."""
    number = finite(value)
    if number is None or not BUDGET.holds(number):
        raise BadInput.at(place, f"expected a share of the budget above 0 and at most 1, not {shown(value)}")
    return number
