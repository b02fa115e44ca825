"""What the chart of an insight reads: a run's measurements as columns, and everything that is drawn around them.

Columns are put together by the database as the text of JSON: a hundred thousand measurements are never objects here.
Moments are seconds since the run began; `at` is when that was, in seconds since the epoch.
"""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from django.db import connection
from django.http import HttpRequest, HttpResponse

from rtk.console.pages.insights import run_lookup
from rtk.console.pages.insights.context_events import lanes
from rtk.console.pages.insights.schema import (
    ChartActivity,
    ChartColumns,
    ChartCondition,
    ChartFacts,
    ChartMeasurements,
    ChartPart,
    ChartSurroundings,
)
from rtk.console.people import gate
from rtk.console.people.pages import viewed
from rtk.console.store import insights, runs
from rtk.console.store.models import RecordEntry, Run
from rtk.console.store.run_state import RunState
from rtk.errors import ToolkitError
from rtk.experiment.plan import slot_count
from rtk.insight.budget import allowed_share
from rtk.insight.effect import lapses_of
from rtk.insight.facts import PHASES_BY_CODE, ActivitySpan, Facts, Phase
from rtk.report.moments import happened
from rtk.verify.facts import facts_of_entries

DRAWN = ("run", "phase", "intent", "activity", "proof", "rollbacks", "event", "end")
MOST_ACTIVITIES, MOST_LAPSES, MOST_EVENTS, MOST_REASONS, REASON_LENGTH = 50, 200, 12, 1_000, 200
FORM = 3  # of what is answered: an answer of another form is never taken for this one
LEAST_PACKED = 1024  # bytes: below this nothing is gained

# The values of a chart need no more than the seven digits of a float4, whose range is smaller.
COLUMNS = """
WITH m AS MATERIALIZED (
  SELECT n, phase, slot, due, outcome, value, reason FROM store_measurement
  WHERE run_id = %(run)s AND day = %(day)s AND n < %(next)s
    AND n %% CASE outcome WHEN 0 THEN %(met)s ELSE %(rest)s END = 0 ORDER BY n
)
SELECT array_to_string(array_agg(phase), ','), array_to_string(array_agg(slot), ','),
  array_to_string(array_agg((due * 1000)::bigint), ','), array_to_string(array_agg(outcome), ','),
  array_to_string(array_agg(CASE WHEN abs(value) < 1e-30 THEN 0 WHEN abs(value) > 1e30 THEN sign(value) * 1e30
    ELSE value END::float4), ',', 'null'),
  (SELECT json_agg(json_build_array(phase, slot, why)) FROM (
    SELECT phase, slot, left(reason, %(length)s) AS why FROM m
    WHERE outcome <> 0 AND reason IS NOT NULL ORDER BY n LIMIT %(most)s) AS r)
FROM m
"""
MOST_DRAWN = 150_000  # measurements of a chart
_COUNT = """
SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome <> 0) FROM store_measurement
WHERE run_id = %s AND day = %s
"""
NAMES = ("phase", "slot", "due_ms", "outcome", "value")
# What a client told may contradict itself in any way: then there is no data, and not a page that failed.
_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError)


