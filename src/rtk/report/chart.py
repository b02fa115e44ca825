"""The chart of a run as inline SVG: no script, no external reference, colours from the page's style.

Drawn twice, for wide and for narrow pages, together at most about 2,000 points however long the run was.
"""

from collections.abc import Iterable, Iterator
from html import escape

from rtk.figures import chosen_number, elapsed, number
from rtk.insight.facts import OUTCOMES, Facts
from rtk.insight.status import ActivityStatus
from rtk.report.axis import merged, time_ticks, utc
from rtk.report.columns import Column, thinned
from rtk.report.frame import LANE, MISSED, NARROW, WIDE, Frame, Size, frame
from rtk.report.text import plain

_FEW = 150  # up to so many measurements each met one is a dot of its own, with a hint
_CHARACTER = 6.3  # the width of a letter of the chart's text, generously


def charts(facts: Facts, found: list[Column]) -> str:
    """Both charts of a run from its columns (`WIDE.columns` at most); the page's style shows the one that fits."""
    return chart(facts, WIDE, found) + chart(facts, NARROW, found)


def chart(facts: Facts, size: Size, found: list[Column]) -> str:
    """One chart of a run as an `svg` element."""
    counts = describe(facts, found)
    found = thinned(found, facts, size.columns)
    plot = frame(facts, size, found)
    body = "".join(
        [
            *_phases(facts, plot),
            *(_series(facts, plot, found) if plot.values else _marks(plot, found)),
            *_missed(plot, found),
            *_time_axis(facts, plot),
            *_drawn_lanes(plot),
        ]
    )
    return (
        f'<svg class="chart {size.name}" viewBox="0 0 {size.width} {plot.height}" role="img" '
        f'aria-labelledby="title-{size.name} desc-{size.name}">'
        f'<title id="title-{size.name}">Measurements over time</title>'
        f'<desc id="desc-{size.name}">{escape(counts)}</desc>'
        f'<defs><pattern id="hatch-{size.name}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="hatch" width="2.4" height="6"/></pattern></defs>{body}</svg>'
    )


def describe(facts: Facts, found: list[Column]) -> str:
    """What the chart shows, in words."""
    told = ", ".join(f"{sum(getattr(c, outcome) for c in found)} {outcome}" for outcome in OUTCOMES)
    bound = threshold_words(facts)
    conditions = "; ".join(
        f"{plain(c.name, 80)} from {elapsed(c.started)} " + (f"to {elapsed(c.ended)}" if c.ended is not None else "on")
        for c in facts.conditions[:MOST_TOLD]
    )
    return f"{told}. {bound + '. ' if bound else ''}Conditions: {conditions or 'none'}."


# The description is read aloud: a list of any length would help nobody.
MOST_TOLD = 5


def threshold_words(facts: Facts) -> str:
    """The threshold with its unit, empty without one."""
    bound = facts.threshold
    if not bound.bounds:
        return ""
    kind = "threshold" if bound.upper is not None else "threshold, at least"
    return " ".join(filter(None, [kind, " to ".join(map(chosen_number, bound.bounds)), plain(bound.unit, 20)]))


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<path class="{kind}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def _rect(x: float, y: float, width: float, height: float, kind: str, more: str = "") -> str:
    # What lasted for an instant is a unit wide, so that it is seen.
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(1.0, width):.1f}" height="{height:.1f}"{more}/>'


def _phases(facts: Facts, plot: Frame) -> Iterator[str]:
    """The phases, and behind the values when a condition was in effect: tinted while it acted, hatched until undone."""
    for span in facts.phases:
        left, right = plot.x(span.started), plot.x(plot.span if span.ended is None else span.ended)
        yield _rect(left, 6, right - left, 20, f"phase {span.phase}", ' rx="3"')
        if right - left > len(span.phase) * _CHARACTER:
            yield _text((left + right) / 2, 20, span.phase, "phase-name", "middle")
        yield _line(left, plot.head - 4, left, plot.bottom, "edge") + _line(
            right, plot.head - 4, right, plot.bottom, "edge"
        )
    for lane in plot.lanes:
        if lane.kind != "condition":
            continue
        left, end, until = plot.x(lane.span.started), plot.x(lane.ended), plot.x(lane.until)
        yield _rect(left, plot.head, end - left, plot.size.plot, "shade")
        if until > end:
            yield _rect(end, plot.head, until - end, plot.size.plot, "shade after")


def _series(facts: Facts, plot: Frame, found: list[Column]) -> Iterator[str]:
    """The values over their axis, with the threshold."""
    left, right = plot.size.left, plot.size.width - plot.size.right
    for value in plot.values:
        y = plot.y(value)
        yield _line(left, y, right, y, "axis" if value == 0 else "grid")
        yield _text(left - 8, y + 4, chosen_number(value), "tick", "end")
    yield _text(left - 8, 20, plain(facts.threshold.unit, 12), "tick unit", "end")
    bounds = facts.threshold.bounds
    for bound in bounds:
        yield _line(left, plot.y(bound), right, plot.y(bound), "threshold")
    yield f'<path class="values" d="{_path(plot, found)}"/>'
    # Where a column holds several, no dot can stand for each.
    few = len(facts.measurements) <= min(_FEW, plot.size.columns)
    for column in found if few else ():
        if column.met and column.high is not None:
            hint = f"{elapsed(column.at)}, {number(column.high, plain(facts.threshold.unit, 12))}, met"
            place = f'cx="{plot.x(column.at):.1f}" cy="{plot.y(column.high):.1f}"'
            yield f'<circle class="met" {place} r="3.2"><title>{escape(hint)}</title></circle>'
    deviated = [(plot.x(c.at), plot.y(c.worst)) for c in found if c.worst is not None]
    yield _diamonds(deviated, 5.5 if few else 4)
    if bounds:
        yield _text(right - 4, plot.y(bounds[-1]) - 6, threshold_words(facts), "threshold-name", "end")
    silent = [(plot.x(c.at), plot.head - 13.0) for c in found if c.silent]
    yield _diamonds(silent, 5 if few else 4, "deviated silent")
    if silent:
        yield _text(left - 8, plot.head - 9, "no value", "tick", "end")


