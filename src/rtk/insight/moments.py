"""When the system first deviated, when it had recovered, and whether everything was undone."""

from bisect import bisect_left, bisect_right

from rtk.insight.columns import DEVIATED, MET, MISSED, but
from rtk.insight.effect import lapses_of
from rtk.insight.facts import CUT_OFF, ActivitySpan, Facts, SlotMeasurement
from rtk.insight.recovery import Recovery, conditions_began, first_of_a_row, precedes, recovery_of, since, undone_at
from rtk.insight.shape import Restoration, RestoreProblem, SeenLapse, Unrestored
from rtk.insight.status import ActivityStatus


def first_deviation_after(facts: Facts) -> float | None:
    """Seconds from the first condition's start to the due time of the first deviated measurement that came after it.

    To its due time, because slots are kept: it does not depend on how long the probe took to fail. 0 where it was under
    way when the condition started. None where no condition began or nothing deviated after it. An outage that had begun
    before the condition is not of it, however long it goes on.
    """
    began = conditions_began(facts)
    first = None if began is None else first_deviation(facts, began)
    return None if began is None or first is None else max(0.0, first.due - began)


def first_deviation(facts: Facts, began: float) -> SlotMeasurement | None:
    """The first deviated measurement since a moment that is not of an outage from before it."""
    found = facts.measurements.columns()
    index = found.kinds.find(DEVIATED)
    while index >= 0:
        before = index - 1
        # A missed slot says nothing of the service: what came before it does.
        while before >= 0 and found.kinds[before] == MISSED:
            before -= 1
        fresh = before < 0 or found.kinds[before] == MET
        if fresh and not precedes(deviated := facts.measurements[index], began):
            return deviated
        index = found.kinds.find(DEVIATED, index + 1)
    return None


def recovered_after(facts: Facts) -> float | None:
    """Seconds from the last rollback's end to the end of the first of three measurements met in a row.

    Only measurements due after the rollback's end count; a missed slot breaks the row. Never below 0. None
    where no rollback ended, where nothing had deviated since the conditions began (there is nothing to
    recover from), or where no three were met in a row before the run ended.
    """
    undone = undone_at(facts.rollbacks)
    if undone is None or recovery_of(facts) is not Recovery.RECOVERED:
        return None
    place = first_of_a_row(since(facts, undone))
    if place is None:
        return None
    first = facts.measurements[place]
    ended = first.ended if first.ended is not None else first.due
    return max(0.0, ended - undone)


def invalid_condition(facts: Facts) -> ActivitySpan | None:
    """The first condition that failed, so that it was not applied."""
    return next((condition for condition in facts.conditions if condition.status == ActivityStatus.FAILED), None)


def seen_lapses(facts: Facts) -> tuple[SeenLapse, ...]:
    """The stretches of the conditions phase in which the effect of a condition did not show, where a slot was due."""
    if not facts.effects:
        return ()
    conditions = facts.measurements.columns("conditions")
    due = conditions.of(but(conditions.missed_for(CUT_OFF))).due
    ended = next((span.ended for span in facts.phases if span.phase == "conditions"), None)
    ends = max([*due, *([ended] if ended is not None else [])], default=0.0)
    found = []
    for lapse in lapses_of(facts.effects):
        slots = bisect_left(due, lapse.ended) - bisect_right(due, lapse.began)
        if slots > 0:
            # Back after the phase is too late: no slot was measured under it any more.
            back = lapse.ended - lapse.began if lapse.ended <= ends else None
            after, of = lapse.began - lapse.since, max(0.0, ends - lapse.since)
            found.append(SeenLapse(lapse.condition, after, of, back, slots, lapse.reason))
    return tuple(found)


def restoration_of(facts: Facts) -> Restoration:
    """What became of the rollbacks: all succeeded, one did not, they were due and not played, or there were none."""
    if any(rollback.status != ActivityStatus.SUCCEEDED for rollback in facts.rollbacks):
        return Restoration.FAILED
    if facts.rolled_back is False and facts.conditions:
        return Restoration.NOT_PLAYED
    return Restoration.RESTORED if facts.rollbacks else Restoration.NOTHING_TO_UNDO


def restored(facts: Facts) -> bool | None:
    """True when every rollback succeeded, False when one did not or was due and not played, else None."""
    return restoration_of(facts).restored


def unrestored(facts: Facts) -> tuple[Unrestored, ...]:
    """What was not undone, with what a person runs instead."""
    left = []
    for each in facts.rollbacks:
        if each.status == ActivityStatus.SUCCEEDED:
            continue
        interrupted = each.status == ActivityStatus.INTERRUPTED
        problem = RestoreProblem.INTERRUPTED if interrupted else RestoreProblem.FAILED
        if each.unproven:
            problem = RestoreProblem.NOT_GONE
        left.append(Unrestored(problem, each.name, each.tries, each.failure, each.by_hand))
    if facts.rolled_back is False and facts.conditions:
        left.append(Unrestored(RestoreProblem.NOT_PLAYED))
    return tuple(left)
