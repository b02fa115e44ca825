"""A plan that cannot prove its target is asked about once, in the wizard and in the form that changes one."""

from typing import Any

import pytest
from django.test import Client

from rtk.console.pages.importing.confirmation import Wish, asks, wish_of
from rtk.console.pages.importing.planning import planned
from rtk.console.store.models import Objective, Verification
from tests.console.pages.importing.test_views import create
from tests.console.pages.verifications.test_views import address as address_of
from tests.console.pages.verifications.test_views import sent, verification
from tests.console.people.world import World

SHORT = {"duration_0": "5"}
WEAK = {"frequency": 10.0, "duration": 300.0, "target": 0.95}


@pytest.mark.parametrize(
    ("sent", "wish"),
    [("create", Wish.MAKE), ("create-longer", Wish.LONGER), ("create-anyway", Wish.ANYWAY), ("look", None)],
)
def test_what_a_form_was_sent_for(sent: str, wish: Wish | None) -> None:
    assert wish_of({"do": sent}) is wish
    assert wish_of({}, Wish.MAKE) is Wish.MAKE


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, True),
        ({"duration": 1800.0}, False),
        ({"duration": 1800.0, "outage_lasts": 60.0}, True),
        ({"duration": 1800.0, "max_duration": 900.0}, True),
        ({"duration": 0.0}, True),
        ({"target": None}, False),
    ],
)
def test_whoever_makes_what_cannot_pass_is_asked(more: dict[str, Any], asked: bool) -> None:
    told = planned({**WEAK, **more})
    assert asks(Wish.MAKE, told) is asked
    assert not asks(Wish.ANYWAY, told)


def test_the_wizard_asks_before_it_makes_what_cannot_pass(member: Client, address: str) -> None:
    page = create(member, address, **SHORT)
    text = page.content.decode()
    assert page.status_code == 200
    assert not Verification.objects.exists()
    assert (
        "This plan cannot prove 95 %: it has 30 measurements under the conditions and needs at least 168 clean ones, "
        "for outages of 30 s on average. Measure for 28 min."
    ) in text
    assert 'name="do" value="create-longer">Measure for 28 min</button>' in text


def test_who_wants_it_all_the_same_gets_it(member: Client, address: str) -> None:
    assert create(member, address, **SHORT, do="create-anyway").status_code == 302
    assert Verification.objects.get().duration_s == 300


def test_one_click_measures_for_as_long_as_is_needed(member: Client, address: str) -> None:
    assert create(member, address, **SHORT, do="create-longer").status_code == 302
    assert Verification.objects.get().duration_s == 28 * 60


def test_a_plan_that_can_pass_is_made_at_once(member: Client, address: str) -> None:
    assert create(member, address).status_code == 302


def test_a_plan_that_time_does_not_mend_offers_no_longer_one(member: Client, address: str) -> None:
    page = create(member, address, max_duration_0="10", max_duration_1="min")
    assert "it stops after 10 min, before its conditions are over" in page.content.decode()
    assert 'value="create-longer"' not in page.content.decode()
    assert not Verification.objects.exists()


def test_a_probe_that_nothing_meets_is_asked_about(member: Client, address: str) -> None:
    source = (
        '{"title": "x", "description": "x", "method": [], "steady-state-hypothesis": {"title": "x", "probes": [{'
        '"type": "probe", "name": "up", "tolerance": [], "provider": {"type": "http", "url": "http://shop.example"}}]}}'
    )
    page = create(member, address, source=source)
    assert "can never be met" in page.content.decode()
    assert create(member, address, source=source, do="create-anyway").status_code == 302


def test_a_chosen_objective_is_proposed_a_plan_that_can_prove_it(member: Client, address: str, world: World) -> None:
    promised = Objective.objects.create(team=world.shop, name="p", target=0.99, window_s=3600, outage_lasts_s=20.0)
    page = create(
        member, f"{address}?objective={promised.pk}", attach=None, do="look", **dict.fromkeys(("duration_0",))
    )
    data = page.context["form"].data
    assert (data["duration_0"], data["duration_1"]) == ("99", "min")
    assert page.context["planned"].warning == ""


def test_an_edit_asks_as_well_and_only_about_a_new_plan(world: World, member: Client) -> None:
    it = verification(world)
    place = address_of(world, "edit-verification", it.pk)
    page = member.get(place)
    assert member.post(place, sent(page, name="Renamed")).status_code == 302
    asked = member.post(place, sent(member.get(place), duration_0="6"))
    assert asked.status_code == 200
    assert "It cannot pass. Save it all the same?" in asked.content.decode()
    assert Verification.objects.get().duration_s == 300
    assert member.post(place, sent(member.get(place), duration_0="6", do="create-anyway")).status_code == 302
    assert Verification.objects.get().duration_s == 360
    assert member.post(place, sent(member.get(place), duration_0="7", do="create-longer")).status_code == 302
    assert Verification.objects.get().duration_s == 28 * 60
