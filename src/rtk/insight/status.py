"""How a run and its activities ended, as the journal says it."""

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


CUT_SHORT = frozenset({RunStatus.ABORTED, RunStatus.INTERRUPTED})
JUDGED = frozenset({RunStatus.COMPLETED, *CUT_SHORT})
