"""The hypothesis once more, after the method: asked beside the rollbacks, which do not wait for it."""

import logging
import threading

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.figures import duration
from rtk.verify.hypothesis import Hypothesis, Journal
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.progress import Progress
from rtk.verify.stop import StopRequest, cause_of

logger = logging.getLogger(__name__)


class HypothesisRecheck:
    """Asks the hypothesis once more, in a thread of its own; the journal then says whether it deviated."""

    def __init__(
        self, hypothesis: Hypothesis, journal: Journal, clock: Clock, stop: StopRequest, progress: Progress
    ) -> None:
        self._hypothesis = hypothesis
        self._journal = journal
        self._clock = clock
        self._stop = stop
        self._progress = progress
        self._done: threading.Event | None = None
        self._time_is_up = threading.Event()

    def start(self) -> None:
        """Begin to ask; returns at once. A run that is cut asks no more."""
        if self._stop.is_cut:
            return
        self._done = threading.Event()
        try:
            self._clock.spawn(self._ask, "rtk-afterwards")
        except RuntimeError:  # at the limit of threads the rollbacks go before this
            self._done.set()

    def decide(self, longest_s: float) -> None:
        """Return once the journal says whether it deviated: where a control hangs around it, it counts as deviated."""
        self.wait(longest_s, longest_s + BESIDE_UNDO_S)
        if self._done is not None and not self._done.is_set():
            logger.warning(f"The hypothesis was not checked within {duration(longest_s + BESIDE_UNDO_S)}; it deviates")
            self._journal.deviated = True

    def wait(self, longest_s: float, given_up_s: float | None = None) -> None:
        """Return once it was asked, or given up; `longest_s` is told to whoever looks on."""
        if self._done is None:
            return
        self._progress.activity = f"checking the hypothesis once more, for at most {duration(longest_s)}"
        self._clock.wait(self._done, given_up_s)
        self._progress.activity = None

    def cut(self) -> None:
        """Ask no longer: the run has taken as long as it may."""
        self._time_is_up.set()

    def _ask(self) -> None:
        assert self._done
        try:
            outcome = self._hypothesis.after(lambda: self._time_is_up.is_set() or self._stop.is_cut)
            self._journal.deviated = outcome == "deviated"
        except (InterruptExecution, ToolkitError) as error:
            self._stop.request(cause_of(error), str(error))
        except BaseException as error:  # noqa: BLE001 - what cannot be asked has deviated
            logger.warning(f"The hypothesis could not be checked once more: {type(error).__name__}: {error}")
            self._journal.deviated = True
        finally:
            self._done.set()
