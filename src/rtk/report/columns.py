"""Measurements thinned to what a chart can show: at most so many columns, no deviation ever hidden."""

import math

from msgspec import Struct

from rtk.insight.facts import ActivitySpan, Facts, Outcome, Phase, PhaseSpan, SlotMeasurement, Threshold
from rtk.insight.thinning import further

# Beyond this a value cannot be scaled without overflow.
_DRAWABLE = 1e300


class Column(Struct):
    """What was measured in one column of a chart, at `at` seconds since the run began.

    `low` and `high` are the least and greatest value, None without any; `worst` is the deviated value
    furthest outside the threshold; `silent` counts deviated measurements that had no value.
    """

    at: float
    phase: Phase
    low: float | None = None
    high: float | None = None
    worst: float | None = None
    met: int = 0
    deviated: int = 0
    silent: int = 0
    missed: int = 0

    @property
    def outcome(self) -> Outcome:
        """What is told of the column as a whole: the worst that it holds, though not a gap beside a measurement."""
        return "deviated" if self.deviated else "met" if self.met else "missed"

    def add(self, m: SlotMeasurement, threshold: Threshold) -> None:
        """Count one measurement in."""
        value = drawable(m.value)
        if m.outcome == "missed":
            self.missed += 1
            return
        if m.outcome == "met":
            self.met += 1
        else:
            self.deviated += 1
            self.silent += value is None
            self.worst = further(self.worst, value, threshold)
        if value is not None:
            self.low = value if self.low is None or value < self.low else self.low
            self.high = value if self.high is None or value > self.high else self.high

    def join(self, other: "Column", threshold: Threshold) -> None:
        """Count another column in."""
        self.met += other.met
        self.deviated += other.deviated
        self.silent += other.silent
        self.missed += other.missed
        self.worst = further(self.worst, other.worst, threshold)
        self.low = min((v for v in (self.low, other.low) if v is not None), default=None)
        self.high = max((v for v in (self.high, other.high) if v is not None), default=None)


def drawable(value: float | None) -> float | None:
    """The value, or None where it cannot be drawn (none, infinite, beyond 1e300)."""
    return value if value is not None and math.isfinite(value) and abs(value) < _DRAWABLE else None


def span_of(facts: Facts) -> float:
    """Seconds that a chart of the run must show: to the last thing known of it."""
    count = len(facts.measurements)
    spans: tuple[PhaseSpan | ActivitySpan, ...] = (*facts.phases, *facts.conditions, *facts.rollbacks)
    ends = [facts.duration_s, *(s.ended for s in spans if s.ended is not None), *(s.started for s in spans)]
    if count:
        ends.append(_moment(facts.measurements[count - 1]))
    longest = max((e for e in ends if math.isfinite(e)), default=0.0)
    # A chart of nothing divides by its span, too.
    return longest if longest > 1e-9 else 1.0


def columns(facts: Facts, at_most: int) -> list[Column]:
    """The run's measurements as at most `at_most` columns in the order of time.

    While there is room each measurement is a column of its own; then columns are equal stretches of time.
    """
    if len(facts.measurements) <= at_most:
        found = []
        for m in facts.measurements:
            found.append(Column(_moment(m), m.phase))
            found[-1].add(m, facts.threshold)
        return found
    place = _Stretches(span_of(facts), at_most)
    for m in facts.measurements:
        place.at(_moment(m), m.phase).add(m, facts.threshold)
    return place.in_order()


def thinned(found: list[Column], facts: Facts, at_most: int) -> list[Column]:
    """Columns joined until there are at most `at_most`; what `columns` gives, without reading the run again."""
    if len(found) <= at_most:
        return found
    place = _Stretches(span_of(facts), at_most)
    for column in found:
        place.at(column.at, column.phase).join(column, facts.threshold)
    return place.in_order()


class _Stretches:
    """Equal stretches of time with a column each, made when first needed."""

    def __init__(self, span: float, count: int) -> None:
        self._width, self._last = span / count, count - 1
        self._found: dict[int, Column] = {}

    def at(self, moment: float, phase: Phase) -> Column:
        index = min(self._last, max(0, int(moment / self._width)))
        column = self._found.get(index)
        if column is None:
            column = self._found[index] = Column((index + 0.5) * self._width, phase)
        return column

    def in_order(self) -> list[Column]:
        return [self._found[index] for index in sorted(self._found)]


def _moment(m: SlotMeasurement) -> float:
    return m.due if m.started is None else m.started
