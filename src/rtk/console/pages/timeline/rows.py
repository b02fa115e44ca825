"""The rows of the timeline: one query for a page of them, whichever teams they are of.

Each team's newest are found by an index of their own and merged, so that a page costs the same after years. A run is
one row, whose state changes; the row stands where the run began.
"""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from msgspec import Struct
from msgspec.structs import fields, replace

from rtk.console.pages.insights.states import NOT_BEGUN
from rtk.console.store import lists, outside, runs, sparks, timeline
from rtk.console.store.run_state import UNDER_WAY, RunState
from rtk.console.store.sparks import Spark
from rtk.insight.status import JUDGED, RunStatus

SIZE = 25
# What the events of each kind are called: in an address, and beside others.
KINDS: dict[str, tuple[str, str]] = {
    "run": (timeline.RUN, "Runs"),
    "verification": ("verification.created", "Verifications"),
    "objective": ("objective.created", "Objectives"),
    "experiment": ("experiment.imported", "Experiments"),
    "execution": ("execution.experiment-finished", "Executions"),
    "outside": (outside.KIND, "Outside events"),
}
OF_EVENT = {event: kind for kind, (event, _) in KINDS.items()}
_STATUSES = (*JUDGED, RunStatus.FAILED)

_NEWEST = """
SELECT e.* FROM unnest(%(teams)s::uuid[]) AS t (id) CROSS JOIN LATERAL (
  SELECT id, team_id, kind, created_at, subject, title, tags, source, payload, run_id, created_by_id FROM store_event
  WHERE team_id = t.id AND shown {where} ORDER BY created_at DESC, id DESC LIMIT %(size)s
) AS e ORDER BY e.created_at DESC, e.id DESC LIMIT %(size)s
"""
# The results are those of the verification up to the run, so that each row keeps telling what it told.
_PAGE = """
WITH page AS MATERIALIZED ({newest})
SELECT page.id, page.created_at, page.team_id, page.kind, page.subject, page.title, page.tags, page.source,
  page.payload, coalesce(nullif(who.name, ''), who.email), CASE page.kind
    WHEN 'verification.created' THEN EXISTS (
      SELECT FROM store_verification WHERE id = page.subject AND deleted_at IS NULL)
    WHEN 'objective.created' THEN EXISTS (SELECT FROM store_objective WHERE id = page.subject AND deleted_at IS NULL)
    WHEN 'experiment.imported' THEN EXISTS (SELECT FROM store_experiment WHERE id = page.subject AND deleted_at IS NULL)
    ELSE true END,
  run.id, run.day, run.state, run.told, run.heard_at, run.due_at, coalesce(run.ended_at, played.ended_at), run.status,
  run.verdict, run.restored, run.recovered, run.spark, played.status, played.deviated, played.took_s, last.verdicts
FROM page LEFT JOIN people_user who ON who.id = page.created_by_id LEFT JOIN store_run run ON run.id = page.run_id
LEFT JOIN store_execution played ON played.id = CASE page.kind
  WHEN 'verification.started' THEN run.execution_id WHEN 'execution.experiment-finished' THEN page.subject END
LEFT JOIN LATERAL (
  SELECT array_agg(verdict ORDER BY created_at, id) AS verdicts FROM (
    SELECT coalesce(verdict, CASE status WHEN 'failed' THEN 'not-begun' END) AS verdict, created_at, id
      FROM store_run WHERE verification_id = run.verification_id
      AND (created_at, id) <= (run.created_at, run.id) ORDER BY created_at DESC, id DESC LIMIT 5
  ) AS five
) AS last ON run.id IS NOT NULL
ORDER BY page.created_at DESC, page.id DESC
"""
_STATE = """
SELECT page.id::text, run.next, run.state, run.verdict, run.restored, run.ended_at::text, played.status
FROM ({newest}) AS page LEFT JOIN store_run run ON run.id = page.run_id
LEFT JOIN store_execution played ON played.id = run.execution_id ORDER BY page.created_at DESC, page.id DESC
"""


