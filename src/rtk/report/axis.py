"""Round ticks for the axes of a chart."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime

_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def round_step(span: float, at_most: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times 10^n that divides `span` (> 0) into at most `at_most` steps."""
    rough = span / at_most
    power = 10.0 ** math.floor(math.log10(rough))
    # Less the noise of floats, by which a step that just fits would be passed over.
    return next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, at_most: int = 6) -> list[float]:
    """Round values from at or below `low` to at or above `high`; low < high."""
    step = round_step(high - low, at_most)
    # Less the noise of floats, by which a round end would get a step more.
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def time_ticks(span: float, at_most: int) -> list[float]:
    """Round moments from 0 to `span` seconds, in steps people count time in."""
    rough = span / max(1, at_most)
    if rough <= 1:
        step = round_step(span, at_most)
    else:
        step = next((s for s in _TIME_STEPS if s >= rough), 86400 * math.ceil(rough / 86400))
    return [n * step for n in range(math.floor(span / step + 1e-9) + 1)]


def utc(epoch: float, form: str) -> str:
    """A stamp in UTC by strftime's form; a question mark where the calendar has no such moment."""
    try:
        # The calendar ends with the year 9999, and a record may hold any number.
        return datetime.fromtimestamp(epoch, UTC).strftime(form)
    except (OverflowError, ValueError, OSError):
        return "?"


def merged(indexes: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring indexes as (first, last)."""
    start = previous = None
    for index in indexes:
        if previous is not None and start is not None and index != previous + 1:
            yield start, previous
            start = index
        start = index if start is None else start
        previous = index
    if start is not None and previous is not None:
        yield start, previous
