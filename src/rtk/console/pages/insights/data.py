"""What the chart of an insight reads: a run's measurements as columns, and everything that is drawn around them.

Columns are put together by the database as the text of JSON: a hundred thousand measurements are never objects here.
Moments are seconds since the run began; `at` is when that was, in seconds since the epoch.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.http import HttpRequest, HttpResponse

from rtk.console.pages.insights import finding
from rtk.console.pages.insights.lanes import lanes
from rtk.console.people import gate
from rtk.console.people.pages import viewed
from rtk.console.store import insights, runs
from rtk.console.store.models import RecordEntry, Run
from rtk.errors import ToolkitError
from rtk.experiment.plan import slot_count
from rtk.insight.budget import allowed_share
from rtk.insight.facts import PHASES, ActivitySpan, Facts
from rtk.report.moments import happened
from rtk.verify.facts import facts_of_entries

DRAWN = ("run", "phase", "intent", "activity", "proof", "rollbacks", "event", "end")
MOST_ACTIVITIES, MOST_EVENTS, MOST_REASONS, REASON_LENGTH = 50, 12, 1_000, 200
FORM = 1  # of what is answered: an answer of another form is never taken for this one
LEAST_PACKED = 1024  # bytes: below this nothing is gained

# The values of a chart need no more than the seven digits of a float4, whose range is smaller.
COLUMNS = """
SELECT coalesce(array_to_string(array_agg(phase), ','), ''), coalesce(array_to_string(array_agg(slot), ','), ''),
  coalesce(array_to_string(array_agg((due * 1000)::bigint), ','), ''),
  coalesce(array_to_string(array_agg(outcome), ','), ''),
  coalesce(array_to_string(array_agg(CASE WHEN abs(value) < 1e-30 THEN 0 WHEN abs(value) > 1e30 THEN sign(value) * 1e30
    ELSE value END::float4), ',', 'null'), '')
FROM (SELECT phase, slot, due, outcome, value FROM store_measurement
  WHERE run_id = %s AND day = %s AND n < %s ORDER BY n) m
"""
REASONS = """
SELECT phase, slot, left(reason, %s) FROM store_measurement
WHERE run_id = %s AND day = %s AND n < %s AND outcome <> 0 AND reason IS NOT NULL ORDER BY n LIMIT %s
"""
NAMES = ("phase", "slot", "due_ms", "outcome", "value")
_BROKEN = (ToolkitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError)


@viewed
def data(request: HttpRequest, caller: gate.Caller, org: str, team: str, run: UUID) -> HttpResponse:
    """All of it; with `?around` all but the measurements, which a live page has been told already."""
    into = gate.team_for(caller, org, team, "read")
    found = finding.find(into, run)
    beside = lanes(found)
    tag = _tag(found, beside, "around" in request.GET)
    if tag in request.headers.get("If-None-Match", ""):
        return _labelled(HttpResponse(status=304), tag)
    told = {**around(found), "lanes": beside}
    if "around" not in request.GET:
        told |= {"columns": columns(found), "reasons": reasons(found)}
    return _labelled(packed(request, msgspec.json.encode(told)), tag)


def _tag(run: Run, beside: Any, part: bool) -> str:
    seen = [FORM, part, str(run.id), run.next, runs.state_of(run), run.stop, run.verdict, beside]
    return f'"{hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:32]}"'


def _labelled(answer: HttpResponse, tag: str) -> HttpResponse:
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Accept-Encoding, Cookie"
    return answer


def packed(request: HttpRequest, body: bytes) -> HttpResponse:
    """JSON, compressed for whoever can take it so."""
    answer = HttpResponse(body, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > LEAST_PACKED:
        answer.content = gzip.compress(body, 1, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer


def around(run: Run, read: list[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Everything that is drawn around the measurements. `next` is the number of the entry that is not in it yet.

    `read` are the run's entries besides measurements, where somebody has read them already.
    """
    entries = _entries(run) if read is None else read
    head = insights.head_from(run, _first(entries))
    facts = _facts(head, entries, last_of(run) if read is None else 0.0)
    return {
        "run": str(run.id),
        "at": facts.started_at if facts else float(head["at"]),
        "next": run.next,
        "state": runs.state_of(run),
        "stop": run.stop,
        "verdict": run.verdict,
        "planned": planned(run.plan),
        "lengths": runs.lengths(run.plan),
        "frequency_s": run.plan["frequency_s"],
        "per_deviation": per_deviation(run.plan),
        "threshold": asdict(facts.threshold) if facts else {},
        "phases": [asdict(each) for each in facts.phases] if facts else [],
        "conditions": conditions(facts) if facts else [],
        "rollbacks": [_span(each) for each in facts.rollbacks[:MOST_ACTIVITIES]] if facts else [],
        "undo": _undo(entries) if facts else None,
        "events": happened(facts, MOST_EVENTS) if facts else [],
        "ends": facts.duration_s if facts and runs.state_of(run) == "ended" else None,
    }