@viewed
def data(request: HttpRequest, caller: gate.Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """All of it; with `?around` all but the measurements, which a live page has been told already."""
    into = gate.team_for(caller, org, team, "read")
    found = run_lookup.find(into, run)
    beside, part_alone = lanes(found), "around" in request.GET
    seen = [FORM, part_alone, str(found.id), found.next, runs.state_of(found), found.stop, found.verdict, beside]
    tag = f'"{hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        return _labelled(HttpResponse(status=304), tag)
    part: ChartPart = {**around(found), "lanes": beside}
    told = part if part_alone else {**part, **measured(found)}
    return _labelled(packed(request, msgspec.json.encode(told)), tag)


def _labelled(answer: HttpResponse, tag: str) -> HttpResponse:
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Accept-Encoding, Cookie"
    return answer


def packed(request: HttpRequest, body: bytes) -> HttpResponse:
    """JSON, compressed for whoever can take it so."""
    answer = HttpResponse(body, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > LEAST_PACKED:
        # Level 1, the quickest: it is packed anew for each reader.
        answer.content = gzip.compress(body, 1, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer


def around(run: Run, read: Sequence[Mapping[str, Any]] | None = None) -> ChartSurroundings:
    """Everything that is drawn around the measurements. `next` is the number of the entry that is not in it yet.

    `read` are the run's entries besides measurements, where somebody has read them already.
    """
    entries = [dict(each) for each in (entries_of(run) if read is None else read)]
    head = insights.head_from(run, entries[0] if entries and entries[0].get("kind") == "run" else None)
    state, ends = runs.state_of(run), None
    if state is RunState.ENDED:  # as its record says, else when its last measurement was noted
        told = [float(each["t"]) for each in entries if each.get("kind") == "end"]
        ends = told[-1] if told else insights.last_of(run)
    undo = [each for each in entries if each.get("kind") == "rollbacks"]
    return {
        "run": str(run.id),
        "at": float(head["at"]),
        "next": run.next,
        "state": state,
        "stop": run.stop,
        "verdict": run.verdict,
        "planned": planned(run.plan),
        "lengths": runs.lengths(run.plan),
        "frequency_s": run.plan["frequency_s"],
        "per_deviation": per_deviation(run.plan),
        "undo": {"state": undo[-1]["state"], "at": undo[-1]["t"]} if undo else None,
        "ends": ends,
        **_drawn(head, entries),
    }


def entries_of(run: Run) -> list[dict[str, Any]]:
    """The entries that are drawn, in their order."""
    rows = RecordEntry.objects.filter(run_id=run.id, day=run.day, n__lt=run.next, kind__in=DRAWN)
    return list(rows.order_by("n").values_list("body", flat=True))


def _drawn(head: dict[str, Any], entries: list[dict[str, Any]]) -> ChartFacts:
    """What facts there are without the measurements; nothing of a record that contradicts itself."""
    try:
        facts = facts_of_entries(head, entries, ())
    except _BROKEN:
        return {"threshold": {}, "phases": [], "conditions": [], "rollbacks": [], "events": []}
    bound = facts.threshold
    return {
        "threshold": {"lower": bound.lower, "upper": bound.upper, "unit": bound.unit},
        "phases": [
            {"phase": each.phase, "started": each.started, "ended": each.ended, "planned": each.planned}
            for each in facts.phases
        ],
        "conditions": conditions(facts),
        "rollbacks": [_span(each) for each in facts.rollbacks[:MOST_ACTIVITIES]],
        "events": happened(facts, MOST_EVENTS),
    }


def planned(plan: Mapping[str, Any]) -> dict[Phase, int]:
    """How many slots each phase has; nothing of those that last as long as they take."""
    return {phase: slot_count(length, plan["frequency_s"]) for phase, length in runs.lengths(plan).items()}


def per_deviation(plan: Mapping[str, Any]) -> float | None:
    """The share of the budget that one deviated measurement spends; None where there is no budget."""
    promise = plan.get("objective") or {}
    allowed = allowed_share(promise.get("target"))
    window = promise.get("window_s")
    return float(plan["frequency_s"] / (float(allowed) * window)) if allowed and window else None


def conditions(facts: Facts) -> list[ChartCondition]:
    """The conditions; `until` is when each was over. None: not yet, or never.

    `gone` is from when to when its effect did not show; None: it has not come back.
    """
    ends = [each.ended for each in facts.rollbacks]
    undone = max((end for end in ends if end is not None), default=None) if facts.rolled_back else None
    lapses = lapses_of(facts.effects)
    found: list[ChartCondition] = []
    for each in facts.conditions[:MOST_ACTIVITIES]:
        own = [lapse for lapse in lapses if lapse.condition == each.name][:MOST_LAPSES]
        gone = [(lapse.began, lapse.ended if isfinite(lapse.ended) else None) for lapse in own]
        found.append({**_span(each), "until": each.over_at(undone), "gone": gone})
    return found


def _span(span: ActivitySpan) -> ChartActivity:
    return {
        "name": span.name,
        "started": span.started,
        "ended": span.ended,
        "status": span.status,
        "failure": span.failure,
        "lasts": span.lasts,
    }


class Strides(NamedTuple):
    """Of how many entries in a row one is drawn: of those that were met, and of the rest."""

    met: int
    rest: int


def drawn(run: Run) -> Strides:
    """Return how a run is thinned for its chart: all of it is drawn, unless it has more than a browser bears."""
    if run.next <= MOST_DRAWN:
        return Strides(1, 1)
    told = run.insight if run.insight_next == run.next else None
    if told and told.get("run") and not told.get("without_effect"):  # else it counts some otherwise than they came
        met, rest = told["run"]["met"], told["run"]["deviated"] + told["run"]["missed"]
    else:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [run.id, run.day])
            met, rest = cursor.fetchall()[0]
    return Strides(*(max(1, -(-many // (MOST_DRAWN // 2))) for many in (met, rest)))


def thinned(run: Run) -> str:
    """Return what the chart of a run leaves out, in one sentence; nothing where it leaves nothing out."""
    met, rest = drawn(run)
    if met == rest == 1:
        return ""
    bad = "each that deviated or was not made" if rest == 1 else f"one in {rest:,} that deviated or were not made"
    return (
        f"This run has so many measurements that the chart draws {bad} and one in {met:,} that were met, at most "
        f"{MOST_DRAWN:,}. The figures are of all of them, and so is the CSV file."
    )


def measured(run: Run) -> ChartMeasurements:
    """A run's measurements as `columns` of numbers in the order they came, their phases and outcomes by code.

    And by phase and slot the `reasons` why measurements deviated or were missed: of the first thousand.
    """
    given: dict[str, Any] = {
        "run": run.id,
        "day": run.day,
        "next": run.next,
        **drawn(run)._asdict(),
        "most": MOST_REASONS,
        "length": REASON_LENGTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, given)
        *texts, found = cursor.fetchone() or (*[None] * len(NAMES), None)
    columns = {name: msgspec.Raw(f"[{text or ''}]".encode()) for name, text in zip(NAMES, texts, strict=True)}
    reasons: dict[Phase, dict[str, str]] = {}
    for phase, slot, reason in found or ():
        reasons.setdefault(PHASES_BY_CODE[phase], {})[str(slot)] = reason
    # The columns are lists of numbers already, as text: nobody here reads them.
    return {"columns": cast(ChartColumns, columns), "reasons": reasons}
