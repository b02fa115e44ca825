"""What the pages of executions tell beside journals: rows, what is under way, the events told of them."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Left

from rtk.console.pages.insights.states import NOT_BEGUN
from rtk.console.pages.templatetags.show import STATES
from rtk.console.store.models import Event, Execution, Run
from rtk.console.store.run_state import RunState
from rtk.console.store.runs import state_of
from rtk.insight.status import RunStatus
from rtk.report.text import plain

COLUMNS = (
    *("id", "status", "deviated", "created_at", "ended_at", "began_at", "took_s"),
    *("experiment__title", "created_by__name", "created_by__email", "team__name", "team__slug"),
    *("run__id", "run__state", "run__heard_at", "run__due_at", "run__told", "run__ended_at", "run__verdict"),
)
SILENT = timedelta(days=1)  # nobody tells that a `chaos run` goes on: after so long a silence it may have died
HEAD = 3000  # characters of an event that its words are found in
EVENTS = 200
# Of a text that is cut off, which no parser reads.
_NAME = re.compile(r'"(?:name|title)":\s?"((?:[^"\\]|\\.){1,200})"')
_LAST = """
SELECT of.id, last.kind, last.at, last.head FROM unnest(%s::uuid[]) AS of(id), LATERAL (
  (SELECT e.kind, e.created_at AS at, left(e.payload, %s) AS head FROM store_event e
    WHERE e.execution_id = of.id ORDER BY e.created_at DESC LIMIT 1)
  UNION ALL
  (SELECT x.kind, r.created_at + x.t * interval '1 second', left(x.body, %s) FROM store_run r JOIN store_recordentry x
    ON x.run_id = r.id AND x.day = r.day AND x.kind IN ('phase', 'intent', 'activity', 'rollbacks')
    WHERE r.execution_id = of.id ORDER BY x.n DESC LIMIT 1)
) last
"""
_STEPS = {
    "experiment": "The experiment",
    "hypothesis": "The hypothesis",
    "method": "The method",
    "rollback": "The rollbacks",
    "activity": "Activity",
}


class Now(NamedTuple):
    """What was told last of an execution under way, and when."""

    words: str
    at: datetime


class ListedExecution(NamedTuple):
    """An execution in the list. `state` is a known state, `word` what is said in its place; `now` while it runs."""

    execution: Execution
    state: str
    word: str
    verdict: str | None
    now: Now | None

    @property
    def run(self) -> Run | None:
        """The run of a verification that it is of."""
        return run_of(self.execution)

    @property
    def began(self) -> datetime:
        """When it began, by its client's clock where that is known."""
        return self.execution.began_at or self.execution.created_at

    @property
    def token(self) -> str:
        """What changes when anything of it does that a page shows."""
        of = self.execution
        return f"{of.id} {self.state} {of.ended_at} {self.verdict} {self.now and (self.now.at, self.now.words)}"

    @property
    def ended(self) -> datetime | None:
        """When it ended, by the clock that its beginning is told by."""
        of = self.execution
        if of.ended_at and of.began_at and of.took_s is not None:
            return of.began_at + timedelta(seconds=of.took_s)
        return of.ended_at


class ExecutionEvent(NamedTuple):
    """An event that was told of an execution."""

    at: datetime
    words: str
    error: str


def rows(executions: Sequence[Execution], at: datetime) -> list[ListedExecution]:
    """The rows of these executions. A query where one is under way."""
    last = last_told([each.id for each in executions if each.ended_at is None])
    return [row(each, last.get(each.id), at) for each in executions]


def row(execution: Execution, last: Now | None, at: datetime) -> ListedExecution:
    """An execution as a row; a state that nobody knows is shown by its own word."""
    run = run_of(execution)
    state: str = execution.status
    if run and not execution.ended_at:
        told = state_of(run, at)
        # Its run has ended, and the journal that ends the execution is still to come.
        state = RunState.RUNNING if told is RunState.ENDED else told
    elif not execution.ended_at:
        heard = last.at if last else execution.created_at
        state = RunState.LOST_CONTACT if at - heard > SILENT else RunState.RUNNING
    if run and state == RunStatus.FAILED:
        state = NOT_BEGUN
    known = state if state in STATES else "none"
    return ListedExecution(
        execution, known, "" if known == state else plain(execution.status, 40), run.verdict if run else None, last
    )


def listed(executions: QuerySet[Execution, Any], running: bool) -> QuerySet[Execution, Any]:
    """Finished or running ones, with what their rows need and no journal."""
    found = executions.filter(ended_at__isnull=running)
    return found.select_related("experiment", "created_by", "run", "team").only(*COLUMNS)


def run_of(execution: Execution) -> Run | None:
    """The run that an execution is of, where a verification made it."""
    return getattr(execution, "run", None)


def last_told(executions: Sequence[UUID]) -> dict[UUID, Now]:
    """What was told last of these executions. One query."""
    if not executions:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [list(executions), HEAD, HEAD])
        # Of a run, its record says more than the events of the same execution: it comes last.
        return {key: Now(words(kind, head or ""), at) for key, kind, at, head in cursor.fetchall()}


def events(execution: Execution) -> tuple[list[ExecutionEvent], int]:
    """The last events told of an execution, oldest first, and how many there are. Two queries."""
    of = Event.objects.filter(execution=execution, on_timeline=False)
    heads = of.annotate(head=Left("payload", HEAD, output_field=TextField())).values_list("created_at", "kind", "head")
    last = []
    for at, kind, head in heads.order_by("-created_at")[:EVENTS]:
        error = _read(head or "").get("error")
        wrong = plain(error if isinstance(error, str) else json.dumps(error), 300) if error else ""
        last.append(ExecutionEvent(at, words(kind, head or ""), wrong))
    return last[::-1], of.count() if len(last) == EVENTS else len(last)


def words(kind: str, head: str) -> str:
    """What an event or an entry of a record says, from the beginning of its text."""
    if kind in ("phase", "intent", "activity", "rollbacks"):
        body = _read(head)
        name = f"“{plain(body.get('name') or 'without a name', 200)}”"
        role = "Rollback" if body.get("role") == "rollback" else "Condition"
        if kind in ("intent", "activity"):
            return f"{role} {name} {'began' if kind == 'intent' else 'ended'}"
        state = "began" if body.get("state") == "started" else "ended"
        phase = plain(body.get("phase") or "?", 40)
        return f"The rollbacks {state}" if kind == "rollbacks" else f"Phase {phase} {state}"
    begins, ends = kind.startswith("starting-"), kind.endswith("-finished")
    step = kind.removeprefix("starting-").removesuffix("-finished")
    if step not in _STEPS or not (begins or ends):
        return plain(kind, 100)
    name = f" “{_named(head)}”" if step == "activity" and _named(head) else ""
    return f"{_STEPS[step]}{name} {'began' if begins else 'ended'}"


def _read(head: str) -> dict[str, Any]:
    try:
        found = json.loads(head)
    except ValueError:  # cut off
        return {"name": _named(head)}
    return found if isinstance(found, dict) else {}


def _named(head: str) -> str:
    found = _NAME.search(head)
    if found is None:
        return ""
    try:
        name = str(json.loads(f'"{found[1]}"'))
    except ValueError:
        name = found[1]
    return plain(name, 200)
