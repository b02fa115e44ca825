"""Nobody sees or touches what is another team's, also where they know its ids, or had its address before."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.db import connections

from rtk.console.people.models import Role, TeamMembership, User
from rtk.console.store import stream
from rtk.console.store.models import Hold
from rtk.verify.systems import declared
from tests.console.api.test_live import begun
from tests.console.live import EXPERIMENT, PLAN, Live, live_console, whole_record
from tests.console.people.world import person, signed_in

SOON_S = 0.2
THEIRS = "written by a stranger"


@pytest.fixture
def live(django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """A console that serves Acme and Rival."""
    with django_db_blocker.unblock():
        try:
            with live_console() as console:
                yield console
        finally:
            connections.close_all()


def wanted(run: str, **more: Any) -> dict[str, Any]:
    said = dict.fromkeys(("title", "host", "user"), THEIRS)
    return {"run": run, **said, "systems": [declared("shop", THEIRS).as_dict()], "alongside": True, **more}


def rivals(live: Live) -> str:
    return f"/organizations/{live.world.rival.id}/teams/{live.world.rivals_team.id}"


def not_restored(live: Live) -> str:
    """The path of a run of Shop that has ended and left something undone."""
    machine, address = live.machine(), f"{live.runs()}/{uuid4()}"
    machine("PUT", address, json={"plan": PLAN, "experiment": EXPERIMENT, "client": {}})
    entries = whole_record(address.rpartition("/")[2], ["met"] * 3)
    assert machine("POST", f"{address}/record", json={"from": 0, "entries": entries}).status_code == 202
    return address


def test_a_stranger_who_knows_a_runs_id_writes_nothing_on_its_page(live: Live) -> None:
    run = not_restored(live).rpartition("/")[2]
    stranger = live.machine(live.world.stranger)
    assert stranger("POST", f"{rivals(live)}/holds", json=wanted(run)).status_code == 404
    Hold.objects.create(run_id=run, team=live.world.rivals_team, title=THEIRS, systems=wanted(run)["systems"])
    page = signed_in(live.world.member).get(f"/acme/shop/insights/{run}").content.decode()
    assert THEIRS not in page


def test_a_stranger_who_knows_a_runs_id_does_not_keep_it_from_what_it_acts_on(live: Live) -> None:
    run = not_restored(live).rpartition("/")[2]
    live.machine(live.world.stranger)("POST", f"{rivals(live)}/holds", json=wanted(run))
    assert live.machine()("POST", f"{live.team}/holds", json=wanted(run)).status_code == 201


def test_no_hold_tells_a_stranger_how_a_run_went(live: Live) -> None:
    run = not_restored(live).rpartition("/")[2]
    Hold.objects.create(run_id=run, team=live.world.rivals_team, title=THEIRS, systems=wanted(run)["systems"])
    answer = live.machine(live.world.stranger)("POST", f"{rivals(live)}/holds", json=wanted(str(uuid4())))
    assert [each["standing"] for each in answer.json()["holders"]] == ["running"]


def test_who_began_beside_a_run_of_another_team_is_not_named_there(live: Live) -> None:
    bank = f"/organizations/{live.world.org.id}/teams/{live.world.bank.id}"
    ours, theirs = str(uuid4()), str(uuid4())
    machine, banker = live.machine(), live.machine(live.world.banker)
    assert machine("POST", f"{live.team}/holds", json=wanted(ours)).status_code == 201
    assert banker("POST", f"{bank}/holds", json=wanted(theirs)).status_code == 201
    (joined,) = machine("GET", f"{live.team}/holds/{ours}").json()["joined"]
    assert (joined["run"], joined["title"], joined["host"]) == ("", "", "")
    assert joined["since"] > 0


def test_a_stream_does_not_outlast_its_team_by_another_of_the_same_address(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECK_S", SOON_S)
    monkeypatch.setattr(stream, "PULSE_S", SOON_S)
    leaving = in_shop(live)
    run = begun(live, live.machine()).replace(live.team, "/organizations/acme/teams/shop")
    by_token = {"Authorization": f"Bearer {live.machine(leaving).token}"}
    with requests.get(f"{live.url}/api/v1{run}/stream", headers=by_token, stream=True, timeout=20) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines(chunk_size=1)
        next(lines)
        give_the_address_away(live, leaving)
        assert b"event: refused" in list(lines)


def in_shop(live: Live) -> User:
    user = person("Leaving")
    user.memberships.create(org=live.world.org, role=Role.MEMBER)
    TeamMembership.objects.create(user=user, team=live.world.shop)
    return user


def give_the_address_away(live: Live, leaving: User) -> None:
    """Shop goes elsewhere, without somebody who is in the team that is called Shop from then on."""
    shop = live.world.shop
    shop.slug = shop.name = "moved"
    shop.save()
    TeamMembership.objects.get(user=leaving, team=shop).delete()
    TeamMembership.objects.create(user=leaving, team=live.world.org.teams.create(name="Shop", slug="shop"))


def test_no_token_that_is_not_good_opens_a_stream_or_breaks_it(live: Live) -> None:
    run = begun(live, live.machine())
    for token in ("rtk_wrong", "", "x y"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{live.url}/api/v1{run}/stream", headers=headers, timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
