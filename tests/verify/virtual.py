"""Virtual time: a clock that jumps to the next moment somebody waits for, once everybody waits.

Every thread of a run is started by `spawn` and blocks only in `wait`, so the clock knows when nothing can
happen before the next deadline. Hours pass in milliseconds, and exactly the same way each time.
"""

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Waiter:
    event: threading.Event
    deadline: float
    woken: threading.Event = field(default_factory=threading.Event)


class VirtualClock:
    """Starts at zero seconds; the thread that makes it is the first one it knows."""

    EPOCH = 1_600_000_000.0

    def __init__(self) -> None:
        self._time = 0.0
        self.suspended_s = 0.0
        self._running = 1
        self._waiters: list[_Waiter] = []
        self._lock = threading.RLock()

    def now(self) -> float:
        return self.EPOCH + self._time

    def monotonic(self) -> float:
        return self._time

    def suspended(self) -> float:
        return self.suspended_s

    def spawn(self, target: Callable[[], None], name: str) -> None:
        with self._lock:
            self._running += 1
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._ending, target), name=name, daemon=True).start()

    def _ending(self, target: Callable[[], None]) -> None:
        try:
            target()
        finally:
            self._pause(None)

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        waiter = _Waiter(event, float("inf") if timeout is None else self._time + max(timeout, 0.0))
        if event.is_set() or waiter.deadline <= self._time:
            return event.is_set()
        self._pause(waiter)
        waiter.woken.wait()
        return event.is_set()

    def sleep(self, seconds: float) -> None:
        """What a probe of a test does to take its time."""
        self.wait(threading.Event(), seconds)

    def _pause(self, waiter: _Waiter | None) -> None:
        with self._lock:
            self._running -= 1
            if waiter:
                self._waiters.append(waiter)
            while self._running == 0 and self._waiters:
                self._wake([w for w in self._waiters if w.event.is_set()] or self._next())

    def _next(self) -> list[_Waiter]:
        self._time = max(self._time, min(w.deadline for w in self._waiters))
        if self._time == float("inf"):
            raise RuntimeError("everybody waits for ever")
        return [w for w in self._waiters if w.deadline <= self._time]

    def _wake(self, waiters: list[_Waiter]) -> None:
        for waiter in waiters:
            self._waiters.remove(waiter)
            self._running += 1
            waiter.woken.set()
