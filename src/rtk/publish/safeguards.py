"""What the console's safeguards say of a run. Silence never stops one that goes on, and nothing stops an undo."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing

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
    """A question as the run begins, another before its first condition, and what each answer to the record says.

    The publisher's thread asks and hears; the run waits before its first condition. The first no, whenever it comes,
    is passed to `on_no` with whether a condition may have been applied by then. `demanded`: the user enabled
    safeguards, so no answer is a no, and a yes counts only where it is given while the run waits: the run itself
    asks again for it. Otherwise no answer lets the run go on.
    """

    def __init__(self, clock: Clock, demanded: bool, on_no: Callable[[str, bool], None] = lambda *_: None) -> None:
        self._clock = clock
        self._demanded = demanded
        self._on_no = on_no
        self._lock = threading.Lock()  # a no comes either before the run passes or after it
        self._known = threading.Event()
        self._passed = False
        self._question: tuple[Console, str, str] | None = None
        self._answered_at: float | None = None
        self._said = False
        self._why = "the console did not answer"
        self.names: list[str] | None = None
        self.refused = False  # a no came before any condition was applied

    def ask(self, console: Console, experiment: str, execution: str) -> None:
        """Ask about an execution, until there is an answer where one is demanded."""
        self._question = (console, experiment, execution)
        ends = self._clock.monotonic() + DEMANDED_S
        settled = False
        while not settled:
            try:
                self._take(legacy_api.policies(console, experiment, execution))
                settled = True
            except ToolkitError as error:
                settled = isinstance(error, ConsoleRefused)
                self.unknown(str(error), settled)
                self._said = False
            if not settled:
                if not self._demanded or self._clock.monotonic() >= ends:
                    return
                self._clock.wait(threading.Event(), AGAIN_S)
        self._known.set()

    def hear(self, names: list[str]) -> None:
        """Take the names of those in force at this moment, none or some; called from another thread than the run's."""
        self._take(names or None)

    def _take(self, names: list[str] | None) -> None:
        with self._lock:
            self._answered_at = self._clock.monotonic()
            if names is None or self.names is not None:
                return
            self.names, late = names, self._passed
            self.refused = not late
        self._known.set()
        self._on_no(self._told(), late)

    def unknown(self, why: str, final: bool) -> None:
        """It cannot be asked, as was said already; `final` when waiting longer is of no use."""
        self._why, self._said = why, True
        if final:
            self._known.set()

    def ready(self) -> None:
        """Return when the first condition may be applied. Raises `RunForbidden`."""
        since = self._clock.monotonic()
        self._clock.wait(self._known, DEMANDED_S if self._demanded else OFFERED_S)
        if self._demanded:
            self._renew(since)
        with self._lock:
            answered = self._answered_at is not None and (not self._demanded or self._answered_at >= since)
            unasked = self._demanded and not answered
            forbidden = self.names is not None
            self._passed = not (forbidden or unasked)
        if forbidden:
            raise RunForbidden(self._told())
        if unasked:
            raise RunForbidden(
                f"the safeguards could not be asked ({self._why}), so no condition is applied; "
                "`chaos disable safeguards` runs without them"
            )
        if not (answered or self._said):
            logger.warning(f"The safeguards could not be asked before the first condition: {self._why}")

    def _renew(self, since: float) -> None:
        """Ask again for a yes that was given earlier, over a connection of its own: the other thread uses the first."""
        if self._question is None or self.names is not None or self._answered_at is None or self._answered_at >= since:
            return
        console, experiment, execution = self._question
        with closing(console.another()) as another:
            self.ask(another, experiment, execution)

    def _told(self) -> str:
        return f"a safeguard forbids this run: {', '.join(self.names or []) or 'it has no name'}"
