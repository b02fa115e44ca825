"""What the first condition waits for, asked in a thread of its own so that measuring can go on meanwhile."""

import threading
from typing import Protocol

from rtk.clock import Clock
from rtk.errors import ToolkitError


class Ready(Protocol):
    """Something the first condition waits for, such as whoever undoes the run if it dies."""

    def ready(self) -> None:
        """Return once it may be applied; raise `ToolkitError` otherwise."""


class GuardianReadiness:
    """Asks a guardian whether it is ready. `done` is set once it is, or cannot be: then `error` says why."""

    def __init__(self, guard: Ready | None, clock: Clock, bell: threading.Event) -> None:
        """`bell` rings when the answer is there; without a `guard` nothing is waited for."""
        self.done = threading.Event()
        self.error: ToolkitError | None = None
        self._guard = guard
        self._clock = clock
        self._bell = bell

    def ask(self) -> None:
        """Begin to ask; returns at once."""
        guard = self._guard
        if not guard:
            self.done.set()
            return

        def work() -> None:
            try:
                guard.ready()
            except ToolkitError as error:
                self.error = error
            except BaseException as error:  # noqa: BLE001 - whatever it is, nobody is known to guard the run
                self.error = ToolkitError(f"the run could not be guarded: {type(error).__name__}: {error}")
            finally:
                self.done.set()
                self._bell.set()

        self._clock.spawn(work, "rtk-readiness")
