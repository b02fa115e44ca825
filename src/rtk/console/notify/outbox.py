"""The outbox: what happens to a run is noted here in the transaction in which it happens, and sent from here later.

So nothing that happened is forgotten, and nothing is told that did not happen. One statement notes it for every
recipient of the team who wants to know; for a run and an event each of them has one row at most, however often the
same thing is told.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import AsyncCursor

from rtk.console.jobs.deferral import defer, defer_on
from rtk.console.jobs.queue import Work

ENDED, NOT_RESTORED, LOST_CONTACT = "run.ended", "run.not-restored", "run.lost-contact"
EVENTS = {
    ENDED: "a run ended, with its verdict",
    NOT_RESTORED: "a run ended and what it did is not undone",
    LOST_CONTACT: "a run has not been heard of for 30 s",
}
TEST = "test"

# What ended before a recipient was there, or a week ago, is nothing to be told of now: insights are computed late for
# runs that nobody asked for. The lock waits for whoever removes the recipient at this moment.
_NOTE = """
INSERT INTO notify_notification (id, created_at, recipient_id, run_id, event, due_at, tries, state, failure)
SELECT gen_random_uuid(), now(), recipient.id, run.id, %(event)s::text, now(), 0, 'waiting', ''
FROM notify_recipient recipient JOIN store_run run ON run.team_id = recipient.team_id
WHERE run.id = ANY(%(runs)s::uuid[]) AND %(event)s::text = ANY(recipient.events)
  AND coalesce(run.ended_at, now()) >= greatest(recipient.created_at, now() - interval '7 days')
FOR KEY SHARE OF recipient
ON CONFLICT (recipient_id, run_id, event) DO NOTHING
RETURNING recipient_id
"""


def _given(event: str, runs: Sequence[UUID]) -> dict[str, Any]:

    return {"event": event, "runs": list(runs)}


def note(event: str, run: UUID) -> None:
    """Note that something happened to a run, in the transaction that is open."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, _given(event, [run]))
        recipients = {row[0] for row in cursor.fetchall()}
    defer(Work.TELL, recipients)


async def note_on(cursor: "AsyncCursor[Any]", event: str, runs: Sequence[UUID]) -> None:
    """Note that something happened to runs, in the transaction that is open on a connection of our own."""
    await cursor.execute(_NOTE, _given(event, runs))
    recipients = {row[0] for row in await cursor.fetchall()}
    await defer_on(cursor.connection, Work.TELL, recipients)
