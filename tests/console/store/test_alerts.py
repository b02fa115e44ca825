"""Alerts as Alertmanager posts them: an event each, from begin to end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.store import alerts, outside
from rtk.console.store.models import Event
from tests.console.people.world import World, made

FIRING: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "HighErrorRate", "service": "checkout"},
    "annotations": {"summary": "Checkout answers with errors"},
    "startsAt": "2026-01-31T12:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.example.org/graph?g0.expr=up",
    "fingerprint": "c4ca4238a0b92382",
}
RESOLVED = {**FIRING, "status": "resolved", "endsAt": "2026-01-31T12:07:00Z"}
SCALARS = st.none() | st.integers() | st.text(max_size=20) | st.lists(st.none(), max_size=2)


def body(*found: Any) -> dict[str, Any]:
    return {"version": "4", "externalURL": "http://alertmanager.example.org", "alerts": list(found)}


@pytest.fixture
def world(_django_db_helper: None) -> World:
    """Acme and Rival, until the test is over."""
    return made()


@pytest.mark.django_db
def test_an_alert_is_one_event_until_it_is_resolved(world: World) -> None:
    assert outside.take(world.shop, None, alerts.events(body(FIRING))) == 1
    event = Event.objects.get(kind=outside.KIND)
    assert (event.title, event.tags, event.source) == (
        "Checkout answers with errors",
        ["HighErrorRate"],
        "http://alertmanager.example.org",
    )
    assert event.payload is not None
    assert (event.payload["url"], event.payload["until"]) == (FIRING["generatorURL"], None)
    assert outside.take(world.shop, None, alerts.events(body(RESOLVED))) == 0
    event.refresh_from_db()
    assert event.payload["until"] == "2026-01-31T12:07:00+00:00"
    later = {**RESOLVED, "endsAt": "2026-01-31T13:00:00Z"}
    outside.take(world.shop, None, alerts.events(body(later)))
    event.refresh_from_db()
    assert event.payload["until"] == "2026-01-31T12:07:00+00:00"


@pytest.mark.django_db
def test_an_alert_that_fires_again_is_another_event(world: World) -> None:
    again = {**FIRING, "startsAt": "2026-02-01T12:00:00Z"}
    assert outside.take(world.shop, None, alerts.events(body(FIRING, again))) == 2


def test_without_a_fingerprint_its_labels_tell_it_apart() -> None:
    bare = {key: value for key, value in FIRING.items() if key != "fingerprint"}
    other = {**bare, "labels": {"alertname": "HighErrorRate", "service": "search"}}
    first, second = alerts.events(body(bare, other))
    assert first["id"] != second["id"]
    assert first["id"] == alerts.events(body(bare))[0]["id"]


def test_what_it_leads_to_is_left_out_where_it_leads_nowhere() -> None:
    (event,) = alerts.events(body({**FIRING, "generatorURL": "javascript:alert(1)"}))
    assert "url" not in event["data"]


def test_only_what_alertmanager_posts_is_taken_for_it() -> None:
    assert alerts.is_from_alertmanager(body())
    assert not alerts.is_from_alertmanager({"specversion": "1.0", "alerts": []})
    assert not alerts.is_from_alertmanager([body()])


@given(st.dictionaries(st.sampled_from(sorted(FIRING)), SCALARS) | SCALARS)
def test_whatever_an_alert_holds_it_is_told_or_refused(alert: Any) -> None:
    (event,) = alerts.events(body(alert))
    assert event is alert or event["specversion"] == "1.0"
