"""Durations and shares as people write them."""

import math
import re
from decimal import Decimal

from rtk.errors import BadInput
from rtk.experiment.wording import shown

_UNITS = {"ms": "0.001", "s": "1", "m": "60", "h": "3600", "d": "86400", "w": "604800"}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(ms|s|m|h|d|w)")
_DURATION = re.compile(rf"(?:{_PART.pattern} *)+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(%?)")
# Nobody writes longer ones, and sums of decimals without bounds take time.
_LONGEST = 64

A_DURATION = "a duration such as 10s, 5m, 1m30s, 1h or 1d"
A_SHARE = "a share above 0 and below 1 such as 95% or 0.95"


def seconds(value: object, what: str = "") -> float:
    """Seconds of `10s`, `5m`, `1h`, `1d`, `2w`, `500ms`, `1m30s` or a plain number; finite, not negative.

    `what` is the place for the sentence of the `BadInput`.
    """
    found = number(value)
    if found is None and isinstance(value, str) and len(value) <= _LONGEST:
        text = value.strip()
        if _DURATION.fullmatch(text):
            found = float(sum(Decimal(n) * Decimal(_UNITS[unit]) for n, unit in _PART.findall(text)))
    if found is None or not math.isfinite(found) or found < 0:
        raise _refusal(what, A_DURATION, value)
    return found


def written(seconds: float) -> str:
    """Seconds as an option or a person writes them, and `seconds` reads them: `9m50s`, `1d`, `250ms`."""
    left, parts = Decimal(str(seconds)), ""  # of 0.3 s floats would leave a rest
    for unit in ("d", "h", "m", "s", "ms"):
        whole = left // Decimal(_UNITS[unit])
        left -= whole * Decimal(_UNITS[unit])
        parts += f"{whole}{unit}" if whole else ""
    return f"{seconds:g}s" if left or not parts else parts


def share(value: object, what: str = "") -> float:
    """A share strictly between 0 and 1, of `95%`, `0.95` or a number; exact as written (99.9% is 0.999)."""
    number = finite(value)
    if isinstance(value, str) and len(value) <= _LONGEST and (found := _SHARE.fullmatch(value.strip())):
        number = float(Decimal(found[1]) / 100 if found[2] else Decimal(found[1]))
    if number is None or not 0 < number < 1:
        # 99 for 99% is the slip to expect; of 1 nobody knows whether it was meant as 1% or as 100%.
        left_out = number is not None and 1 < number < 100 and not (isinstance(value, str) and "%" in value)
        raise _refusal(what, A_SHARE, value, f", did you mean {number:g}%?" if left_out else "")
    return number


def finite(value: object) -> float | None:
    """A number of a file as a float; None for what is no number, is not finite or is true or false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return None
    return number if math.isfinite(number) else None


def number(value: object) -> float | None:
    """Return a number of a file, also one written as text; None for what is none."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None
    return finite(value)


def in_file(value: float) -> int | float:
    """Return a number as files hold it: a whole one without a decimal point."""
    return int(value) if value == int(value) else value


def _refusal(what: str, expected: str, value: object, hint: str = "") -> BadInput:
    return BadInput.at(what, f"expected {expected}, not {shown(value)}{hint}")
