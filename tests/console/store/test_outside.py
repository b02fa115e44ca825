"""What happened outside: taken once, with its limits, and found again by when it happened."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.store import outside
from rtk.console.store.models import Event
from rtk.console.store.problem import Problem
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db

DEPLOY: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "ci", "type": "deployed"}


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def take(world: World, *events: Any) -> int:
    return outside.take(world.shop, world.member, events)


def refusal(world: World, *events: Any) -> Problem:
    with pytest.raises(Problem) as raised:
        take(world, *events)
    assert not Event.objects.filter(kind=outside.KIND).exists()
    return raised.value


def test_an_event_told_again_changes_nothing(world: World) -> None:
    assert take(world, DEPLOY) == 1
    assert take(world, {**DEPLOY, "data": {"title": "another"}}) == 0
    assert Event.objects.get(kind=outside.KIND).title == "deployed"


def test_source_and_id_together_name_an_event_within_a_team(world: World) -> None:
    assert take(world, DEPLOY, {**DEPLOY, "source": "cd"}, {**DEPLOY, "id": "2"}, DEPLOY) == 3
    assert outside.take(world.bank, world.owner, [DEPLOY]) == 1


def test_what_is_told_of_it_is_kept(world: World) -> None:
    at = now() - timedelta(hours=3)
    data = {
        "title": "checkout 1.18",
        "url": "https://ci.example.org/118",
        "tags": ["checkout"],
        "secret": "kept nowhere",
    }
    take(world, {**DEPLOY, "subject": "checkout", "time": at.isoformat(), "data": data})
    event = Event.objects.get(kind=outside.KIND)
    assert (event.title, event.tags, event.created_at, event.shown) == ("checkout 1.18", ["checkout"], at, True)
    assert event.payload == {
        "type": "deployed",
        "subject": "checkout",
        "url": "https://ci.example.org/118",
        "until": None,
    }


@pytest.mark.parametrize(
    ("said", "title", "url"),
    [
        ({}, "deployed", None),
        ({"subject": "checkout"}, "checkout", None),
        ({"data": "any text"}, "deployed", None),
        ({"source": "https://ci.example.org/shop"}, "deployed", "https://ci.example.org/shop"),
        ({"source": "javascript:alert(1)"}, "deployed", None),
    ],
)
def test_what_is_not_told_is_taken_from_the_rest(world: World, said: Any, title: str, url: str | None) -> None:
    take(world, {**DEPLOY, **said})
    event = Event.objects.get(kind=outside.KIND)
    assert event.payload is not None
    assert (event.title, event.payload["url"]) == (title, url)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"source": "x" * 501}, "source"),
        ({"type": "a\0b"}, "type"),
        ({"type": "\ud800"}, "type"),
        ({"subject": " "}, "subject"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-01-31T12:00:00"}, "time"),
        ({"time": "2026-02-31T12:00:00Z"}, "time"),
        ({"time": (now() + timedelta(hours=1)).isoformat()}, "time"),
        ({"data": {"title": "x" * 501}}, "data.title"),
        ({"data": {"url": "javascript:alert(1)"}}, "data.url"),
        ({"data": {"url": "https://a b"}}, "data.url"),
        ({"data": {"url": "https://"}}, "data.url"),
        ({"data": {"url": "http://[::1"}}, "data.url"),
        ({"data": {"url": "https://x/" + "y" * 2000}}, "data.url"),
        ({"data": {"tags": "checkout"}}, "data.tags"),
        ({"data": {"tags": ["x"] * 51}}, "data.tags"),
        ({"data": {"tags": ["\0"]}}, "data.tags"),
        ({"time": "2026-01-02T00:00:00Z", "data": {"until": "2026-01-01T00:00:00Z"}}, "data.until"),
        ({"time": "2026-01-02T00:00:00Z", "data": {"until": "2026-03-01T00:00:00Z"}}, "data.until"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_kept(world: World, said: Any, field: str) -> None:
    assert refusal(world, {**DEPLOY, **said}).field == field
    assert refusal(world, {**DEPLOY, "id": "0"}, {**DEPLOY, **said}).field == f"[1].{field}"


def test_an_event_that_is_no_mapping_is_refused(world: World) -> None:
    assert refusal(world, []).field == "event"
    assert refusal(world, DEPLOY, 7).field == "[1]"


def test_a_call_has_a_limit(world: World) -> None:
    assert refusal(world, *[{**DEPLOY, "id": str(number)} for number in range(1001)]).status == 413


def test_what_happened_between_two_moments_is_found_with_what_lasted_into_it(world: World) -> None:
    at = now() - timedelta(days=1)
    for name, before, lasted in (("before", 60, 0), ("into", 60, 50), ("within", 0, 0), ("after", -60, 0)):
        until = {"until": (at - timedelta(minutes=before - lasted)).isoformat()} if lasted else {}
        moment = (at - timedelta(minutes=before)).isoformat()
        take(world, {**DEPLOY, "id": name, "time": moment, "data": {"title": name, **until}})
    take_theirs = {**DEPLOY, "time": at.isoformat(), "data": {"title": "theirs"}}
    outside.take(world.bank, world.owner, [take_theirs])
    found = outside.between(world.shop, at - timedelta(minutes=15), at + timedelta(minutes=15))
    assert [each.title for each in found] == ["into", "within"]
    assert found[0].until == at - timedelta(minutes=10)


@given(st.text())
def test_only_web_addresses_lead_anywhere(text: str) -> None:
    assert not outside.leads(text) or text.lower().startswith(("http://", "https://"))
