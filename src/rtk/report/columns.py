"""Measurements thinned to what a chart can show: at most so many columns, no deviation ever hidden."""

import math
from dataclasses import dataclass

from rtk.insight.facts import ActivitySpan, Facts, Measurement, Phase, PhaseSpan, Threshold

# Beyond this a value cannot be scaled without overflow.
_DRAWABLE = 1e300


@dataclass(slots=True)
class Column:
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

    def add(self, m: Measurement, threshold: Threshold) -> None:
        """Count one measurement in."""
        value = drawable(m.value)
        setattr(self, m.outcome, getattr(self, m.outcome) + 1)
        self.silent += m.outcome == "deviated" and value is None
        if value is None or m.outcome == "missed":
            return
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)
        if m.outcome == "deviated" and (
            self.worst is None or _outside(value, threshold) > _outside(self.worst, threshold)
        ):
            self.worst = value


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
    return max((e for e in ends if math.isfinite(e)), default=0.0) or 1.0


def columns(facts: Facts, at_most: int) -> list[Column]:
    """The run's measurements as at most `at_most` columns in the order of time.

    While there is room each measurement is a column of its own; then columns are equal stretches of time.
    """
    if len(facts.measurements) <= at_most:
        return [_single(m, facts.threshold) for m in facts.measurements]
    width = span_of(facts) / at_most
    found: dict[int, Column] = {}
    for m in facts.measurements:
        index = min(at_most - 1, max(0, int(_moment(m) / width)))
        if index not in found:
            found[index] = Column((index + 0.5) * width, m.phase)
        found[index].add(m, facts.threshold)
    return [found[index] for index in sorted(found)]


def _single(m: Measurement, threshold: Threshold) -> Column:
    column = Column(_moment(m), m.phase)
    column.add(m, threshold)
    return column


def _moment(m: Measurement) -> float:
    return m.due if m.started is None else m.started


def _outside(value: float, threshold: Threshold) -> float:
    """How far outside the threshold a value lies; without a threshold greater is worse."""
    above = value - threshold.upper if threshold.upper is not None else -math.inf
    below = threshold.lower - value if threshold.lower is not None else -math.inf
    furthest = max(above, below)
    return furthest if math.isfinite(furthest) else value
