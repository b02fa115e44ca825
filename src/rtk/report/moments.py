"""What happened when: the run's phases, conditions, deviations and rollbacks as one list in order of time."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rtk.figures import count, duration, elapsed, number
from rtk.insight.effect import EffectState
from rtk.insight.facts import ActivitySpan, Facts, Phase, SlotMeasurement
from rtk.insight.moments import first_deviation
from rtk.insight.recovery import conditions_began, precedes
from rtk.insight.shape import Insight
from rtk.insight.status import ActivityStatus
from rtk.insight.stops import StopCause
from rtk.report.axis import utc
from rtk.report.text import plain

MOST = 200

_RANKS = ("trouble", "deviated", "ending", "rollback", "condition", "missed", "note", "phase")
_NEEDED = frozenset(_RANKS[:5])  # what a reader misses where it is left out
Told = tuple[float, str, str]  # when, kind, text
# These two last as long as they take.
_LENGTHS: dict[Phase, str] = {
    "onset": "until the conditions have taken effect",
    "undo": "until the conditions are undone",
}


class Moment(NamedTuple):
    """Something that happened: `at` seconds since the run began, the same as `clock` reads (run time) and in
    `utc`; `kind` is `phase`, `condition`, `deviated`, `missed`, `rollback`, `trouble`,
    `ending` (it recovered, it ended) or `note`."""

    at: float
    clock: str
    utc: str
    kind: str
    text: str


def moments(insight: Insight, facts: Facts) -> tuple[Moment, ...]:
    """Everything worth a line, in order of time, at most 200 of it: the spans, then the events."""
    more = list(_firsts(facts, insight.baseline_broken))
    undone = max((r.ended for r in facts.rollbacks if r.ended is not None), default=None)
    if undone is not None and insight.recovered_after_s is not None:
        more.append((undone + insight.recovered_after_s, "ending", "recovered: the first of three met in a row"))
    # That sentence says "not begun" itself.
    early = "" if insight.stop_cause is StopCause.BASELINE_BROKEN else "stopped early: "
    stopped = f", {early}{plain(facts.stopped, 240)}" if facts.stopped else ""
    in_order = facts.stop is None or facts.stop.cause.completes
    more.append((facts.duration_s, "ending" if in_order else "trouble", f"the run ended{stopped}"))
    told = _told(facts, more)
    whole = [Moment(at, elapsed(at), utc(facts.started_at + at, "%H:%M:%S"), kind, text) for at, kind, text in told]
    return tuple(most_telling(whole, MOST))


def happened(facts: Facts, most: int) -> list[tuple[float, str]]:
    """What happened so far in a run that goes on, in order of time: the last so many moments with their texts."""
    return [(at, text) for at, _, text in _told(facts, [])[-most:]]


def _told(facts: Facts, more: list[Told]) -> list[Told]:
    # Sorting keeps the order within a moment: an undo ends before the next phase, a condition begins after its own.
    told = list(_activities(facts.rollbacks, "rollback"))
    for span in facts.phases:
        lasts = _LENGTHS.get(span.phase) or f"{count(span.planned, 'slot')} planned"
        told.append((span.started, "phase", f"{span.phase} began, {lasts}"))
    told += _activities(facts.conditions, "condition")
    gone = set[int]()
    for change in facts.effects:
        name = plain(change.condition, 160)
        if change.state is EffectState.GONE:
            gone.add(change.index)
            reason = f": {plain(change.reason, 240)}" if change.reason else ""
            told.append((change.at, "trouble", f"the effect of {name} is gone{reason}"))
        elif change.state is EffectState.SHOWN:
            again = " again" if change.index in gone else ""
            told.append((change.at, "condition", f"the effect of {name} shows{again}"))
    told += more
    # An event may say what a span has said already.
    known = {text for _, _, text in told}
    told += [(e.at, "note", text) for e in facts.events if (text := plain(e.text, 400)) not in known]
    return sorted(told, key=lambda one: one[0])


def most_telling(items: Sequence[Moment], most: int) -> list[Moment]:
    """At most `most` of them in order of time: what went wrong first, what was only to be expected last."""
    ranked = sorted(range(len(items)), key=lambda index: (_RANKS.index(items[index].kind), index))
    return [items[index] for index in sorted(ranked[:most])]


def room_for(items: Sequence[Moment], least: int, most: int) -> int:
    """How many of them a short list shows: `least`, or more where what must not be missing takes more room."""
    return max(least, min(most, sum(each.kind in _NEEDED for each in items)))


def and_more(items: Sequence[Moment], most: int, where: str = "the reports") -> str:
    """How many of them `most_telling` leaves out, in words; nothing where it is none."""
    left = len(items) - most
    return f"{left:,} more in {where}" if left > 0 else ""


def _activities(spans: Sequence[ActivitySpan], kind: str) -> Iterator[Told]:
    for span in spans:
        name = plain(span.name, 160)
        yield span.started, kind, f"{kind} {name} started"
        if span.ended is None:
            continue
        succeeded = span.status == ActivityStatus.SUCCEEDED
        how = f"{'returned' if succeeded else plain(span.status, 40)} after {duration(span.ended - span.started)}"
        failure = f": {plain(span.failure, 240)}" if span.failure else ""
        goes_on = f", its effect lasts {duration(span.lasts)}" if span.lasts else ""
        yield span.ended, kind if succeeded else "trouble", f"{kind} {name} {how}{failure}{goes_on}"


def _firsts(facts: Facts, broken: bool) -> Iterator[Told]:
    """The first deviated and the first missed slot; what deviated before any condition is not of one.

    Nor is what deviated after a baseline that was `broken` already.
    """
    began = conditions_began(facts)
    first = facts.measurements.first("deviated")
    if first and began is not None and precedes(first, began):
        yield _first(facts, first, "first deviated measurement of the run, before any condition")
        first = None if broken else first_deviation(facts, began)
    if first and began is not None and first.due < began:
        told = "first deviated measurement since the first condition, under way when that started"
        yield (began, *_first(facts, first, told)[1:])  # a cause comes before what followed it
    elif first:
        since = " since the first condition" if began is not None else ""
        yield _first(facts, first, f"first deviated measurement{since}")
    if missed := facts.measurements.first("missed"):
        yield _first(facts, missed, "first slot that was not measured")


def _first(facts: Facts, m: SlotMeasurement, told: str) -> Told:
    value = "" if m.value is None else f": {plain(number(m.value, facts.threshold.unit), 40)}"
    reason = f", {plain(m.reason, 160)}" if m.reason else ""
    return m.due, m.outcome, f"{told}{value}{reason}"