def _path(plot: Frame, found: list[Column]) -> str:
    """The line through the values, broken where a slot was missed, had no value, or a phase ended."""
    parts: list[str] = []
    before: Column | None = None
    for column in found:
        if column.low is None or column.high is None:
            before = None
            continue
        pen = "L" if before is not None and before.phase == column.phase else "M"
        x = plot.x(column.at)
        parts.append(f"{pen}{x:.1f} {plot.y(column.low):.1f}")
        if column.high != column.low:
            parts.append(f"L{x:.1f} {plot.y(column.high):.1f}")
        before = column
    return "".join(parts)


def _diamonds(places: Iterable[tuple[float, float]], size: float, kind: str = "deviated") -> str:
    path = "".join(f"M{x:.1f} {y - size:.1f}l{size} {size} -{size} {size} -{size} -{size}z" for x, y in places)
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _marks(plot: Frame, found: list[Column]) -> Iterator[str]:
    """A measure without values: dots and diamonds in two rows, bars where there are too many for dots."""
    right = plot.size.width - plot.size.right
    above, below = plot.head + plot.size.plot * 0.3, plot.head + plot.size.plot * 0.7
    for name, y in (("met", above), ("deviated", below)):
        yield _line(plot.size.left, y, right, y, "grid") + _text(plot.size.left - 8, y + 4, name, "tick", "end")
    met = [(plot.x(c.at), above) for c in found if c.met]
    if len(found) <= _FEW:
        yield "".join(f'<circle class="met" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in met)
    else:
        yield f'<path class="met-bars" d="{"".join(f"M{x:.1f} {y - 9:.1f}v18" for x, y in met)}"/>'
    deviated = [(plot.x(c.at), below) for c in found if c.deviated]
    yield _diamonds(deviated, 5.5 if len(found) <= _FEW else 4)


def _missed(plot: Frame, found: list[Column]) -> Iterator[str]:
    """Missed slots in their own strip below the plot: hollow bars, neighbours joined."""
    missed = [index for index, column in enumerate(found) if column.missed]
    if not missed:
        return
    # Where slots are few, a bar does not grow with the room that each has.
    half = (plot.x(plot.span) - plot.size.left) / max(len(found), 40) * 0.35
    bars = (
        f"M{plot.x(found[first].at) - half:.1f} {plot.bottom + 9}"
        f"H{plot.x(found[last].at) + half:.1f}v8H{plot.x(found[first].at) - half:.1f}z"
        for first, last in merged(missed)
    )
    yield f'<path class="missed" d="{"".join(bars)}"/>'
    for line, word in enumerate(("not", "measured")):  # beside the plot there is room for one of them
        yield _text(plot.size.left - 6, plot.bottom + 15 + 9 * line, word, "tick", "end")


def _time_axis(facts: Facts, plot: Frame) -> Iterator[str]:
    top = plot.bottom + MISSED
    moments = time_ticks(plot.span, plot.size.x_ticks)
    step = moments[1] if len(moments) > 1 else 1.0
    yield _line(plot.size.left, plot.bottom, plot.size.width - plot.size.right, plot.bottom, "axis")
    for at in moments:
        x = plot.x(at)
        # At the edge half of a label would be cut off.
        anchor = "end" if x > plot.size.width - 30 else "middle"
        yield _line(x, plot.bottom, x, plot.bottom + 4, "axis")
        yield _text(x, top + 14, elapsed(at, step), "tick", anchor)
        yield _text(x, top + 29, utc(facts.started_at + at, "%H:%M:%S"), "tick wall", anchor)
    yield _text(4, top + 14, "run", "tick unit") + _text(4, top + 29, "UTC", "tick unit")


def _drawn_lanes(plot: Frame) -> Iterator[str]:
    top, right = plot.bottom + MISSED + 44, plot.size.width - plot.size.right
    room = int((plot.size.width - 80) / _CHARACTER)
    for place, lane in enumerate(plot.lanes):
        y = top + place * LANE
        left, end, until = plot.x(lane.span.started), plot.x(lane.ended), plot.x(lane.until)
        succeeded = lane.span.status == ActivityStatus.SUCCEEDED
        failed = "" if succeeded else " failed"
        yield _rect(left, y + 6, end - left, 8, f"lane {lane.kind}{failed}", ' rx="2"')
        if until > end:
            more = f' fill="url(#hatch-{plot.size.name})"'
            yield _rect(end, y + 6, until - end, 8, "lane-after", more)
        word = "" if succeeded else f" ({plain(lane.span.status, 16)})"
        name = f"{lane.kind} {plain(lane.span.name, room - 24)}{word}"
        # The name stands above its bar and begins where the bar does; near the right edge it ends where the bar ends.
        if left + len(name) * _CHARACTER <= right:
            yield _text(left, y + 1, name, "lane-name")
        else:
            at = min(right, max(until, plot.size.left + len(name) * _CHARACTER))
            yield _text(at, y + 1, name, "lane-name", "end")
