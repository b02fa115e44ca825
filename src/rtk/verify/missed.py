"""The sentence for each reason why the measurer missed a slot: the one place where they are made."""

from typing import Any

from rtk.insight.facts import MissedReason

_SENTENCES = {
    MissedReason.NO_SLOT_FREE: "as many measurements were under way as may be at once ({measurements})",
    MissedReason.HANGING: "as many measurements hang beyond their time limit as may be at once ({measurements})",
    MissedReason.LATE: "the measurer was {long} late: its machine was overloaded",
    MissedReason.PAUSED: "the measurer was paused for {long}",
    MissedReason.STOPPED: "{why}",
    MissedReason.INTERRUPTED: "{why}",
    MissedReason.STILL_RUNNING: "interrupted: still running within its time limit when the run ended",
    MissedReason.CONTROL_FAILED: "a control failed with {error}",
    MissedReason.NO_EFFECT: "no effect: {why}",
    MissedReason.NO_DESCRIPTORS: "the measurer had no file descriptor left: {error}",
    MissedReason.NO_MEMORY: "the measurer had no memory left: {error}",
    MissedReason.NO_THREADS: "the measurer could start no further thread or process: {error}",
    MissedReason.NO_ADDRESS: "the measurer's machine had no local address or port left: {error}",
    MissedReason.NO_SPACE: "the measurer had no space left on its disk: {error}",
    MissedReason.NOT_SENDABLE: "the request cannot be sent: {error}",
    MissedReason.NO_DATA: "no data: {error}",
    MissedReason.RUN_DIED: "the run died before this slot was measured",
}


def sentence(code: MissedReason, **details: Any) -> str:
    """Why a slot was missed, for people. `details` are what the reason's sentence names."""
    return _SENTENCES[code].format(**details)