class TimelineEvent(Struct, frozen=True):
    """An event with what is shown of it; `there` is whether what it is about still is.

    From `run` on it tells of a run, or of an execution; None where it is neither. Times are seconds.
    """

    id: UUID
    created_at: datetime
    team: UUID
    event: str
    subject: UUID | None
    title: str
    tags: list[str]
    source: str | None
    payload: Any
    by: str | None
    there: bool
    run: UUID | None
    day: date
    progress: str
    told: str
    heard_at: datetime
    due_at: datetime
    ended_at: datetime | None
    status: str
    verdict: str | None
    restored: bool | None
    recovered: bool | None
    kept: Any
    played: str | None
    deviated: bool | None
    played_s: float | None
    verdicts: list[str | None] | None
    spark: Spark = sparks.NOTHING

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return OF_EVENT[self.event]

    @property
    def state(self) -> str | None:
        """The state of a run or an execution, None of anything else."""
        if self.run:
            state = runs.state_of(_Progress(self.progress, self.told, self.heard_at, self.due_at, self.ended_at))
            if state is not RunState.ENDED:
                return state
            return self.verdict or (NOT_BEGUN if self.refused else _status(self.status or self.played))
        if self.kind != "execution":
            return None
        return "deviated" if self.deviated else _status(self.played)

    @property
    def goes_on(self) -> bool:
        """Whether it is a run under way."""
        return self.state in UNDER_WAY

    @property
    def ending(self) -> str:
        """How it ended, in a word."""
        said = self.status or self.played or ""
        return said if said in _STATUSES and not self.refused else "ended"

    @property
    def refused(self) -> bool:
        """Whether it is a run whose gate was not met."""
        return bool(self.run) and (self.status or self.played) == RunStatus.FAILED

    @property
    def took_s(self) -> float | None:
        """How long it took: by its own clock, else by the console's, which may have been set back meanwhile."""
        if self.played_s is not None:
            return self.played_s
        return max(0.0, (self.ended_at - self.created_at).total_seconds()) if self.run and self.ended_at else None

    @property
    def outside(self) -> outside.Outside:
        """The outside event that it is."""
        return outside.told(self.id, self.title, self.source, self.created_at, self.payload)


class _Progress(msgspec.Struct):
    state: str
    told: str
    heard_at: datetime
    due_at: datetime
    ended_at: datetime | None


def _status(status: str | None) -> str:
    return status if status in _STATUSES else "none"


class TimelineFilter(Struct, frozen=True):
    """Which rows are asked for: of these teams, of these kinds (none: of all), with this tag, and so on."""

    teams: tuple[UUID, ...]
    kinds: tuple[str, ...] = ()
    tag: str = ""
    text: str = ""
    begin: datetime | None = None
    end: datetime | None = None

    def where(self, *, moments: bool = True) -> tuple[str, dict[str, Any]]:
        """The conditions in SQL, and what fills them."""
        begin, end = (self.begin, self.end) if moments else (None, None)
        conditions = [
            ("kind = ANY(%(kinds)s)", "kinds", [KINDS[kind][0] for kind in self.kinds] or None),
            ("tags @> ARRAY[%(tag)s]", "tag", self.tag or None),
            ("strpos(lower(title), lower(%(text)s)) > 0", "text", self.text or None),
            ("created_at >= %(begin)s", "begin", begin),
            ("created_at < %(end)s", "end", end),
        ]
        asked = [each for each in conditions if each[-1] is not None]
        given = {name: value for _, name, value in asked}
        return "".join(f" AND {condition}" for condition, *_ in asked), {"teams": list(self.teams), **given}


def page(asked: TimelineFilter, cursor: str | None = None, size: int = SIZE) -> tuple[list[TimelineEvent], str | None]:
    """A page of rows, newest first, and the cursor of the page after it. Raises `Problem` for a wrong cursor."""

    def fetch(most: int, place: lists.Place | None) -> list[TimelineEvent]:
        where, given = asked.where()
        if place:
            where += " AND (created_at, id) < (%(at)s, %(last)s)"
            given |= {"at": place[0], "last": place[1]}
        rows = []
        with connection.cursor() as reading:
            reading.execute(_PAGE.format(newest=_NEWEST.format(where=where)), {**given, "size": most})
            for values in reading.fetchall():
                named = dict(zip(_COLUMNS, values, strict=False))  # the spark comes later
                documents = {key: None if named[key] is None else json.loads(named[key]) for key in _DOCUMENTS}
                rows.append(TimelineEvent(**{**named, **documents}))
        return rows

    found = lists.paged(fetch, lambda row: row, cursor, size)
    drawn = sparks.of([_Drawn(row.run, row.day, row.kept) for row in found["items"] if row.run])
    items = [replace(row, spark=drawn[row.run]) if row.run else row for row in found["items"]]
    return items, found["next"]


class _Drawn(Struct, frozen=True):
    id: UUID
    day: date
    spark: Any


_COLUMNS = tuple(field.name for field in fields(TimelineEvent))
_DOCUMENTS = ("payload", "kept")


def token(asked: TimelineFilter, size: int = SIZE) -> str:
    """What changes when a row of the first page does, or another one comes."""
    where, given = asked.where()
    with connection.cursor() as cursor:
        cursor.execute(_STATE.format(newest=_NEWEST.format(where=where)), {**given, "size": size})
        return sha256(repr(cursor.fetchall()).encode()).hexdigest()[:32]
