"""What a verification requires and what stops it is asked with a box each: in the wizard, the edit form and the API."""

import json
from typing import Any

import pytest
from django.test import Client

from rtk.console.store import changes
from rtk.console.store.models import Verification
from rtk.console.store.problem import Problem
from rtk.console.store.verifications import document_of, imported, plan_in
from rtk.experiment.plan import StopWhen
from tests.console.pages.importing.test_views import create, looked_at
from tests.console.pages.verifications.test_views import address as address_of
from tests.console.pages.verifications.test_views import sent, verification
from tests.console.people.world import World
from tests.experiment.samples import with_block

ASKED = with_block(warm_up_duration=60, objective={"target": 0.95}, require_baseline=True, stop_when={"decided": True})


def test_the_boxes_of_a_file_that_asks_are_ticked_and_kept(member: Client, address: str) -> None:
    page = looked_at(member, address, json.dumps(ASKED))
    data = page.context["form"].data
    assert (data["require_baseline"], data["decided"]) == ("on", "on")
    assert member.post(address, {**data.dict(), "do": "create-anyway"}).status_code == 302
    made = Verification.objects.get()
    assert (made.require_baseline, made.stop_when) == (True, {"decided": True})


def test_a_box_that_somebody_cleared_stays_clear(member: Client, address: str) -> None:
    data = looked_at(member, address, json.dumps(ASKED)).context["form"].data.dict()
    assert (
        member.post(address, {**data, "require_baseline": "", "decided": "", "do": "create-anyway"}).status_code == 302
    )
    made = Verification.objects.get()
    assert (made.require_baseline, made.stop_when) == (False, {})


def test_boxes_that_were_not_ticked_ask_for_nothing(member: Client, address: str) -> None:
    create(member, address)
    made = Verification.objects.get()
    assert (made.require_baseline, made.stop_when) == (False, {})


def test_what_cannot_be_required_is_said_at_its_box(member: Client, address: str) -> None:
    page = create(member, address, require_baseline="on", warm_up_0="0")
    assert page.status_code == 422
    told = "there is no baseline, expected warm-up-duration above 0"
    assert told in str(page.context["form"].errors["require_baseline"])


def test_an_edit_shows_them_and_changes_them(world: World, member: Client) -> None:
    made = verification(world, require_baseline=True, stop_when={"decided": True, "deviated-in-a-row": 4})
    place = address_of(world, "edit-verification", made.pk)
    page = member.get(place)
    assert page.content.decode().count(" checked") == 2
    member.post(place, sent(page, name="Busier"))
    made.refresh_from_db()
    assert (made.require_baseline, made.stop_when) == (True, {"decided": True, "deviated-in-a-row": 4})
    member.post(place, sent(member.get(place), require_baseline="", decided=""))
    made.refresh_from_db()
    assert (made.require_baseline, made.stop_when) == (False, {"deviated-in-a-row": 4})


def test_the_page_of_a_verification_tells_them(world: World, member: Client) -> None:
    made = verification(world, require_baseline=True, stop_when={"decided": True})
    text = " ".join(member.get(address_of(world, "verification", made.pk)).content.decode().split())
    assert "No condition is applied where the baseline is broken already." in text
    assert "A run stops early as soon as it fails whatever comes." in text


def test_a_file_and_what_is_made_of_it_ask_for_the_same(world: World) -> None:
    made = imported(world.shop, world.owner, ASKED, plan_in(ASKED), None)
    assert made.require_baseline
    plan = plan_in(document_of(made))
    assert (plan.require_baseline, plan.stop_when) == (True, StopWhen(decided=True))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"require_baseline": True, "warm_up": 0.0}, "require-baseline: there is no baseline"),
        ({"stop_when": {"decided": "yes"}}, "stop-when.decided: expected true or false"),
        ({"stop_when": {"decided": True}, "objective": None}, "stop-when.decided: nothing can be decided"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_one_function(world: World, values: dict[str, Any], says: str) -> None:
    with pytest.raises(Problem, match=says):
        verification(world, **values)


def test_a_change_of_something_else_keeps_them(world: World) -> None:
    made = verification(world, require_baseline=True)
    changes.change_verification(world.shop, world.owner, made, {"name": "Other"})
    assert made.require_baseline
    changes.change_verification(world.shop, world.owner, made, {"require_baseline": False})
    assert not made.require_baseline
