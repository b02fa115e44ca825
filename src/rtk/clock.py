"""Time as the toolkit sees it: the wall clock stamps, the monotonic clock measures; both are injected.

Nothing else in `rtk` reads a clock, sleeps or starts a thread of a run, so that schedules are tested in
virtual time.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Protocol

_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """A source of time. `wait` may be cut short by its event."""

    def now(self) -> float:
        """Seconds since the epoch, for stamps."""

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps, for durations and due times."""

    def suspended(self) -> float:
        """Seconds that the machine was suspended since it was started, in which the monotonic clock stood still."""

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        """Wait until the event is set or the timeout (seconds) is over; true when it is set."""

    def spawn(self, target: Callable[[], None], name: str) -> None:
        """Run `target` in a thread of its own that does not keep the process alive."""


class SystemClock:
    """The machine's own clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)

    def suspended(self) -> float:
        # Not to be told apart where the system has no second clock: there it stands still in neither.
        return time.clock_gettime(_BOOTTIME) - time.monotonic() if _BOOTTIME is not None else 0.0

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        return event.wait(timeout)

    def spawn(self, target: Callable[[], None], name: str) -> None:
        # The Chaos Toolkit keeps its settings in a context variable that a new thread would not see.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(target,), name=name, daemon=True).start()
