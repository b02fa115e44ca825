"""Events as they lie in the store."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils.timezone import now

from rtk.console.people.models import Team
from rtk.console.store import outside
from rtk.console.store.models import Event, Run
from tests.console import live
from tests.console.people.world import World


def told(world: World, title: str, ago: timedelta = timedelta(), team: Team | None = None, **more: Any) -> Event:
    """An event from outside, so long ago."""
    key = more.pop("id", str(uuid4()))
    event = {"specversion": "1.0", "id": key, "source": "ci", "type": "deployed", "time": (now() - ago).isoformat()}
    outside.take(
        team or world.shop, world.member, [{**event, **more, "data": {"title": title, **more.get("data", {})}}]
    )
    return Event.objects.get(outer_id=key)


def dated(kind: str, at: datetime) -> None:
    """Date the events of a kind back."""
    Event.objects.filter(kind=kind).update(created_at=at)


def names(browser: Client, path: str) -> list[str]:
    """The names of the rows of a page, newest first."""
    answer = browser.get(path)
    assert answer.status_code in (200, 422), answer.content.decode()[:2000]
    return [line.row.title for line in answer.context["lines"]]


def head(run: Run) -> dict[str, Any]:
    """The first entry of a run's record."""
    return live.head(str(run.id))


def measured(count: int, deviated: int | None = None) -> list[dict[str, Any]]:
    """So many measurements' entries, one of which may have deviated."""
    return [live.measurement(slot, "deviated" if slot == deviated else "met") for slot in range(count)]
