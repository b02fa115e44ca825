"""Why a slot was missed, and how the first records said so."""

from enum import StrEnum


class MissedReason(StrEnum):
    """Why a slot was not measured: what the measurer, and never the system, failed to do."""

    NO_SLOT_FREE = "no-slot-free"
    HANGING = "hanging"
    LATE = "late"
    PAUSED = "paused"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    STILL_RUNNING = "still-running"
    CONTROL_FAILED = "control-failed"
    NO_EFFECT = "no-effect"
    NO_DESCRIPTORS = "no-descriptors"
    NO_MEMORY = "no-memory"
    NO_THREADS = "no-threads"
    NO_ADDRESS = "no-address"
    RUN_DIED = "run-died"
    NOT_SENDABLE = "not-sendable"
    NO_SPACE = "no-space"
    NO_DATA = "no-data"


# These slots the end of the run cut off: nobody failed to measure them.
CUT_OFF = frozenset((MissedReason.STOPPED, MissedReason.INTERRUPTED, MissedReason.STILL_RUNNING, MissedReason.RUN_DIED))
_MISSED_CODES = frozenset(MissedReason)
_BEGINNINGS = {  # of the sentences of the first records, which have no code beside them
    "no slot free": MissedReason.NO_SLOT_FREE,
    "the measurer was": MissedReason.LATE,
    "stopped": MissedReason.STOPPED,
    "interrupted": MissedReason.INTERRUPTED,
    "a control failed": MissedReason.CONTROL_FAILED,
}


def missed_reason(code: str | None, sentence: str | None) -> MissedReason | None:
    """Why a slot was missed, from its code, or from its sentence where the record has none; None for others."""
    if code in _MISSED_CODES:
        return MissedReason(code)
    told = sentence or ""
    return next((reason for beginning, reason in _BEGINNINGS.items() if told.startswith(beginning)), None)
