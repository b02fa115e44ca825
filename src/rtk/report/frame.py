"""The geometry of a chart: where a moment and a value stand in it."""

from msgspec import Struct
from msgspec.structs import replace

from rtk.insight.facts import ActivitySpan, Facts
from rtk.report.axis import ticks
from rtk.report.columns import Column, drawable, span_of

# So many are about as tall as the plot above them.
MOST_LANES = 8
_LEAST = 1e-200  # values closer together than this are drawn as if they were 0
_ROWS = 110  # the plot's height for a measure without values


class Size(Struct, frozen=True):
    """A chart's canvas: width, plot height and margins in user units; how many columns it may have."""

    name: str
    width: int
    plot: int
    left: int
    right: int
    columns: int
    x_ticks: int


WIDE = Size("wide", 1000, 250, 64, 16, 400, 9)
NARROW = Size("narrow", 380, 210, 58, 8, 120, 4)

HEAD = 34  # above the plot: the phases' band
SILENT = 22  # below that, where there are any: deviated measurements without a value
MISSED = 24  # below the plot: the missed slots' strip
TIMES = 40  # below that: two rows of times
LANE = 30  # each condition or rollback


class Lane(Struct, frozen=True):
    """A condition or rollback under the chart: solid from `started` to `ended`, then hatched to `until`."""

    span: ActivitySpan
    kind: str
    ended: float
    until: float


class Frame(Struct, frozen=True):
    """A chart's scales. `values` are the value axis' ticks, empty for a measure without values."""

    size: Size
    span: float
    values: list[float]
    lanes: list[Lane]
    head: int

    @property
    def bottom(self) -> int:
        """Where the plot ends."""
        return self.head + self.size.plot

    @property
    def height(self) -> int:
        """The whole canvas."""
        return self.bottom + MISSED + TIMES + LANE * len(self.lanes) + 4

    def x(self, at: float) -> float:
        """A moment's place, kept within the plot."""
        room = self.size.width - self.size.left - self.size.right
        return self.size.left + room * min(1.0, max(0.0, at / self.span))

    def y(self, value: float) -> float:
        """A value's place, kept within the plot."""
        low, high = self.values[0], self.values[-1]
        share = (value - low) / (high - low)
        return self.bottom - self.size.plot * min(1.0, max(0.0, share))


def frame(facts: Facts, size: Size, found: list[Column]) -> Frame:
    """The scales for a run: values from 0 (or below) to above the greatest value and the threshold."""
    span = span_of(facts)
    numbers = [v for c in found for v in (c.low, c.high) if v is not None]
    values: list[float] = []
    if numbers:
        numbers += [bound for bound in facts.threshold.bounds if drawable(bound) is not None]
        low, high = min(0.0, *numbers), max(0.0, *numbers)
        # With some room, so that no value lies on the edge.
        values = [0.0, 1.0] if high - low < _LEAST else ticks(low * 1.08, high * 1.08, 5)
    size = size if values else replace(size, plot=_ROWS)
    silent = values and any(c.silent for c in found)
    return Frame(size, span, values, _lanes(facts, span)[:MOST_LANES], HEAD + SILENT if silent else HEAD)


def _lanes(facts: Facts, span: float) -> list[Lane]:
    """Return a lane for each condition and each rollback. One that has not ended reaches to the end of the run."""
    lanes: list[Lane] = []
    undone = max((r.ended for r in facts.rollbacks if r.ended is not None), default=span)
    for condition in facts.conditions:
        ended = span if condition.ended is None else condition.ended
        hatched = max(ended, condition.over_at(undone) or 0.0)
        lanes.append(Lane(condition, "condition", ended, min(span, hatched)))
    for rollback in facts.rollbacks:
        ended = span if rollback.ended is None else rollback.ended
        lanes.append(Lane(rollback, "rollback", ended, ended))
    return lanes
