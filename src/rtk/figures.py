"""Figures as words, one way everywhere: "95 %", "72 min", "1 day", "no data".

A figure is rounded as it is written, and what lies halfway goes to the even digit: 40.45 s is 40.4 s, whatever its bits
say. `frontend/src/frame/figures.ts` does the same in the browser; `tests/vectors/figures.json` holds both to it.

A bound is rounded to one decimal, or to as many as it takes not to seem to reach what it does not: 0.9496
against a target of 0.95 reads "94.96 %", never "95.0 %", and 0.99997 is never "100 %".
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

NO_DATA = "no data"
_DECIMALS = range(1, 16)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Whole numbers of a unit read best alone up to so many seconds; above, two units do.
_WHOLE = ((_DAY, "day", float("inf")), (_HOUR, "h", 2 * _DAY), (_MINUTE, "min", 2 * _HOUR))
_ONES = frozenset((1, _MINUTE, _HOUR, _DAY))
_WRITTEN_OUT = range(-4, 15)  # powers of ten; beyond them a value is written with its exponent
_ALL_DIGITS = Context(prec=800, rounding=ROUND_HALF_EVEN)  # no float has more digits


def share(x: float | None) -> str:
    """Return a share (0 to 1) as per cent, such as "66.7 %"; 0 and 100 % are kept for the exact ends."""
    if x is None:
        return NO_DATA
    return _percent(x, None).replace(".0 %", " %")


def chosen_share(x: float | None) -> str:
    """Return a share that somebody chose, such as a target, as it was written: "95 %", "99.912 %"."""
    return NO_DATA if x is None else f"{_significant(_hundredfold(x), 12)} %"


def fine_share(x: float | None) -> str:
    """Return a share to two decimals of a per cent, for budgets, where a tenth is coarse: "0.93 %", "11.73 %"."""
    if x is None:
        return NO_DATA
    text = _stripped(_fixed(_hundredfold(x), 2))
    return share(x) if text in {"0", "100"} else f"{text} %"


def bound(x: float | None, target: float | None = None) -> str:
    """Return a bound of a share as per cent, such as "90.5 %", never seeming to reach a target it does not."""
    return NO_DATA if x is None else _percent(x, target)


def likelihood(x: float) -> str:
    """Return how often something happens in whole per cent; what is never certain is never shown as 0 or 100 %."""
    if x >= 0.995:
        return "more than 99 %"
    return "less than 1 %" if x < 0.005 else f"{_fixed(_hundredfold(x), 0)} %"


def multiple(x: float | None) -> str:
    """Return a factor such as a burn rate, to two significant digits where it is small: "4.0", "0.34", "120"."""
    if x is None:
        return NO_DATA
    if x == 0 or x >= 9.95:
        return _fixed(_written(x), 0)
    return _fixed(_written(x), 1) if x >= 0.95 else _significant(_written(x), 2)


def number(x: float | None, unit: str = "") -> str:
    """Return a value to four significant digits with its unit, such as "312.4 ms" and "12,346 ms"."""
    if x is None:
        return NO_DATA
    return f"{_significant(_written(x), 4)} {unit}".rstrip()


def number_beyond(x: float, limit: float, unit: str = "") -> str:
    """Return a value beside a limit that it does not keep, to as many decimals as tell them apart: "300.001 ms"."""
    for decimals in range(3, 16):
        if _rounded(_written(x), decimals) != _written(limit):
            break
    return f"{_stripped(_fixed(_written(x), decimals))} {unit}".rstrip()


def chosen_number(x: float, unit: str = "") -> str:
    """Return a value that somebody chose, such as a threshold or a tick, as it was written: up to ten digits."""
    return f"{_significant(_written(x), 10)} {unit}".rstrip()


def count(n: int, thing: str) -> str:
    """Return a count with its noun: "1 measurement", "2,995 measurements"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def chance(p: float) -> str:
    """Return a p-value: "p = 0.031", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {_significant(_written(p), 2)}"


def listing(names: tuple[str, ...]) -> str:
    """Return names in quotation marks: '"a"', '"a" and "b"', '"a", "b" and 2 more'."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) > 3:
        quoted = [*quoted[:2], f"{len(quoted) - 2} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def duration(seconds: float | None) -> str:
    """Return seconds in the unit that reads best: "0.35 s", "40 s", "72 min", "6 h", "1 day", "2 days 23 h"."""
    if seconds is None:
        return NO_DATA
    if seconds < 0:
        return f"-{duration(-seconds)}"
    for unit, name, most in _WHOLE:
        if 0 < seconds <= most and seconds % unit == 0:
            whole = int(seconds // unit)
            return count(whole, name) if name == "day" else f"{whole:,} {name}"
    if 0 < seconds < 0.0095:
        return f"{_significant(_ALL_DIGITS.scaleb(_written(seconds), 3), 2)} ms"
    if _rounded(_written(seconds), 1) >= 2 * _MINUTE:
        return _pair(seconds)
    return f"{_stripped(_fixed(_written(seconds), 2 if seconds < 10 else 1))} s"


def chosen_duration(seconds: float) -> str:
    """Return a length of time that somebody chose, without rounding it: "0.125 s", "90 s", "25 min", "90,061 s"."""
    finest = 1 if seconds < 2 * _HOUR else _MINUTE if seconds < 2 * _DAY else _HOUR
    if seconds % finest == 0 and (seconds % _MINUTE == 0 or seconds >= 2 * _MINUTE):
        return duration(seconds)
    if 0 < seconds < 0.0095:
        return f"{_significant(_ALL_DIGITS.scaleb(_written(seconds), 3), 10)} ms"
    return chosen_number(seconds, "s")


def is_one(seconds: float) -> bool:
    """Return whether a duration reads as one of its unit: "1 day", "1 s"."""
    return seconds in _ONES


def precise_duration(seconds: float | None) -> str:
    """Return how long one measurement took, to the millisecond: "0.123 s"."""
    return NO_DATA if seconds is None else f"{_fixed(_written(seconds), 3)} s"


def elapsed(seconds: float, step: float = 1) -> str:
    """Return seconds since a start as on a clock: "1:05", "2:00:00"; with decimals where steps are below 1 s."""
    if step < 1:
        return f"{_stripped(_fixed(_written(seconds), 3))} s"
    whole = _nearest(seconds)
    minutes, rest = divmod(abs(whole), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"-{clock}" if whole < 0 else clock


def rounded(seconds: float) -> float:
    """Return a computed length of time as it is read: to three digits that count."""
    return float(f"{seconds:.3g}") if seconds < 1000 else float(round(seconds))


def _pair(seconds: float) -> str:
    """Return two units next to each other, the smaller one rounded to a whole number."""
    if _nearest(seconds) < 2 * _HOUR:
        return _two(divmod(_nearest(seconds), 60), "min", "s")
    if _nearest(seconds / _MINUTE) < 2 * 24 * 60:
        return _two(divmod(_nearest(seconds / _MINUTE), 60), "h", "min")
    return _two(divmod(_nearest(seconds / _HOUR), 24), "days", "h")


def _two(parts: tuple[int, int], large: str, small: str) -> str:
    whole, rest = parts
    return f"{whole:,} {large}" + (f" {rest} {small}" if rest else "")


def _percent(x: float, target: float | None) -> str:
    value = _hundredfold(x)
    promise = None if target is None else _hundredfold(target)
    for decimals in _DECIMALS:
        shown = _rounded(value, decimals)
        same_ends = all((shown == end) == (value == end) for end in (0, 100))
        if same_ends and (promise is None or (shown >= promise) == (value >= promise)):
            break
    return f"{shown:,f} %"


def _written(x: float) -> Decimal:
    """Return the decimal number that a float is written as."""
    return Decimal(str(x))


def _hundredfold(x: float) -> Decimal:
    return _ALL_DIGITS.scaleb(_written(x), 2)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=_ALL_DIGITS)


def _nearest(x: float) -> int:
    return int(_rounded(_written(x), 0))


def _fixed(value: Decimal, places: int) -> str:
    """Return a number with so many decimals, its thousands parted by commas; never "-0"."""
    shown = _rounded(value, places)
    return f"{shown if shown else abs(shown):,f}"


def _stripped(text: str) -> str:
    """Return a number without zeros at the end of its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _significant(value: Decimal, digits: int) -> str:
    """Return a number to so many significant digits, without zeros at its end; whole digits are never rounded away."""
    if not value or not value.is_finite():
        return f"{float(value):g}".removeprefix("-0") or "0"
    decimals = digits - 1 - value.adjusted()
    power = _rounded(value, decimals).adjusted()
    if power in _WRITTEN_OUT:
        return _stripped(_fixed(value, max(0, decimals)))
    mantissa = _rounded(value, decimals).scaleb(-power)
    return f"{_stripped(f'{mantissa:f}')}e{power:+d}"
