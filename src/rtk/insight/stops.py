"""Why a run ended before its time: a cause, and the sentence made from it, here and nowhere else."""

from enum import StrEnum

from msgspec import Struct


class StopCause(StrEnum):
    """What ended a run before its time. The values are stored in records; old ones keep theirs."""

    SIGNAL = "signal"
    LEFT = "left"
    DIED = "died"
    FORGOTTEN = "forgotten"
    CONTROL = "control"
    CONSOLE = "console"
    SAFEGUARD = "safeguard"
    CONDITION = "condition"
    METHOD = "method"
    DEVIATED_IN_A_ROW = "deviated-in-a-row"
    BUDGET_SPENT = "budget-spent"
    MAX_DURATION = "max-duration"
    RECORD = "record"
    NOT_READY = "not-ready"
    BASELINE_BROKEN = "baseline-broken"
    DECIDED = "decided"
    OTHER = "other"

    @property
    def interrupts(self) -> bool:
        """Whether somebody or something from outside ended the run, not a rule of its own."""
        return self in _INTERRUPTS

    @property
    def completes(self) -> bool:
        """Whether a run that it ended is as complete as one that ended in its time: nothing left could matter."""
        return self is StopCause.DECIDED


_INTERRUPTS = frozenset({StopCause.SIGNAL, StopCause.LEFT, StopCause.DIED, StopCause.FORGOTTEN})
_TOLD = {
    StopCause.SIGNAL: "interrupted by {}",
    StopCause.LEFT: "interrupted by {}",
    StopCause.DIED: "interrupted: {}",
    StopCause.FORGOTTEN: "interrupted: {}",
    StopCause.CONSOLE: "stopped from the console: {}",
    StopCause.BASELINE_BROKEN: "not begun: {}",
    StopCause.DECIDED: "decided early: {}",
    StopCause.OTHER: "{}",
}
_BY = {StopCause.CONSOLE: "from the console: ", StopCause.DECIDED: "decided: "}


class Stopping(Struct, frozen=True):
    """A cause with what is particular to this run, such as the signal's name or a control's own words."""

    cause: StopCause
    detail: str

    @property
    def sentence(self) -> str:
        """The whole in one sentence, such as "interrupted by SIGINT"."""
        return _TOLD.get(self.cause, "stopped: {}").format(self.detail)

    @property
    def prose(self) -> str:
        """The same as a sentence about the run, without its full stop."""
        if self.cause.interrupts:
            return f"The run was {self.sentence.rstrip('.')}"
        by = _BY.get(self.cause, "")
        return f"The run was stopped early ({by}{self.detail.rstrip('.')})"


def decided(deviated: int, slots: int) -> Stopping:
    """Return that so many deviated of so many slots decided a run: it fails whatever the others are."""
    return Stopping(StopCause.DECIDED, f"{deviated:,} of {slots:,} slots deviated, so it fails whatever the others are")


def stopping_of(cause: str | None, detail: str | None) -> Stopping | None:
    """Return what a record tells; a cause that is not known here, or none, keeps its words."""
    if not detail:
        return None
    # A later version may have written a cause that is not known here.
    known = StopCause(cause) if cause in set(StopCause) else StopCause.OTHER
    return Stopping(known, detail)
