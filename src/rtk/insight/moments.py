"""When the system first deviated, when it had recovered, and whether everything was undone."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from rtk.insight.effect import lapses_of
from rtk.insight.facts import CUT_OFF, ActivitySpan, Facts, Measurement
from rtk.insight.shape import SeenLapse

IN_A_ROW = 3

NOT_PLAYED = "Rollbacks were due and were not played."


def first_deviation_after(facts: Facts) -> float | None:
    """Seconds from the first condition's start to the first deviated measurement due after it.

    To its due time, because slots are kept: it does not depend on how long the probe took to fail. None where no
    condition began or nothing deviated after it.
    """
    began = conditions_began(facts)
    if began is None:
        return None
    deviated = (m.due for m in _after(facts, began) if m.outcome == "deviated")
    first = next(deviated, None)
    return None if first is None else first - began


def recovered_after(facts: Facts) -> float | None:
    """Seconds from the last rollback's end to the end of the first of three measurements met in a row.

    Only measurements due after the rollback's end count; a missed slot breaks the row. Never below 0. None
    where no rollback ended, where nothing had deviated since the conditions began (there is nothing to
    recover from), or where no three were met in a row before the run ended.
    """
    undone = _undone_at(facts.rollbacks)
    if undone is None or first_deviation_after(facts) is None:
        return None
    first = _first_of_a_row(_after(facts, undone))
    if first is None:
        return None
    ended = first.ended if first.ended is not None else first.due
    return max(0.0, ended - undone)


def conditions_began(facts: Facts) -> float | None:
    """When the first condition started; None when none did."""
    return min((condition.started for condition in facts.conditions), default=None)


def invalid_condition(facts: Facts) -> ActivitySpan | None:
    """The first condition that failed, so that it was not applied."""
    return next((condition for condition in facts.conditions if condition.status == "failed"), None)


def seen_lapses(facts: Facts) -> tuple[SeenLapse, ...]:
    """The stretches of the conditions phase in which the effect of a condition did not show, where a slot was due."""
    due = [m.due for m in facts.measurements if m.phase == "conditions" and m.code not in CUT_OFF]
    ended = next((span.ended for span in facts.phases if span.phase == "conditions"), None)
    ends = max([*due, *([ended] if ended is not None else [])], default=0.0)
    found = []
    for lapse in lapses_of(facts.effects):
        slots = bisect_left(due, lapse.ended) - bisect_right(due, lapse.began)
        if slots > 0:
            back = lapse.ended - lapse.began if lapse.ended <= ends else None
            after, of = lapse.began - lapse.since, max(0.0, ends - lapse.since)
            found.append(SeenLapse(lapse.condition, after, of, back, slots, lapse.reason))
    return tuple(found)


def restored(facts: Facts) -> bool | None:
    """True when every rollback succeeded, False when one did not or was due and not played, else None."""
    if facts.rolled_back is False and facts.conditions:
        return False
    if not facts.rollbacks:
        return None
    return all(rollback.status == "succeeded" for rollback in facts.rollbacks)


def not_restored(facts: Facts) -> tuple[str, ...]:
    """What was not undone, a sentence each, with what to run by hand."""
    failed = tuple(_failure(rollback) for rollback in facts.rollbacks if rollback.status != "succeeded")
    if facts.rolled_back is False and facts.conditions:
        return (*failed, NOT_PLAYED)
    return failed


def _failure(rollback: ActivitySpan) -> str:
    tries = f" after {rollback.tries} tries" if rollback.tries > 1 else ""
    reason = f": {rollback.failure.rstrip('.')}" if rollback.failure else ""
    by_hand = f" Run by hand: {rollback.by_hand}" if rollback.by_hand else ""
    return f'The rollback "{rollback.name}" {rollback.status}{tries}{reason}.{by_hand}'.replace(
        '" interrupted', '" was interrupted'
    )


def _undone_at(rollbacks: Iterable[ActivitySpan]) -> float | None:
    """When the last rollback ended; None when there was none, or one has not ended."""
    ends = [rollback.ended for rollback in rollbacks]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _after(facts: Facts, moment: float) -> Iterable[Measurement]:
    return (m for m in facts.measurements.of("onset", "conditions", "undo", "recovery") if m.due >= moment)


def _first_of_a_row(measurements: Iterable[Measurement]) -> Measurement | None:
    row: list[Measurement] = []
    for measurement in measurements:
        row = [*row, measurement] if measurement.outcome == "met" else []
        if len(row) == IN_A_ROW:
            return row[0]
    return None
