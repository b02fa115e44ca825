"""A number out of what a probe or a file gives."""

import math
from typing import Any


def number_in(given: Any) -> float | None:
    """The number, also from its text (`"1.5"`, `"+Inf"`); None for anything else, a boolean and NaN."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        number = float(given)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def is_between(value: Any, lower: Any, upper: Any) -> bool:
    """Whether all three are numbers and the value lies within the bounds, which are inclusive."""
    number, low, high = number_in(value), number_in(lower), number_in(upper)
    if number is None or low is None or high is None:
        return False
    return low <= number <= high
