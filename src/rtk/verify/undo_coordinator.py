"""Undo as a whole: whether, the rollbacks, the proof that conditions are gone, and no process left behind."""

import logging
import os
from collections.abc import Callable, Container, Iterable

from rtk.clock import Clock
from rtk.experiment.strategy import Strategy
from rtk.insight.facts import ActivitySpan
from rtk.insight.status import UndoState, Unplayed
from rtk.verify import processes
from rtk.verify.hypothesis import Journal
from rtk.verify.patience import UndoPatience
from rtk.verify.record import Record
from rtk.verify.reserve import DescriptorReserve
from rtk.verify.restored import prove_restored
from rtk.verify.rollback_player import RollbackPlayer
from rtk.verify.stop import StopRequest
from rtk.verify.toolkit import Toolkit

_UNPLAYED = {
    Unplayed.STRATEGY: "rollback strategy {strategy}",
    Unplayed.LEFT: "an activity asked to leave so",
}
logger = logging.getLogger(__name__)


class UndoCoordinator:
    """Undoes the conditions of a run, in the run itself or in whoever comes after it."""

    def __init__(self, run_id: str, toolkit: Toolkit, clock: Clock, record: Record, stop: StopRequest) -> None:
        self._run_id = run_id
        self._toolkit = toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self.patience = UndoPatience(clock)
        self._left = set[int]()
        self._is_blind = False
        self._reserve = DescriptorReserve()
        self.spans: list[ActivitySpan] | None = None
        self._player: RollbackPlayer | None = None

    @property
    def played(self) -> int:
        """How many rollbacks have ended so far."""
        return len(self._player.spans) if self._player else 0

    def undo(self, strategy: Strategy, journal: Journal, began: Iterable[int], over: Container[int] = ()) -> None:
        """Play what the strategy asks for. `began` are the positions of conditions that began, `over` those of
        rollbacks whose end is recorded."""
        if not self.is_asked(strategy, journal):
            cause = Unplayed.STRATEGY if self._stop.rollbacks else Unplayed.LEFT
            reason = _UNPLAYED[cause].format(strategy=strategy)
            self._record.note("rollbacks", durable=True, state=UndoState.SKIPPED, cause=cause, reason=reason)
            logger.warning(f"Rollbacks are not played: {reason}")
            return
        # To look for processes and to start one takes descriptors, of which a condition may have left none.
        self._reserve.free()
        # Before the rollbacks: what those start may be the restored system, and is no leftover.
        self._left = self._looked(lambda: processes.marked(self._run_id))
        registry, experiment = self._toolkit.registry, self._toolkit.experiment
        self._record.note("rollbacks", durable=True, state=UndoState.STARTED, reason=None)
        self._toolkit.heard(lambda: registry.start_rollbacks(experiment), self.patience)
        self._player = RollbackPlayer(self._toolkit, self._clock, self._record, self._stop, self.patience)
        self._player.play(over)
        self.spans = self._player.spans
        known = ((number, self._toolkit.numbers["method"].activity(number)) for number in began)
        method = [(number, self._toolkit.resolved(activity)) for number, activity in known if activity]
        prove_restored(self._toolkit, self._clock, self._record, method, self._stop.hurry)
        self._toolkit.heard(lambda: registry.rollbacks_completed(experiment, journal.as_dict()), self.patience)
        self._record.note("rollbacks", durable=True, state=UndoState.ENDED, reason=None)

    def _looked(self, look: Callable[[], set[int]]) -> set[int]:
        """The processes that a look finds; none, said once, where descriptors or memory lack for it."""
        try:
            return look()
        except (OSError, MemoryError) as error:
            if not self._is_blind:
                self._is_blind = True
                told = f"{type(error).__name__}: {error}".rstrip(": ")
                logger.warning(f"Processes that the run left behind cannot be looked for: {told}")
            return set()

    def is_asked(self, strategy: Strategy, journal: Journal) -> bool:
        """Whether a strategy plays the rollbacks of a run that has come so far."""
        if not self._stop.rollbacks or strategy == Strategy.NEVER:
            return False
        if strategy == Strategy.DEVIATED:
            return journal.deviated
        return strategy == Strategy.ALWAYS or journal.is_undone_by_default

    def sweep(self) -> None:
        """End what the run started and left: not what its rollbacks started, which may be the restored system."""
        self._reserve.free()

        def ours() -> set[int]:
            return processes.marked(self._run_id) & (self._left | processes.descendants(os.getpid()))

        left = processes.end(self._looked(ours))
        if left:
            text = f"ended {left} process{'es' if left > 1 else ''} that the run had left behind"
            self._record.note("event", text=text)
            logger.info(text.capitalize())
