"""What a run looks like while it goes on: the engine writes it, the live view only reads it.

Counts and events, never a judgement: there is no verdict before the end.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from rtk.insight.facts import Outcome, Threshold

RECENT = 240
LAST_EVENTS = 6


class Waiting(NamedTuple):
    """What is waited for once a phase's time is over: so many answers, for so many seconds at most."""

    answers: int = 0
    at_most_s: float = 0.0


@dataclass
class Progress:
    """A run's present state. Moments are readings of `now`, the run's monotonic clock, in seconds.

    `phase` is `gate` or one of the phases; `phase_ends` and `run_ends` are None where no
    end is known (a gate, an undo). `planned` counts all slots of the run that are known. `recent` holds
    the last values with their outcomes, None where there was no value. `events` are (seconds since the start,
    text). `activity` is what is under way besides measuring, such as a condition's name.
    `waiting` tells what is waited for where no slot is left to be measured.
    `spent_per_deviation` is the share of the budget that one deviated measurement spends, None without one.
    """

    now: Callable[[], float]
    started: float
    title: str = ""
    phase: str = "gate"
    phase_started: float = 0.0
    phase_ends: float | None = None
    run_ends: float | None = None
    planned: int = 0
    met: int = 0
    deviated: int = 0
    missed: int = 0
    recent: deque[tuple[float | None, Outcome]] = field(default_factory=lambda: deque(maxlen=RECENT))
    threshold: Threshold = field(default_factory=Threshold)
    spent_per_deviation: float | None = None
    events: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=LAST_EVENTS))
    stopping: str | None = None
    activity: str | None = None
    waiting: Callable[[], Waiting] = Waiting
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, phase: str, ends: float | None = None) -> None:
        """Enter a phase now; `ends` is when it is due to end, None when that is not known."""
        self.phase_started = self.now()
        self.phase_ends = ends
        self.phase = phase

    def measured(self, outcome: Outcome, value: float | None = None, beyond: bool = False) -> None:
        """Count one measurement, `beyond` those that were planned; safe to call from any thread."""
        with self._lock:
            self.planned += beyond
            setattr(self, outcome, getattr(self, outcome) + 1)
            self.recent.append((value, outcome))

    def event(self, text: str) -> None:
        """Note something that happened now."""
        with self._lock:
            self.events.append((self.now() - self.started, text))

    def last_values(self) -> list[tuple[float | None, Outcome]]:
        """A copy of `recent`, oldest first."""
        with self._lock:
            return list(self.recent)

    def last_events(self) -> list[tuple[float, str]]:
        """A copy of `events`, oldest first."""
        with self._lock:
            return list(self.events)

    @property
    def unit(self) -> str:
        """The unit of the values."""
        return self.threshold.unit

    @property
    def budget_spent(self) -> float | None:
        """The share of the objective's budget spent so far, None where there is no budget."""
        return None if self.spent_per_deviation is None else self.deviated * self.spent_per_deviation
