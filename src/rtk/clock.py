"""Time as the toolkit sees it: the wall clock stamps, the monotonic clock measures; both are injected.

Nothing else in `rtk` reads a clock, so that schedules are tested in virtual time.
"""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A source of time. `wait` may be cut short by its event."""

    def now(self) -> float:
        """Seconds since the epoch, for stamps."""

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps, for durations and due times."""

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        """Wait until the event is set or the timeout (seconds) is over; true when it is set."""


class SystemClock:
    """The machine's own clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        return event.wait(timeout)