def _entries(run: Run) -> list[Mapping[str, Any]]:
    rows = RecordEntry.objects.filter(run_id=run.id, day=run.day, n__lt=run.next, kind__in=DRAWN)
    return list(rows.order_by("n").values_list("body", flat=True))


def _first(entries: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    return dict(entries[0]) if entries and entries[0].get("kind") == "run" else None


def _facts(head: dict[str, Any], entries: list[Mapping[str, Any]], last: float) -> Facts | None:
    """The run's facts without its measurements; None where what was told makes no sense."""
    try:
        return facts_of_entries(head, map(dict, entries), (), last)
    except _BROKEN:
        return None


def last_of(run: Run) -> float:
    """When the last measurement was noted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(t) FROM store_measurement WHERE run_id = %s AND day = %s", [run.id, run.day])
        (found,) = cursor.fetchone() or (None,)
    return found or 0.0


def planned(plan: Mapping[str, Any]) -> dict[str, int]:
    """How many slots each phase has."""
    return {phase: slot_count(length, plan["frequency_s"]) for phase, length in runs.lengths(plan).items()}


def per_deviation(plan: Mapping[str, Any]) -> float | None:
    """The share of the budget that one deviated measurement spends; None where there is no budget."""
    promise = plan.get("objective") or {}
    allowed = allowed_share(promise.get("target"))
    window = promise.get("window_s")
    return float(plan["frequency_s"] / (float(allowed) * window)) if allowed and window else None


def conditions(facts: Facts) -> list[dict[str, Any]]:
    """The conditions; `until` is when each was over: undone, or its own `lasts` past. None: not yet, or never."""
    ends = [each.ended for each in facts.rollbacks]
    undone = max((end for end in ends if end is not None), default=None) if facts.rolled_back else None
    return [{**_span(each), "until": _until(each, undone)} for each in facts.conditions[:MOST_ACTIVITIES]]


def _until(condition: ActivitySpan, undone: float | None) -> float | None:
    if condition.ended is None:
        return undone
    if condition.status == "failed":
        return condition.ended
    over = None if condition.lasts is None else condition.ended + condition.lasts
    known = [moment for moment in (over, undone) if moment is not None]
    return max(condition.ended, min(known)) if known else None


def _span(span: ActivitySpan) -> dict[str, Any]:
    kept = ("name", "started", "ended", "status", "failure", "lasts")
    return {key: getattr(span, key) for key in kept}


def _undo(entries: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Where the undoing is: `started`, `ended` or `skipped`, and since when."""
    found = [each for each in entries if each.get("kind") == "rollbacks"]
    return {"state": found[-1]["state"], "at": found[-1]["t"]} if found else None


def columns(run: Run) -> dict[str, Any]:
    """A run's measurements as columns of numbers, in the order they came; their phases and outcomes by place."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [run.id, run.day, run.next])
        found = cursor.fetchone() or ("",) * len(NAMES)
    return {name: msgspec.Raw(f"[{text}]".encode()) for name, text in zip(NAMES, found, strict=True)}


def reasons(run: Run) -> dict[str, dict[int, str]]:
    """Why measurements deviated or were missed, by phase and slot: of the first thousand."""
    told: dict[str, dict[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(REASONS, [REASON_LENGTH, run.id, run.day, run.next, MOST_REASONS])
        for phase, slot, reason in cursor.fetchall():
            told.setdefault(PHASES[phase], {})[slot] = reason
    return told
