"""Asking the console's safeguards before the first condition. Afterwards silence stops nothing, and never an undo."""

import logging
import threading
from collections.abc import Callable

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.insight.stops import StopCause
from rtk.publish import legacy_api
from rtk.publish.console import Console, ConsoleRefused

AGAIN_S = 1.0  # the pause between two tries to ask
DEMANDED_S = 30.0  # how long a run waits for an answer that it must have
OFFERED_S = 1.0  # how long one that would like to have it

logger = logging.getLogger(__name__)


class RunForbidden(ToolkitError):
    """A safeguard forbids the run, or none could be asked though one must be."""

    stop_cause = StopCause.SAFEGUARD


class Safeguards:
    """One question, asked by the publisher's thread and waited for by the run.

    `demanded`: the user enabled safeguards, so no answer is a no. Otherwise no answer lets the run go on, and a no
    that comes late stops it.
    """

    def __init__(self, clock: Clock, demanded: bool, on_late: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._demanded = demanded
        self._on_late = on_late
        self._known = threading.Event()
        self._passed = False
        self._answered = False
        self._said = False
        self._why = "the console did not answer"
        self.names: list[str] | None = None
        self.forbids = False

    def ask(self, console: Console, experiment: str, execution: str) -> None:
        """Ask about an execution; called from another thread than the run's."""
        ends = self._clock.monotonic() + DEMANDED_S
        settled = False
        while not settled:
            try:
                self.names = legacy_api.policies(console, experiment, execution)
                self._answered = settled = True
            except ToolkitError as error:
                settled = isinstance(error, ConsoleRefused)
                self.unknown(str(error), settled)
                self._said = False
            if not settled:
                if not self._demanded or self._clock.monotonic() >= ends:
                    return
                self._clock.wait(threading.Event(), AGAIN_S)
        self._known.set()
        if self.names is not None and self._passed:
            self._on_late(self._told())

    def unknown(self, why: str, final: bool) -> None:
        """It cannot be asked, as was said already; `final` when waiting longer is of no use."""
        self._why, self._said = why, True
        if final:
            self._known.set()

    def ready(self) -> None:
        """Return when the first condition may be applied. Raises `RunForbidden`."""
        self._clock.wait(self._known, DEMANDED_S if self._demanded else OFFERED_S)
        self._passed, answered = True, self._answered
        if answered and self.names is not None:
            self.forbids = True
            raise RunForbidden(self._told())
        if not answered and self._demanded:
            self.forbids = True
            raise RunForbidden(
                f"the safeguards could not be asked ({self._why}), so no condition is applied; "
                "`chaos disable safeguards` runs without them"
            )
        if not answered and not self._said:
            logger.warning(f"The safeguards could not be asked before the first condition: {self._why}")

    def _told(self) -> str:
        return f"a safeguard forbids this run: {', '.join(self.names or []) or 'it has no name'}"
