"""Time as the toolkit sees it: the wall clock stamps, the monotonic clock measures; both are injected.

Nothing else in `rtk` reads a clock, sleeps or starts a thread of a run, so that schedules are tested in
virtual time.
"""

import _thread
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Protocol

START_S = 2.0  # how long a thread may take to begin
START_AGAIN_S = 0.1  # the same after one that did not: an undo may need several, and must not wait for each

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
        """Run `target` in a thread of its own that does not keep the process alive.

        Raises `RuntimeError` where no thread can be started; `target` is never run then.
        """


class SystemClock:
    """The machine's own clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)

    def __init__(self, start: Callable[[Callable[[], None], tuple[()]], int] = _thread.start_new_thread) -> None:
        """`start` starts a thread, and raises `RuntimeError` where it cannot."""
        self._start = start
        self._start_s = START_S

    def suspended(self) -> float:
        # Not to be told apart where the system has no second clock: there it stands still in neither.
        return time.clock_gettime(_BOOTTIME) - time.monotonic() if _BOOTTIME is not None else 0.0

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        return event.wait(timeout)

    def spawn(self, target: Callable[[], None], name: str) -> None:
        # The Chaos Toolkit keeps its settings in a context variable that a new thread would not see.
        context = contextvars.copy_context()
        beginning = _Beginning(lambda: context.run(target))
        # `Thread.start` waits for ever for a thread that lacked the memory to say that it began.
        self._start(beginning.run, ())
        begun = beginning.wait(self._start_s)
        self._start_s = START_S if begun else START_AGAIN_S
        if not begun:
            raise RuntimeError(f"can't start new thread: {name} did not begin in time")


class _Beginning:
    """The beginning of a thread: it begins in time, or its maker gives it up; never both."""

    def __init__(self, target: Callable[[], None]) -> None:
        self._target = target
        self._undecided = threading.Lock()
        self._begun = threading.Lock()
        self._begun.acquire()

    def run(self) -> None:
        """Say that the thread has begun, and do its work; nothing where it was given up meanwhile."""
        if self._undecided.acquire(blocking=False):
            self._begun.release()
            self._target()

    def wait(self, seconds: float) -> bool:
        """Wait until it has begun; false where it does not in time, and is given up."""
        return self._begun.acquire(timeout=seconds) or not self._undecided.acquire(blocking=False)
