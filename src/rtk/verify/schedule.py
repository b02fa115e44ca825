"""Stage 2, schedule: when each slot of a phase is due, and what has become of it."""

import threading
from collections.abc import Callable

from rtk.insight.facts import Phase

_OPEN, _BEGUN, _SETTLED = 0, 1, 2


class Grid:
    """The slots of one phase: slot k is due at start + k × frequency (seconds, monotonic).

    The multiplication is what keeps the grid: no error adds up, whatever a measurement takes. A grid may go on
    beyond its planned slots until it is closed: a method may take longer than the plan, and nobody knows how
    long an undo takes.
    """

    def __init__(
        self,
        phase: Phase,
        start: float,
        frequency: float,
        planned: int,
        goes_on: Callable[[], bool] = lambda: False,
    ) -> None:
        """`goes_on` tells, when a slot beyond the planned ones is due, whether it is measured still."""
        self.phase: Phase = phase
        self.start = start
        self.frequency = frequency
        self.planned = planned
        self._goes_on = goes_on
        self.closed = threading.Event()
        self.begun = threading.Event()  # set once its first slot was taken up
        self.stopped = False
        self._lock = threading.Lock()
        self._claimed = 0
        self._states = bytearray(planned)

    def due(self, slot: int) -> float:
        """When a slot is due."""
        return self.start + slot * self.frequency

    def claim(self) -> int | None:
        """The next slot nobody waits for, or None when there is none left."""
        with self._lock:
            slot = self._claimed
            if self.stopped or (slot >= self.planned and (self.closed.is_set() or not self._goes_on())):
                return None
            self._claimed += 1
            if slot >= len(self._states):
                self._states.extend(bytes(slot + 1 - len(self._states)))
            return slot

    def begin(self, slot: int) -> bool:
        """Take a slot up for measuring; false when the phase ended before it was due."""
        with self._lock:
            if self.stopped or (slot >= self.planned and not self._goes_on()) or self._states[slot]:
                return False
            self._states[slot] = _BEGUN
            if not self.begun.is_set():  # setting it takes a lock, which only the first slot has to pay for
                self.begun.set()
            return True

    def confine(self) -> bool:
        """Let no slot beyond the planned ones begin any more, unless one has begun; whether none has."""
        with self._lock:
            if any(self._states[self.planned :]):
                return False
            self._goes_on = lambda: False
            return True

    def settle(self, slot: int) -> bool:
        """Claim the right to say what became of a slot: true once, false ever after."""
        with self._lock:
            if self._states[slot] == _SETTLED:
                return False
            self._states[slot] = _SETTLED
            return True

    def close(self, stopped: bool = False) -> list[int]:
        """End the phase; the planned slots that never began. `stopped` when it is before the time."""
        with self._lock:
            self.stopped = self.stopped or stopped
            begun = [slot for slot in range(self.planned, len(self._states)) if self._states[slot]]
            self.planned = max(self.planned, *(slot + 1 for slot in begun), 0)
            self.closed.set()
            return [slot for slot in range(self.planned) if self._states[slot] == _OPEN]
