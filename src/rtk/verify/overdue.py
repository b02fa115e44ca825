"""Which measurements under way deviate whatever comes of them, so that nothing has to wait for their end."""

import math
from collections.abc import Iterable, Sequence

from rtk.clock import Clock
from rtk.verify.crew import InFlight

SLACK_S = 0.05  # how much longer than a probe's own time a thread may take to get to it and away from it


class Overdue:
    """Knows how long probes may take whose value is their own duration."""

    def __init__(self, bounds_s: Sequence[float | None], clock: Clock) -> None:
        """`bounds_s` are what their tolerances allow in seconds, by position; None for other probes."""
        self._bounds = [math.inf if bound is None else bound + SLACK_S for bound in bounds_s]
        self._clock = clock

    def deviates(self, one: InFlight) -> bool:
        """Return whether it deviates already: one of its probes did, or the one at work is overdue."""
        return self.is_past(one) or any(not run["tolerance_met"] and "shortage" not in run for run in list(one.probes))

    def is_past(self, one: InFlight) -> bool:
        """Return whether the probe at work has taken longer than its tolerance allows."""
        return self._clock.monotonic() >= self.due(one)

    def due(self, one: InFlight) -> float:
        """Return when the probe at work has taken longer than its tolerance allows; infinity where nobody knows."""
        position, began = len(one.probes), one.deadline - one.limit
        return began + self._bounds[position] if position < len(self._bounds) else math.inf

    def next(self, under_way: Iterable[InFlight]) -> float:
        """Return when the next of them is overdue that is not yet, infinity where there is none."""
        now = self._clock.monotonic()
        return min((due for due in map(self.due, under_way) if due > now), default=math.inf)
