"""Figures as words, one way everywhere: "95 %", "72 min", "1 day", "no data".

A bound is rounded to one decimal, or to as many as it takes not to seem to reach what it does not: 0.9496
against a target of 0.95 reads "94.96 %", never "95.0 %", and 0.99997 is never "100 %".
"""

from decimal import ROUND_HALF_EVEN, Decimal

NO_DATA = "no data"
_DECIMALS = range(1, 16)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Whole numbers of a unit read best alone up to so many seconds; above, two units do.
_WHOLE = ((_DAY, "day", float("inf")), (_HOUR, "h", 2 * _DAY), (_MINUTE, "min", 2 * _HOUR))
_ONES = frozenset((1, _MINUTE, _HOUR, _DAY))


def share(x: float | None) -> str:
    """A share (0 to 1) as per cent, such as "66.7 %"; 0 and 100 % are kept for the exact ends."""
    if x is None:
        return NO_DATA
    return _percent(x, None).replace(".0 %", " %")


def bound(x: float | None, target: float | None = None) -> str:
    """A bound of a share as per cent, such as "90.5 %", never seeming to reach a target it does not."""
    return NO_DATA if x is None else _percent(x, target)


def multiple(x: float | None) -> str:
    """A factor such as a burn rate, to two significant digits where it is small: "4.0", "0.34", "120"."""
    if x is None:
        return NO_DATA
    if x == 0 or x >= 9.95:
        return f"{x:,.0f}"
    return f"{x:.1f}" if x >= 0.95 else f"{x:.2g}"


def number(x: float | None, unit: str = "") -> str:
    """A value to four significant digits with its unit, such as "312.4 ms" and "12,346 ms"."""
    if x is None:
        return NO_DATA
    text = f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"
    return f"{text} {unit}".rstrip()


def count(n: int, thing: str) -> str:
    """A count with its noun: "1 measurement", "2,995 measurements"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def chance(p: float) -> str:
    """A p-value: "p = 0.031", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def listing(names: tuple[str, ...]) -> str:
    """Names in quotation marks: '"a"', '"a" and "b"', '"a", "b" and 2 more'."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) > 3:
        quoted = [*quoted[:2], f"{len(quoted) - 2} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def duration(seconds: float | None) -> str:
    """Seconds in the unit that reads best: "0.35 s", "40 s", "72 min", "6 h", "1 day", "2 days 23 h"."""
    if seconds is None:
        return NO_DATA
    if seconds < 0:
        return f"-{duration(-seconds)}"
    for unit, name, most in _WHOLE:
        if 0 < seconds <= most and seconds % unit == 0:
            return _whole(int(seconds // unit), name)
    return _short(seconds) if round(seconds, 1) < 2 * _MINUTE else _pair(seconds)


def is_one(seconds: float) -> bool:
    """Whether a duration reads as one of its unit: "1 day", "1 s"."""
    return seconds in _ONES


def rounded(seconds: float) -> float:
    """A computed length of time as it is read: to three digits that count."""
    return float(f"{seconds:.3g}") if seconds < 1000 else float(round(seconds))


def _whole(n: int, unit: str) -> str:
    return count(n, unit) if unit == "day" else f"{n:,} {unit}"


def _short(seconds: float) -> str:
    if 0 < seconds < 0.0095:
        return f"{seconds * 1000:.2g} ms"
    return f"{round(seconds, 2 if seconds < 10 else 1):g} s"


def _pair(seconds: float) -> str:
    """Two units next to each other, the smaller one rounded to a whole number."""
    if round(seconds) < 2 * _HOUR:
        return _two(divmod(round(seconds), 60), "min", "s")
    if round(seconds / _MINUTE) < 2 * 24 * 60:
        return _two(divmod(round(seconds / _MINUTE), 60), "h", "min")
    return _two(divmod(round(seconds / _HOUR), 24), "days", "h")


def _two(parts: tuple[int, int], large: str, small: str) -> str:
    whole, rest = parts
    return f"{whole:,} {large}" + (f" {rest} {small}" if rest else "")


def _percent(x: float, target: float | None) -> str:
    exact = Decimal(str(x)) * 100
    promise = None if target is None else Decimal(str(target)) * 100
    for decimals in _DECIMALS:
        shown = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
        if _tells_the_same(shown, exact, promise):
            break
    return f"{shown:,} %"


def _tells_the_same(shown: Decimal, exact: Decimal, promise: Decimal | None) -> bool:
    ends = all((shown == end) == (exact == end) for end in (0, 100))
    return ends and (promise is None or (shown >= promise) == (exact >= promise))
