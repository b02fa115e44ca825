"""Runs, and what recipients are to be told of them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from rtk.console.notify import recipients
from rtk.console.notify.models import Channel, Notification, Recipient
from rtk.console.notify.outbox import EVENTS
from rtk.console.store import runs
from rtk.console.store.models import RecordEntry, Run
from tests.console.live import PLAN, verification, whole_record
from tests.console.people.world import World

HOOK = "https://hooks.example.org/secret-path"


def a_run(world: World) -> Run:
    """A run of Acme's team Shop, under way."""
    key = f"file-{uuid4()}"
    return runs.create(world.shop, world.member, key, uuid4(), PLAN, verification(key), {})[0]


def recipient(world: World, events: Iterable[str] = tuple(EVENTS), address: str = HOOK, **columns: Any) -> Recipient:
    """A webhook of Shop. It was there before whatever it is to be told of, unless `columns` say otherwise."""
    made = recipients.add(world.admin, world.shop, Channel.WEBHOOK, address, events)
    before = {"created_at": made.created_at - timedelta(hours=1)}
    Recipient.objects.filter(pk=made.pk).update(**{**before, **columns})
    made.refresh_from_db()
    return made


def notification(to: Recipient, event: str = "run.ended", run: Run | None = None, **columns: Any) -> Notification:
    """Something in the outbox."""
    return Notification.objects.create(recipient=to, event=event, run=run, **columns)


def events_told(to: Recipient) -> list[str]:
    """What is in the outbox for a recipient."""
    return sorted(Notification.objects.filter(recipient=to).values_list("event", flat=True))


def recorded(run: Run, entries: list[dict[str, Any]] | None = None, **columns: Any) -> None:
    """Put a record without measurements into a run's place in the store."""
    given = [each for each in whole_record(str(run.id), []) if each["kind"] != "measurement"]
    for n, body in enumerate([*given[:-1], *(entries or []), given[-1]]):
        RecordEntry.objects.create(
            run_id=run.id, n=n, day=run.day, t=body["t"], kind=body["kind"], body={"n": n, **body}
        )
    Run.objects.filter(id=run.id).update(next=len(given) + len(entries or []), **columns)
    run.refresh_from_db()


NOT_UNDONE = [
    {"t": 310.0, "kind": "rollbacks", "state": "started", "reason": None},
    {"t": 311.0, "kind": "intent", "role": "rollback", "index": 0, "name": "stop-cpu"},
    {
        "t": 319.0,
        "kind": "activity",
        "role": "rollback",
        "index": 0,
        "name": "stop-cpu",
        "run": {},
        "failure": "it exited with 1",
        "tries": 3,
    },
    {"t": 320.0, "kind": "rollbacks", "state": "ended", "reason": None},
]
