"""The statements of a group commit: lock the runs, insert what is new, move the runs on.

Columns go to the database as one text each, which Python joins ten to thirty times as fast as a driver dumps a list
value by value: numbers as the text of an array, texts with characters between them that JSON text cannot hold. A
row's run and day are told by the place of its run among those of the statement.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct

from rtk.console.jobs.deferral import defer_on
from rtk.console.jobs.queue import Work
from rtk.console.notify import outbox
from rtk.console.store.intake import OUTCOME_CODES, PHASE_CODES, DecodedBatch, End, Measured, Other, plain_text
from rtk.insight.measurement import COLUMN_TYPES, COLUMNS, FIELDS

LOCK = """
SELECT r.id, r.next, r.day, r.stop, r.team_id::text, r.verification_id::text, v.file_id, v.deleted_at IS NOT NULL
FROM store_run r JOIN store_verification v ON v.id = r.verification_id
WHERE r.id = ANY((SELECT %s::text::uuid[])::uuid[]) ORDER BY r.id FOR NO KEY UPDATE OF r
"""

_TEXTS = "string_to_array(%s, E'\\x1f', E'\\x1e')"
_ARRAYS = ", ".join(_TEXTS if kind == "text" else f"%s::text::{kind}[]" for kind in COLUMN_TYPES.values())
_FROM_ARRAYS = ", ".join(f"u.{name}" for name in FIELDS)
MEASUREMENTS = f"""
INSERT INTO store_measurement (run_id, n, day, t, {COLUMNS}, probes)
SELECT (SELECT %s::text::uuid[])[u.run], u.n, (SELECT %s::text::date[])[u.run], u.t, {_FROM_ARRAYS}, u.probes
FROM unnest(%s::text::int[], %s::text::bigint[], %s::text::float8[], {_ARRAYS}, string_to_array(%s, E'\\x1f'))
  AS u(run, n, t, {COLUMNS}, probes)
"""  # noqa: S608 - of constants

ENTRIES = """
INSERT INTO store_recordentry (run_id, n, day, t, kind, body)
SELECT (SELECT %s::text::uuid[])[u.run], u.n, (SELECT %s::text::date[])[u.run], u.t, u.kind, u.body
FROM unnest(%s::text::int[], %s::text::bigint[], %s::text::float8[], string_to_array(%s, E'\\x1f'),
  string_to_array(%s, E'\\x1f')) AS u(run, n, t, kind, body)
"""

RUNS = """
UPDATE store_run r SET next = u.next, heard_at = now(),
  state = CASE WHEN u.status IS NOT NULL THEN 'ended' WHEN r.state = 'ended' THEN r.state ELSE 'running' END,
  status = coalesce(u.status, r.status),
  ended_at = CASE WHEN u.status IS NOT NULL THEN coalesce(r.ended_at, now()) ELSE r.ended_at END
FROM unnest(%s::text::uuid[], %s::text::bigint[], %s::text[]) AS u(id, next, status) WHERE r.id = u.id
RETURNING r.id, r.ended_at IS NOT NULL, pg_notify('rtk_runs', r.id::text)
"""

_BY_CODE = {"phase": PHASE_CODES, "outcome": OUTCOME_CODES}
BETWEEN, NOTHING = "\x1f", "\x1e"


class LockedRun(Struct):
    """A run's row while it is locked; `next` and `end` move on with what is taken."""

    id: UUID
    next: int
    day: date
    stop: str | None
    team: str
    verification: str
    file_id: str | None
    deleted: bool
    end: End | None = None


class AcceptedBatch(Struct, frozen=True):
    """A call's batch, of which everything before entry `since` is stored already."""

    run: LockedRun
    batch: DecodedBatch
    since: int


async def lock(cursor: psycopg.AsyncCursor[Any], runs: Collection[UUID]) -> dict[UUID, LockedRun]:
    """The rows of these runs, locked, always in the same order so that no two processes wait for each other."""
    await cursor.execute(LOCK, [plain_array(runs)])
    return {row[0]: LockedRun(*row) for row in await cursor.fetchall()}


