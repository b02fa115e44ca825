"""In which state a run is shown: what the badge of the frame is called, and what there is to say of it."""

from datetime import datetime
from typing import NamedTuple, Protocol

from rtk.console.store.run_state import RunState
from rtk.figures import duration
from rtk.insight.status import RunStatus

NO_VERDICT = "none"
NOT_BEGUN = "not-begun"  # what people read of a run whose gate was not met, which the journal calls failed


class Judged(Protocol):
    """What a badge is chosen by."""

    verdict: str | None
    status: str
    ended_at: datetime | None


class Notice(NamedTuple):
    """Something to know of a run's state before anything else is read: a tone of the frame, a title, a text."""

    tone: str
    title: str
    text: str


def badge_of(run: Judged, state: RunState) -> str:
    """The name of the badge: the verdict where there is one, else why there is none."""
    if state.is_under_way:
        return state
    if run.verdict:
        return run.verdict
    if state is RunState.ABANDONED:
        return state
    return NOT_BEGUN if run.status == RunStatus.FAILED else NO_VERDICT


def notice(state: RunState, told: str, silent_s: float, broken: bool) -> Notice | None:
    """What is to be said of a run's state; None of one that ended as it should."""
    silent = duration(round(silent_s))
    if state is RunState.LOST_CONTACT:
        return Notice(
            "warning",
            "Lost contact",
            f"Nothing was heard of this run for {silent}. It may go on all the same, and what it measures comes later. "
            "If its machine is gone, run chaos recover there: it undoes what was done.",
        )
    if state is RunState.ABANDONED:
        return Notice(
            "warning",
            "Abandoned",
            f"Nothing was heard of this run for {silent}, long past its end. What was told until then is judged as a "
            "run that broke off. If its machine comes back, chaos recover undoes what was done.",
        )
    if broken:
        return Notice(
            "warning", "What was told contradicts itself", "No figure can be computed of it. What was told is below."
        )
    if told == "events":
        return Notice(
            "info",
            "Told by a client of 2020",
            "It tells one event a call, without times of its own: moments are when the console heard of them, and "
            "slots that it did not tell of count as not measured.",
        )
    return None
