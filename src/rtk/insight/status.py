"""How a run, its activities and its undo ended, as records and journals say it."""

from enum import StrEnum


class RunStatus(StrEnum):
    """The journal's status of a run. Clients of 2020 may tell others, which are kept and decide nothing."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # the gate was not met, or a required baseline was broken: it was not begun
    ABORTED = "aborted"  # a condition failed
    INTERRUPTED = "interrupted"


class ActivityStatus(StrEnum):
    """How a condition, a rollback or a probe ended; one that has not come back counts as interrupted."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class UndoState(StrEnum):
    """Where the rollbacks of a run are."""

    STARTED = "started"
    ENDED = "ended"
    SKIPPED = "skipped"


class Unplayed(StrEnum):
    """Why rollbacks were skipped."""

    STRATEGY = "strategy"  # it does not ask for them
    LEFT = "left"  # an activity asked to leave the run without them


UNDO_OVER = frozenset({UndoState.ENDED, UndoState.SKIPPED})  # nothing of them is left to be played
CUT_SHORT = frozenset({RunStatus.ABORTED, RunStatus.INTERRUPTED})
JUDGED = frozenset({RunStatus.COMPLETED, *CUT_SHORT})
