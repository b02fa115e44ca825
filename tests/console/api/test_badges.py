"""Who sees the badge of a promise, and what is in it."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from rtk.console.api.badges import LOOKS, svg
from rtk.console.store.models import Objective, Verification
from rtk.insight.standing_shape import StandingState
from tests.console.pages.insights.made import ended
from tests.console.people.world import World, made, signed_in

pytestmark = pytest.mark.django_db
KINDS = ("verification", "objective")
IN_THE_TEAM = ("owner", "admin", "member", "viewer")
STRANGERS = ("banker", "stranger")


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


@pytest.fixture
def things(world: World) -> dict[str, Any]:
    """A verification with a run, and its objective."""
    of = Verification.objects.select_related("objective").get(pk=ended(world).verification_id)
    return {"verification": of, "objective": of.objective}


def place(kind: str, things: dict[str, Any]) -> str:
    return reverse(f"{kind}-badge", args=[things[kind].pk])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_teams_alone_unless_it_is_switched_on(world: World, things: dict[str, Any], kind: str) -> None:
    for who in IN_THE_TEAM:
        answer = signed_in(getattr(world, who)).get(place(kind, things))
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache"), who
    for browser in (Client(), *(signed_in(getattr(world, who)) for who in STRANGERS)):
        assert browser.get(place(kind, things)).status_code == 404
    assert Client().get(place(kind, things), headers={"Authorization": "Bearer made-up"}).status_code == 404


def test_it_holds_no_name_and_no_id(world: World, things: dict[str, Any]) -> None:
    Verification.objects.update(badge=True, name="Secret name")
    Objective.objects.update(badge=True, name="Secret promise")
    for kind in KINDS:
        text = Client().get(place(kind, things)).content.decode()
        assert "not proven" in text
        assert "Secret" not in text
        assert str(things[kind].pk) not in text
        assert "rtk_session" not in Client().get(place(kind, things)).cookies


def test_there_is_none_of_what_is_not_there(things: dict[str, Any]) -> None:
    Verification.objects.update(badge=True)
    Verification.objects.update(deleted_at=things["verification"].created_at)
    assert Client().get(place("verification", things)).status_code == 404
    assert Client().get("/badge/verifications/nothing.svg").status_code == 404
    assert Client().post(place("objective", things)).status_code == 405


@pytest.mark.parametrize("state", list(StandingState))
def test_each_state_is_a_drawing_that_says_itself(state: StandingState) -> None:
    drawn = ET.fromstring(svg(state, ", at least 99.1 %"))
    assert drawn.attrib["aria-label"] == f"promise: {LOOKS[state].word}, at least 99.1 %"
    assert len({look.mark for look in LOOKS.values()}) == len(StandingState)
