"""Stage 7 from what is stored: a run's facts out of its entries and measurements, and the insight of them.

An insight is kept with its run and computed again when an entry came after it. There is none before the end: then
only counts are told.
"""

import threading
from contextlib import suppress
from typing import Any

from django.db import connection, transaction
from msgspec.structs import fields, replace

from rtk.console import heap
from rtk.console.notify import outbox
from rtk.console.store import holds, lessons, measured, outages, sparks, standing_weights, versions
from rtk.console.store.intake import PHASE_CODES
from rtk.console.store.models import RecordEntry, Run
from rtk.console.store.runs import lengths, state_of
from rtk.errors import ToolkitError
from rtk.experiment.limits import threshold, within
from rtk.experiment.plan import ValueLimit, slot_count
from rtk.insight.facts import OUTCOMES, Facts, MeasurementSeries, Threshold
from rtk.insight.insight import insight
from rtk.insight.shape import Figures
from rtk.verify.facts import facts_of_entries

KEPT = (
    *("insight", "insight_next", "insight_version", "verdict", "restored", "recovered", "deviating_s", "occurrence"),
    *("outages_seen", "outages_seen_s", "spark", "weighed"),
)
_COMPUTING = threading.RLock()
# What a client told may contradict itself in any way: the run then has no verdict, and the console goes on.
_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError)


def insight_of(run: Run) -> dict[str, Any]:
    """The run's insight; while it goes on, its counts, with None for everything else."""
    if state_of(run).is_under_way:
        return counts(run)
    if _is_stale(run) or versions.is_outdated(run):
        with _COMPUTING:  # one at a time takes memory, and who waited finds what the other computed
            run.refresh_from_db(fields=KEPT)
            if _is_stale(run):
                keep(run)
            elif versions.is_outdated(run):
                renew(run)
    return run.insight or counts(run)


def _is_stale(run: Run) -> bool:
    return run.insight is None or run.insight_next != run.next


def renew(run: Run) -> None:
    """Make the insight of an earlier version anew by the rules of now, where what it was made of is still there."""
    if not versions.can_be_renewed(run):
        versions.leave(run)
        return
    keep(run, renewing=True)


def keep(run: Run, *, renewing: bool = False) -> None:
    """Compute the insight of what is stored now, and keep it; one that cannot be made anew leaves the former one."""
    seen = run.next
    made, threshold, spans, found = computed(run)
    if renewing and not made.get("version"):
        versions.leave(run)
        return
    with transaction.atomic():
        run.insight, renewed = versions.beside(run, made)
        # What lists and sums are made of stands beside the insight.
        run.insight_next, run.insight_version = seen, run.insight.get("version")
        run.verdict, run.restored = run.insight.get("verdict"), run.insight.get("restored")
        run.recovered, run.deviating_s = run.insight.get("recovered"), run.insight.get("deviating_s")
        run.occurrence = run.insight.get("occurrence")
        lessons.keep(run)
        run.spark, run.weighed = sparks.drawn(found, threshold), True
        run.save(update_fields=KEPT)
        outages.keep(run, spans)
        standing_weights.keep(run, run.insight, run.experiment.document)
        holds.settle(run)
        if run.restored is False and not renewed:
            outbox.note(outbox.NOT_RESTORED, run.id)
    many = len(found)
    # Let go of first: else there would be nothing to give back.
    del found, spans
    if many >= heap.LARGE:
        heap.give_back()


def computed(run: Run) -> tuple[dict[str, Any], Threshold, list[outages.Span], MeasurementSeries]:
    """The insight of what is stored, the threshold that its values are held against, when it deviated, and of what.

    What a client told so that no sense can be made of it is said to be so.
    """
    found = measured.measurements(run)
    try:
        facts = _facts(run, found)
        return insight(facts).as_dict(), facts.threshold, outages.spans_of(run, facts), found
    except _BROKEN as error:
        why = f"no insight can be computed from what was told of this run: {type(error).__name__}: {error}"
        headline = "No verdict: what was told of this run contradicts itself."
        return {**counts(run), "headline": headline, "why": why}, Threshold(), [], found


def facts_of(run: Run) -> Facts:
    """The facts of a run as it is stored, with the sentences that reports show."""
    facts = _facts(run, measured.measurements(run))
    measured.explain(run, facts)
    return facts


def _facts(run: Run, found: MeasurementSeries) -> Facts:
    rows = RecordEntry.objects.filter(run_id=run.id, day=run.day).order_by("n").values_list("body", flat=True)
    entries = list(rows)
    ended = any(each.get("kind") == "end" for each in entries)  # then nobody asks for the last measurement
    facts = facts_of_entries(head_of(run), entries, found, 0.0 if ended else last_of(run))
    # Of a run of another team it is only known since when it goes on.
    known = {each.run_id or each.since: each for each in (*holds.neighbours_of(run), *facts.neighbours)}
    return replace(facts, neighbours=tuple(known.values()))


def last_of(run: Run) -> float:
    """When the last measurement was noted, in seconds since the run began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(t) FROM store_measurement WHERE run_id = %s AND day = %s", [run.id, run.day])
        (found,) = cursor.fetchone() or (None,)
    return found or 0.0


def head_of(run: Run) -> dict[str, Any]:
    """The record's first entry; where there is none, what is known of the run in its place."""
    first = RecordEntry.objects.filter(run_id=run.id, day=run.day, n=0, kind="run").first()
    return head_from(run, first.body if first else None)


def head_from(run: Run, first: dict[str, Any] | None) -> dict[str, Any]:
    """The same, of a first entry that was read already."""
    if first and run.told == "record":
        return {"threshold": {}, **first, "plan": _plan(first["plan"])}
    experiment, told = run.experiment.document, run.plan.get("limit")
    limit, bound = ValueLimit(**told) if told else None, None
    with suppress(*_BROKEN):  # an experiment of a client of 2020, which nobody checked
        probe = experiment["steady-state-hypothesis"]["probes"][limit.position if limit else 0]
        found = threshold(probe, experiment.get("configuration"))
        bound = within(found, limit) if limit else found
    return {
        "run": str(run.id),
        "title": run.experiment.title,
        "at": run.created_at.timestamp(),
        "plan": _plan(run.plan),
        "experiment": {"method": [], **experiment},
        "threshold": {field.name: getattr(bound, field.name) for field in fields(bound)} if bound is not None else {},
    }


def _plan(plan: dict[str, Any]) -> dict[str, Any]:
    promise = plan.get("objective")
    kept = ("target", "window_s", "name", "quantile")
    objective = {key: promise[key] for key in kept if key in promise} if promise else None
    return {**plan, "objective": objective}


def counts(run: Run) -> dict[str, Any]:
    """What can be said of a run under way: how many measurements of the conditions phase came out how."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM store_measurement WHERE run_id = %s AND day = %s AND phase = %s GROUP BY 1",
            [run.id, run.day, PHASE_CODES["conditions"]],
        )
        found = {OUTCOMES[outcome]: number for outcome, number in cursor.fetchall()}
    told: dict[str, Any] = {outcome: found.get(outcome, 0) for outcome in OUTCOMES}
    planned = slot_count(lengths(run.plan)["conditions"], run.plan["frequency_s"])
    nothing = dict.fromkeys(field.name for field in fields(Figures))
    return {**nothing, "run_id": str(run.id), "planned": max(planned, sum(told.values())), **told}
