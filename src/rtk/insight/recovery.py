"""Whether the service was good again after the undo. That rollbacks succeeded is another fact: see `restored`."""

from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum

from rtk.insight.columns import DEVIATED, MET, MISSED, Columns
from rtk.insight.facts import PHASES, ActivitySpan, Facts, SlotMeasurement

IN_A_ROW = 3


class Recovery(StrEnum):
    """How the service was after the undo; the values are part of the API."""

    RECOVERED = "recovered"
    NOT_RECOVERED = "not-recovered"
    NOTHING_TO_RECOVER_FROM = "nothing-to-recover-from"
    NOT_MEASURED = "not-measured"

    @property
    def recovered(self) -> bool | None:
        """True and False where that is known, else None."""
        return {Recovery.RECOVERED: True, Recovery.NOT_RECOVERED: False}.get(self)


def recovery_of(facts: Facts) -> Recovery:
    """Return whether three measurements in a row were met after the undo, or after the conditions where none was due.

    Measured for less than that it is known only where the last of them deviated.
    """
    began = conditions_began(facts)
    if began is None or DEVIATED not in followed(facts, began).kinds:
        return Recovery.NOTHING_TO_RECOVER_FROM
    # With nothing to undo the service is to be good again as soon as the conditions are over.
    conditions_ended = next((span.ended for span in facts.phases if span.phase == "conditions"), None)
    undone = undone_at(facts.rollbacks) if facts.rollbacks else conditions_ended
    later = since(facts, undone) if undone is not None else None
    if later is not None and first_of_a_row(later) is not None:
        return Recovery.RECOVERED
    measured = later.kinds.translate(None, bytes([MISSED])) if later is not None else b""
    if len(measured) >= IN_A_ROW or measured.endswith(bytes([DEVIATED])):
        return Recovery.NOT_RECOVERED
    return Recovery.NOT_MEASURED


def conditions_began(facts: Facts) -> float | None:
    """When the first condition started; None when none did."""
    return min((condition.started for condition in facts.conditions), default=None)


def undone_at(rollbacks: Iterable[ActivitySpan]) -> float | None:
    """When the last rollback ended; None when there was none, or one has not ended."""
    ends = [rollback.ended for rollback in rollbacks]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def since(facts: Facts, moment: float) -> Columns:
    """The measurements due from a moment on, but for the baseline's."""
    return facts.measurements.columns(*(phase for phase in PHASES if phase != "baseline")).since(moment)


def precedes(m: SlotMeasurement, began: float) -> bool:
    """Whether a measurement is from before a condition: of the baseline, or over when the condition started.

    The first slot under the conditions is due when their phase begins, and they start a moment later.
    """
    return m.due < began and (m.phase == "baseline" or (m.ended is not None and m.ended <= began))


def followed(facts: Facts, began: float) -> Columns:
    """The measurements that a condition may have touched: due since it began, or under way just then."""
    found = facts.measurements.columns(*(phase for phase in PHASES if phase != "baseline"))
    first = bisect_left(found.due, began)
    while first:
        ended = facts.measurements[found.place(first - 1)].ended
        # Of a missed slot nobody knows whether it would have gone on until then.
        if ended is None or ended <= began:
            break
        first -= 1
    return found.since(found.due[first]) if first < len(found.due) else found.since(began)


def first_of_a_row(found: Columns) -> int | None:
    """Where among all of the run the first of three met in a row stands; a missed slot breaks the row."""
    index = found.kinds.find(bytes([MET]) * IN_A_ROW)
    return found.place(index) if index >= 0 else None
