"""Nobody forbids another team's runs without naming what they act on, nor counts or times them."""

from typing import Any
from uuid import uuid4

import pytest

from rtk.console.people import memberships
from rtk.console.people.models import TeamMembership
from rtk.console.store.models import Hold
from rtk.verify.systems import Kind, System, declared, system
from tests.attack.test_another_teams import live
from tests.console.live import Live, Machine

__all__ = ["live"]

SHOP = system(Kind.HOST, {"host": ["shop.example"], "environment": ["production"]}, "the host shop.example")
NAMELESS = {
    "no mark": system(Kind.HOST, {}, "x"),
    "a mark without a value": System(Kind.HOST, {"host": frozenset()}, "x"),
    "a mark that nobody has": system(Kind.HOST, {"made up": ["x"]}, "x"),
    "an environment": system(Kind.HOST, {"environment": ["production"]}, "x"),
}
NOBODY = {"run": "", "title": "", "host": "", "user": "", "since": 0.0, "standing": "running", "shared": []}


def wanted(*systems: System, **more: Any) -> dict[str, Any]:
    found = [each.as_dict() for each in systems]
    return {"run": str(uuid4()), "title": "A run", "host": "ci-7", "user": "mary", "systems": found, **more}


@pytest.fixture
def bank(live: Live) -> str:
    """The path of another team of the organization."""
    Hold.objects.all().delete()
    return f"/organizations/{live.world.org.id}/teams/{live.world.bank.id}"


@pytest.fixture
def member(live: Live) -> Machine:
    return live.machine(live.world.member)


@pytest.fixture
def banker(live: Live) -> Machine:
    return live.machine(live.world.banker)


@pytest.mark.parametrize("what", NAMELESS)
def test_no_hold_that_names_nothing_forbids_a_run(
    live: Live, bank: str, member: Machine, banker: Machine, what: str
) -> None:
    assert member("POST", f"{live.team}/holds", json=wanted(NAMELESS[what], alongside=True)).status_code == 201
    assert banker("POST", f"{bank}/holds", json=wanted(SHOP)).status_code == 201


@pytest.mark.parametrize("what", NAMELESS)
def test_nobody_learns_by_one_whether_others_hold_something(
    live: Live, bank: str, member: Machine, banker: Machine, what: str
) -> None:
    banker("POST", f"{bank}/holds", json=wanted(SHOP))
    answer = member("POST", f"{live.team}/holds", json=wanted(NAMELESS[what], alongside=True))
    assert answer.json() == {"held": True, "holders": []}


def test_what_contradicts_in_one_mark_is_not_the_same(live: Live, bank: str, member: Machine, banker: Machine) -> None:
    staging = system(Kind.HOST, {"host": ["shop.example"], "environment": ["staging"]}, "x")
    banker("POST", f"{bank}/holds", json=wanted(SHOP))
    assert member("POST", f"{live.team}/holds", json=wanted(staging)).status_code == 201


def test_of_other_teams_nobody_learns_how_many_since_when_or_why(
    live: Live, bank: str, member: Machine, banker: Machine
) -> None:
    for _ in range(3):
        banker("POST", f"{bank}/holds", json=wanted(SHOP, alongside=True))
    answer = member("POST", f"{live.team}/holds", json=wanted(SHOP))
    assert answer.json() == {"held": False, "holders": [NOBODY]}


def test_within_a_team_what_may_be_one_is_one(live: Live, bank: str, banker: Machine) -> None:
    first = wanted(SHOP)
    banker("POST", f"{bank}/holds", json=first)
    answer = banker("POST", f"{bank}/holds", json=wanted(NAMELESS["no mark"]))
    assert [each["run"] for each in answer.json()["holders"]] == [first["run"]]


@pytest.mark.parametrize("by", ["member", "admin"])
def test_what_somebody_held_who_left_the_team_is_released_by_those_who_are_there(
    live: Live, bank: str, by: str
) -> None:
    world = live.world
    leaver = live.machine(world.banker)
    TeamMembership.objects.get_or_create(user=world.banker, team=world.shop)
    hold = wanted(declared("shop", "shop"))
    assert leaver("POST", f"{live.team}/holds", json=hold).status_code == 201
    memberships.exit_team(world.owner, TeamMembership.objects.get(user=world.banker, team=world.shop))
    assert leaver("DELETE", f"{live.team}/holds/{hold['run']}").status_code == 404
    there = live.machine(getattr(world, by))
    assert there("DELETE", f"{live.team}/holds/{hold['run']}").status_code == 204
