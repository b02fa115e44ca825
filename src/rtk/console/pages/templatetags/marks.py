"""Small charts within a line of text, as inline SVG: the last measurements, and the last results.

What is red has another shape as well, and a sentence tells the same to who sees neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rtk.figures import chosen_number, number
from rtk.insight.columns import MET
from rtk.insight.facts import OUTCOMES, Threshold
from rtk.insight.thinning import thinned
from rtk.report.marks import OUTCOMES as MARKS

register = template.Library()

POINTS = 40  # what a sparkline has room for
BARS = 5
WIDTH, HEIGHT, EDGE = 120.0, 28.0, 3.0
BAR, GAP = 6, 3
Value = float | None
Point = tuple[Value, str]


@register.simple_tag
def sparkline(values: Iterable[Any] | None, threshold: Any = None, outcomes: Iterable[str] | None = None) -> SafeString:
    """The last measurements as a line; without values (true or false) as dots: above what was met, below what was not.

    `threshold` is a number, a pair of a lower and an upper bound, or a mapping with `lower`, `upper` and `unit`.
    `outcomes` are `met`, `deviated` and `missed`; without them the threshold tells. Nothing is drawn of nothing.
    """
    lower, upper, unit = bounds(threshold)
    points = few(_points(values, outcomes, lower, upper), Threshold(lower, upper))
    if not points:
        return format_html('<span class="text-secondary">{}</span>', "no data")
    levels = [value for value, _ in points if value is not None]
    if levels:
        drawn = _line(points, levels, lower, upper)
    else:
        places, (top, bottom) = _places(len(points)), (HEIGHT * 0.3, HEIGHT * 0.7)
        met = [(_n(x), _n(bottom)) for x, (_, outcome) in zip(places, points, strict=True) if outcome == "met"]
        deviated = _marks(points, places, [top] * len(points))
        drawn = format_html("{}{}", format_html_join("", _DOT, met), deviated)
    said = sentence(points, lower, upper, unit)
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">'
        "<title>{}</title>{}</svg>",
        *map(_n, (WIDTH, HEIGHT, WIDTH, HEIGHT)),
        said,
        said,
        drawn,
    )


def bounds(threshold: Any) -> tuple[Value, Value, str]:
    """The lower bound, the upper one and the unit of what a threshold is given as."""
    if isinstance(threshold, Mapping):
        lower, upper, unit = _number(threshold.get("lower")), _number(threshold.get("upper")), threshold.get("unit")
        # As it can be shown, whatever a client sent for one.
        return lower, upper, unit[:20].encode("utf-8", "replace").decode() if isinstance(unit, str) else ""
    if isinstance(threshold, Sequence) and not isinstance(threshold, str):
        lower, upper = (*threshold, None, None)[:2]
        return _number(lower), _number(upper), ""
    return None, _number(threshold), ""


def few(points: Sequence[Point], threshold: Threshold, most: int = POINTS) -> list[Point]:
    """So many points at most, in their order, thinned where there are more."""
    if len(points) <= most:
        return list(points)
    kinds = bytes(OUTCOMES.index(outcome) if outcome in OUTCOMES else MET for _, outcome in points)
    found = thinned(kinds, [nan if value is None else value for value, _ in points], most, threshold)
    return [(value, OUTCOMES[kind]) for value, kind in found]


def sentence(points: Sequence[Point], lower: Value, upper: Value, unit: str) -> str:
    """What a sparkline shows, in words."""
    counted = {word: sum(outcome == word for _, outcome in points) for word in OUTCOMES}
    parts = [f"{many} {MARKS[word].word}" for word, many in counted.items() if many]
    values = [value for value, _ in points if value is not None]
    suffix = f" {unit}" if unit else ""
    if values:
        low, high = number(min(values)), number(max(values))
        parts.append(f"{low}{suffix}" if low == high else f"{low} to {high}{suffix}")
    marks = ((lower, "at least"), (upper, "at most"))
    promised = [f"{word} {chosen_number(bound)}{suffix}" for bound, word in marks if bound is not None]
    parts += [f"expected {' and '.join(promised)}"] if promised else []
    return f"{len(points)} point{'' if len(points) == 1 else 's'}: {', '.join(parts)}"


def _points(values: Iterable[Any] | None, outcomes: Iterable[str] | None, lower: Value, upper: Value) -> list[Point]:
    numbers = [_number(each) for each in values or ()]
    told = list(outcomes or ())
    if told and not numbers:
        numbers = [None] * len(told)
    if told:
        return list(zip(numbers, told, strict=False))
    points: list[Point] = []
    for value in numbers:
        if value is None:
            points.append((value, "missed"))
        else:
            outside = (lower is not None and value < lower) or (upper is not None and value > upper)
            points.append((value, "deviated" if outside else "met"))
    return points


def _line(points: Sequence[Point], levels: Sequence[float], lower: Value, upper: Value) -> SafeString:
    # A bound that is far away would press the line flat.
    spread = max(levels) - min(levels) or abs(levels[0]) or 1.0
    room = min(levels) - 3 * spread, max(levels) + 3 * spread
    shown = [bound for bound in (lower, upper) if bound is not None and room[0] <= bound <= room[1]]
    low, high = min([*levels, *shown]), max([*levels, *shown])
    heights = [_height(value, low, high) for value, _ in points]
    places = _places(len(points))
    # Where there is no value the line is broken; a lone point is a line to itself.
    stretches: list[list[str]] = [[]]
    for x, y in zip(places, heights, strict=True):
        if y is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{_n(x)},{_n(y)}")
    lines = [" ".join(each if len(each) > 1 else each * 2) for each in stretches if each]
    return format_html(
        "{}{}{}",
        format_html_join("", _THRESHOLD, ((_n(_height(each, low, high)), _n(WIDTH)) for each in shown)),
        format_html_join("", _STRETCH, ((each,) for each in lines)),
        _marks(points, places, [EDGE if height is None else height for height in heights]),
    )


_THRESHOLD = '<path class="text-secondary" d="M0 {}H{}" stroke="currentColor" stroke-dasharray="3 2" fill="none"/>'
_STRETCH = (
    '<polyline class="text-primary" points="{}" fill="none" stroke="currentColor" stroke-width="1.5"'
    ' stroke-linejoin="round" stroke-linecap="round"/>'
)
_DOT = '<circle class="text-primary" cx="{}" cy="{}" r="1.5" fill="currentColor"/>'
_DIAMOND = '<path class="text-red" d="M{} {}l3 3-3 3-3-3z" fill="currentColor"/>'
_TICK = '<path class="text-secondary" d="M{} {}v4" stroke="currentColor" fill="none"/>'


def _marks(points: Sequence[Point], places: Sequence[float], heights: Sequence[float]) -> SafeString:
    """A diamond on what deviated, a tick at the foot of what was missed."""
    all_of_it = list(zip(points, places, heights, strict=True))
    deviated = [(_n(x), _n(y - EDGE)) for (_, outcome), x, y in all_of_it if outcome == "deviated"]
    missed = [(_n(x), _n(HEIGHT - 4)) for (_, outcome), x, _ in all_of_it if outcome == "missed"]
    return format_html("{}{}", format_html_join("", _TICK, missed), format_html_join("", _DIAMOND, deviated))


def _places(count: int) -> list[float]:
    if count == 1:
        return [WIDTH / 2]
    step = (WIDTH - 2 * EDGE) / (count - 1)
    return [EDGE + step * number for number in range(count)]


def _height(value: Value, low: float, high: float) -> Any:
    if value is None:
        return None
    share = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)


@register.simple_tag
def results(verdicts: Iterable[str | None] | None) -> SafeString:
    """The last five results as bars, the latest at the right: a pass is a tall full bar, a fail a short one with a
    cross above, inconclusive a half one that is hollow, invalid a low dashed one; without a verdict there is a dot."""
    told = [verdict if verdict in _BARS else "none" for verdict in verdicts or ()][-BARS:]
    if not told:
        return format_html('<span class="text-secondary">{}</span>', "no results")
    width = BARS * (BAR + GAP) - GAP
    begin = width - len(told) * (BAR + GAP) + GAP
    bars = ((begin + place * (BAR + GAP), verdict) for place, verdict in enumerate(told))
    words = ", ".join(_WORDS.get(verdict, verdict) for verdict in told)
    said = f"Last {len(told)} results, oldest first: {words}" if len(told) > 1 else f"Last result: {words}"
    return format_html(
        '<svg class="results" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">'
        "<title>{}</title>{}</svg>",
        *map(_n, (width, HEIGHT, width, HEIGHT)),
        said,
        said,
        format_html_join("", "{}", ((format_html(_BARS[verdict], x=x),) for x, verdict in bars)),
    )


_WORDS = {"none": "no verdict", "not-begun": "not begun"}
_NO_BAR = '<circle class="text-secondary" cx="{x}" cy="25.5" r="1.5" transform="translate(3)" fill="currentColor"/>'
_BARS = {
    "pass": '<rect class="text-green" x="{x}" y="3" width="6" height="25" rx="1" fill="currentColor"/>',
    "fail": '<g class="text-red" transform="translate({x})"><rect y="18" width="6" height="10" rx="1"'
    ' fill="currentColor"/><path d="M.5 9l5 5m0-5l-5 5" stroke="currentColor" stroke-width="1.5"/></g>',
    "inconclusive": '<g class="text-orange" transform="translate({x})"><rect x=".75" y="10.75" width="4.5"'
    ' height="16.5" rx="1" fill="none" stroke="currentColor" stroke-width="1.5"/></g>',
    "invalid": '<g class="text-secondary" transform="translate({x})"><rect x=".5" y="21.5" width="5" height="6"'
    ' fill="none" stroke="currentColor" stroke-dasharray="2 1"/></g>',
    "not-begun": _NO_BAR,
    "none": _NO_BAR,
}


def _number(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or abs(value) > 1e100:
        return None
    return float(value)


def _n(value: float) -> str:
    """A number as short as a drawing needs it."""
    return f"{value:.1f}".removesuffix(".0")
