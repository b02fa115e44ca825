"""The statements of a group commit: lock the runs, insert what is new, move the runs on.

Numbers go to the database as the text of an array, which Python joins several times as fast as a driver dumps
the same list value by value.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from rtk.console.store.intake import OUTCOME_CODES, PHASE_CODES, Batch, End, Measured, Other, plain_text

LOCK = """
SELECT r.id, r.next, r.day, r.stop, r.team_id::text, r.verification_id::text, v.file_id, v.deleted_at IS NOT NULL
FROM store_run r JOIN store_verification v ON v.id = r.verification_id
WHERE r.id = ANY(%s) ORDER BY r.id FOR NO KEY UPDATE OF r
"""

MEASUREMENTS = """
INSERT INTO store_measurement (run_id, n, day, t, phase, slot, due, started, ended, outcome, value, reason, probes)
SELECT * FROM unnest(%b::uuid[], %s::text::bigint[], %s::date[], %s::text::float8[], %s::text::smallint[],
  %s::text::bigint[], %s::text::float8[], %s::text::float8[], %s::text::float8[], %s::text::smallint[],
  %s::text::float8[], %s::text[], %s::text[])
"""

ENTRIES = """
INSERT INTO store_recordentry (run_id, n, day, t, kind, body)
SELECT * FROM unnest(%b::uuid[], %s::text::bigint[], %s::date[], %s::text::float8[], %s::text[], %s::text[])
"""

RUNS = """
UPDATE store_run r SET next = u.next, heard_at = now(),
  state = CASE WHEN u.status IS NOT NULL THEN 'ended' WHEN r.state = 'ended' THEN r.state ELSE 'running' END,
  status = coalesce(u.status, r.status),
  ended_at = CASE WHEN u.status IS NOT NULL THEN coalesce(r.ended_at, now()) ELSE r.ended_at END
FROM unnest(%b::uuid[], %b::bigint[], %s::text[]) AS u(id, next, status) WHERE r.id = u.id
"""

NOTIFY = "SELECT pg_notify('rtk_runs', id) FROM unnest(%s::text[]) AS ids(id)"


@dataclass(slots=True)
class Held:
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


@dataclass(frozen=True, slots=True)
class Taken:
    """A call's batch, of which everything before entry `since` is stored already."""

    run: Held
    batch: Batch
    since: int


async def lock(cursor: psycopg.AsyncCursor[Any], runs: Collection[UUID]) -> dict[UUID, Held]:
    """The rows of these runs, locked, always in the same order so that no two processes wait for each other."""
    await cursor.execute(LOCK, [list(runs)])
    return {row[0]: Held(*row) for row in await cursor.fetchall()}


async def insert(cursor: psycopg.AsyncCursor[Any], taken: Sequence[Taken]) -> None:
    """Insert the entries that are new."""
    measured = [(one.run, number, entry) for one in taken for number, entry in new_measured(one)]
    if measured:
        await cursor.execute(MEASUREMENTS, columns(measured), binary=False)
    others = [(one.run, number, entry, text) for one in taken for number, entry, text in new_others(one)]
    if others:
        await cursor.execute(
            ENTRIES,
            [
                [run.id for run, *_ in others],
                array([number for _, number, *_ in others]),
                [run.day for run, *_ in others],
                array([entry.t for _, _, entry, _ in others]),
                [plain_text(entry.kind) for _, _, entry, _ in others],
                [text for *_, text in others],
            ],
        )


def new_measured(one: Taken) -> Iterable[tuple[int, Measured]]:
    """A batch's measurements with their numbers, without those that are stored already."""
    first, batch = one.batch.first, one.batch
    numbered = ((first + at, entry) for at, entry in zip(batch.measured_at, batch.measured, strict=True))
    return numbered if one.since <= first else (each for each in numbered if each[0] >= one.since)


def new_others(one: Taken) -> Iterable[tuple[int, Other, str]]:
    """The same for its other entries."""
    numbered = ((one.batch.first + at, entry, text) for at, entry, text in one.batch.others)
    return (each for each in numbered if each[0] >= one.since)


def columns(measured: list[tuple[Held, int, Measured]]) -> list[Any]:
    """Measurements as the columns of the table."""
    entries = [entry for _, _, entry in measured]
    return [
        [run.id for run, _, _ in measured],
        array([number for _, number, _ in measured]),
        [run.day for run, _, _ in measured],
        array([m.t for m in entries]),
        array([PHASE_CODES[m.phase] for m in entries]),
        array([m.slot for m in entries]),
        array([m.due for m in entries]),
        array([m.started for m in entries]),
        array([m.ended for m in entries]),
        array([OUTCOME_CODES[m.outcome] for m in entries]),
        array([m.value for m in entries]),
        [plain_text(m.reason) for m in entries],
        [str(m.probes, "utf-8") for m in entries],
    ]


def array(values: Iterable[float | None]) -> str:
    """Numbers as the text of an array."""
    return "{" + ",".join(["NULL" if value is None else repr(value) for value in values]) + "}"


async def update(cursor: psycopg.AsyncCursor[Any], runs: Collection[Held]) -> None:
    """Move the runs on, and tell who listens."""
    if not runs:
        return
    statuses = [run.end.status if run.end else None for run in runs]
    await cursor.execute(RUNS, [[run.id for run in runs], [run.next for run in runs], statuses])
    await cursor.execute(NOTIFY, [[str(run.id) for run in runs]])
