"""Whether the measurer itself stood still: stopped by a signal, frozen with its container, suspended, starved.

A measurement under way meanwhile has measured that, and not the system. Nothing tells a process that it stood still,
so a thread notes the time again and again, and finds out when it comes much too late.
"""

import threading

from rtk.clock import Clock
from rtk.slices import ask_for_short_slices

BEAT_S = 0.2
LATE_S = 0.3  # how much later than due a beat is a pause; a pause of half a second is always found


class Beat:
    """Notes pauses of the measurer. Safe to ask from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._over = threading.Event()
        self._last = clock.monotonic()
        self._suspended = clock.suspended()
        # One tuple, replaced as a whole: whoever asks meanwhile sees both figures of one pause, without a lock.
        self._pause = (float("-inf"), 0.0)  # when the last pause was over, and how long it was

    def start(self) -> None:
        """Begin to note; returns at once."""
        self._clock.spawn(self._keep, "rtk-beat")

    def stop(self) -> None:
        """Note no more."""
        self._over.set()

    def paused_since(self, moment: float) -> float | None:
        """Return the length in seconds of a pause that lasted beyond this moment; None where there was none."""
        over_at, length = self._pause
        if over_at > moment:
            return length
        # Whoever wakes up first after a pause may be the one who asks.
        gone, _ = self._gone()
        return gone if gone >= BEAT_S + LATE_S else None

    def _keep(self) -> None:
        ask_for_short_slices()
        while not self._clock.wait(self._over, BEAT_S):
            gone, suspended = self._gone()
            if gone >= BEAT_S + LATE_S:
                self._pause = (self._clock.monotonic(), gone)
            self._last, self._suspended = self._clock.monotonic(), suspended

    def _gone(self) -> tuple[float, float]:
        """How long the last beat is past, also while the machine was suspended, when its own clock stood still."""
        suspended = self._clock.suspended()
        return self._clock.monotonic() - self._last + suspended - self._suspended, suspended