async def insert(cursor: psycopg.AsyncCursor[Any], taken: Sequence[AcceptedBatch]) -> None:
    """Insert the entries that are new."""
    runs = [plain_array(one.run.id for one in taken), plain_array(one.run.day for one in taken)]
    measured = [(place, number, m) for place, one in enumerate(taken, 1) for number, m in new_measured(one)]
    if measured:
        await cursor.execute(MEASUREMENTS, [*runs, *columns(measured)], binary=False)
    others = [(place, *each) for place, one in enumerate(taken, 1) for each in new_others(one)]
    if others:
        await cursor.execute(ENTRIES, [*runs, *columns_of_others(others)])


def new_measured(one: AcceptedBatch) -> Iterable[tuple[int, Measured]]:
    """A batch's measurements with their numbers, without those that are stored already."""
    first, batch = one.batch.first, one.batch
    numbered = ((first + at, entry) for at, entry in zip(batch.measured_at, batch.measured, strict=True))
    return numbered if one.since <= first else (each for each in numbered if each[0] >= one.since)


def new_others(one: AcceptedBatch) -> Iterable[tuple[int, Other, str]]:
    """The same for its other entries."""
    numbered = ((one.batch.first + at, entry, text) for at, entry, text in one.batch.others)
    return (each for each in numbered if each[0] >= one.since)


def columns(measured: list[tuple[int, int, Measured]]) -> list[str]:
    """Measurements, each with its run's place (from 1) and its number, as the columns of the table."""
    entries = [entry for _, _, entry in measured]
    return [
        array([place for place, _, _ in measured]),
        array([number for _, number, _ in measured]),
        array([m.t for m in entries]),
        *(_column(name, map(attrgetter(name), entries)) for name in FIELDS),
        BETWEEN.join([str(m.probes, "utf-8") for m in entries]),
    ]


def _column(name: str, values: Iterable[Any]) -> str:
    """One field of measurements as a column."""
    if name in _BY_CODE:
        values = map(_BY_CODE[name].__getitem__, values)
    if COLUMN_TYPES[name] == "text":
        return BETWEEN.join([plain_text(value) if value else NOTHING for value in values])
    return array(values)


def columns_of_others(others: list[tuple[int, int, Other, str]]) -> list[str]:
    """The same for other entries, each with its text."""
    return [
        array([place for place, _, _, _ in others]),
        array([number for _, number, _, _ in others]),
        array([entry.t for _, _, entry, _ in others]),
        BETWEEN.join([plain_text(entry.kind) for _, _, entry, _ in others]),
        BETWEEN.join([text for *_, text in others]),
    ]


def array(values: Iterable[float | None]) -> str:
    """Numbers as the text of an array: but for the brackets that of JSON, which has all digits of a number, too."""
    return f"{{{msgspec.json.encode(list(values))[1:-1].decode()}}}"


def plain_array(values: Iterable[UUID | date | int]) -> str:
    """Ids, days or whole numbers as the text of an array: none of them holds what would have to be quoted."""
    return f"{{{','.join(map(str, values))}}}"


async def update(cursor: psycopg.AsyncCursor[Any], runs: Collection[LockedRun]) -> None:
    """Move the runs on, and tell who listens."""
    if not runs:
        return
    ended = [run for run in runs if run.end]
    statuses = [run.end.status if run.end else None for run in runs] if ended else None
    given = [plain_array(run.id for run in runs), plain_array(run.next for run in runs), statuses]
    await cursor.execute(RUNS, given)
    if over := [run for run, has_ended, _ in await cursor.fetchall() if has_ended]:
        await defer_on(cursor.connection, Work.COMPUTE, over)
    if ended:
        await outbox.note_on(cursor, outbox.ENDED, [run.id for run in ended])
