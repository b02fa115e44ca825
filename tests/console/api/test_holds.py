"""What runs hold on a console: never two of one organization on one system."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from rtk.console.people import tokens
from rtk.console.store.models import Hold, Run
from rtk.verify.holders import REFUSED
from rtk.verify.systems import declared
from tests.conftest import SHORT, Home, activity, experiment, shell
from tests.console.live import Live, Machine, whole_record


@pytest.fixture
def machine(live: Live) -> Machine:
    Hold.objects.all().delete()
    return live.machine(live.world.member)


def wanted(*names: str, **more: Any) -> dict[str, Any]:
    systems = [declared(name, name).as_dict() for name in names or ("shop",)]
    return {"run": str(uuid4()), "title": "A run", "host": "ci-7", "user": "mary", "systems": systems, **more}


def taken(live: Live, machine: Machine, hold: dict[str, Any], team: str = "") -> dict[str, Any]:
    answer = machine("POST", f"{team or live.team}/holds", json=hold)
    assert answer.status_code == (201 if answer.json()["held"] else 200), answer.text
    return dict(answer.json())


def test_a_second_run_on_the_same_system_hears_who_holds_it(live: Live, machine: Machine) -> None:
    first = wanted("shop", "more")
    assert taken(live, machine, first) == {"held": True, "holders": []}
    refused = taken(live, machine, wanted("shop"))
    (holder,) = refused["holders"]
    assert (refused["held"], holder["run"], holder["standing"]) == (False, first["run"], "running")
    assert (holder["title"], holder["host"], holder["user"], holder["shared"]) == ("A run", "ci-7", "mary", ["shop"])
    assert taken(live, machine, wanted("another"))["held"]


def test_taking_it_again_changes_nothing(live: Live, machine: Machine) -> None:
    hold = wanted()
    assert [taken(live, machine, hold)["held"] for _ in range(2)] == [True, True]
    assert len(machine("GET", f"{live.team}/holds").json()["items"]) == 1


def test_of_many_at_once_one_holds_it(live: Live, machine: Machine) -> None:
    for number in range(3):
        with ThreadPoolExecutor(8) as pool:
            tried = [pool.submit(taken, live, machine, wanted(f"shop {number}")) for _ in range(8)]
        assert sum(each.result()["held"] for each in tried) == 1


def test_who_goes_on_beside_it_is_told_of_by_both(live: Live, machine: Machine) -> None:
    first, second = wanted(), wanted(title="Beside it", alongside=True)
    taken(live, machine, first)
    answer = taken(live, machine, second)
    assert (answer["held"], [each["run"] for each in answer["holders"]]) == (True, [first["run"]])
    (joined,) = machine("GET", f"{live.team}/holds/{first['run']}").json()["joined"]
    assert (joined["run"], joined["title"], joined["host"]) == (second["run"], "Beside it", "ci-7")


def ended(live: Live, machine: Machine, run: str, *more: dict[str, Any]) -> str:
    """A run that was told whole; its insight's address."""
    address = f"{live.runs()}/{run}"
    *before, end = whole_record(run, ["met"] * 3)
    plan, experiment = before[0]["plan"], before[0]["experiment"]
    begun = machine("PUT", address, json={"plan": plan, "experiment": experiment, "client": {}})
    assert begun.status_code == 201, begun.text
    entries = [*before, *more, end]
    assert machine("POST", f"{address}/record", json={"from": 0, "entries": entries}).status_code == 202
    return f"{address}/insight"


def test_the_end_of_a_run_releases_it_and_tells_of_who_joined(live: Live, machine: Machine) -> None:
    first, second = wanted(), wanted(alongside=True)
    taken(live, machine, first)
    taken(live, machine, second)
    insight = machine("GET", ended(live, machine, first["run"])).json()
    assert [(each["run_id"], each["beside"]) for each in insight["neighbours"]] == [(second["run"], "joined")]
    assert "on the same system" in insight["why"]
    assert machine("GET", f"{live.team}/holds/{first['run']}").json()["released_at"]


def test_what_was_not_restored_is_held_until_a_person_releases_it(live: Live, machine: Machine) -> None:
    first = wanted()
    taken(live, machine, first)
    insight = machine("GET", ended(live, machine, first["run"]))
    assert insight.status_code == 200  # it is stored, and no job makes one any more that would release the hold
    Run.objects.filter(id=first["run"]).update(restored=False)
    Hold.objects.filter(run_id=first["run"]).update(released_at=None)
    (holder,) = taken(live, machine, wanted())["holders"]
    assert holder["standing"] == "not restored"
    assert machine("DELETE", f"{live.team}/holds/{first['run']}").status_code == 204
    assert taken(live, machine, wanted())["held"]


def test_another_team_of_the_organization_meets_it_without_reading_it(live: Live, machine: Machine) -> None:
    taken(live, machine, wanted())
    banker = live.machine(live.world.banker)
    team = f"/organizations/{live.world.org.id}/teams/{live.world.bank.id}"
    (holder,) = taken(live, banker, wanted(), team)["holders"]
    assert (holder["run"], holder["title"], holder["host"], holder["user"]) == ("", "", "", "")
    assert holder["shared"] == []
    assert banker("GET", f"{team}/holds").json()["items"] == []


def test_another_organization_does_not_meet_it(live: Live, machine: Machine) -> None:
    taken(live, machine, wanted())
    stranger = live.machine(live.world.stranger)
    team = f"/organizations/{live.world.rival.id}/teams/{live.world.rivals_team.id}"
    assert taken(live, stranger, wanted(), team)["held"]


@pytest.mark.parametrize("systems", [[{}], [{"kind": "moon", "marks": {}, "told": ""}], [{"kind": "host", "marks": 7}]])
def test_what_is_no_system_is_refused(live: Live, machine: Machine, systems: list[Any]) -> None:
    answer = machine("POST", f"{live.team}/holds", json=wanted() | {"systems": systems})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "systems")


def home(live: Live, path: Path, token: str, url: str = "") -> Home:
    """A machine of its own, signed in to the console."""
    path.mkdir()
    return Home(path, {"RTK_URL": url or live.url, "RTK_TOKEN": token})


def breaking(at: Home, flag: Path, script: str) -> str:
    method = [activity("break", shell(f"echo burn >> {at.notes}; {script} {flag}"))]
    return experiment(at, method=method, rollbacks=[activity("mend", shell(f"rm -f {flag}"))])


@pytest.fixture
def token(live: Live) -> str:
    return tokens.make(live.world.member, "machine", ["read", "run"])[1]


def test_a_run_of_another_machine_is_refused_and_goes_on_knowingly(
    live: Live, machine: Machine, token: str, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    here, there = (home(live, tmp_path / name, token) for name in ("here", "there"))
    with here.start("--every", "100ms", "--for", "10m", "--target", "50%", breaking(here, flag, "touch")) as first:
        here.wait_for("burn")
        run = here.records()[0].stem
        for _ in range(3):
            refused = there.verify(*SHORT, breaking(there, flag, "cp /dev/null"))
            assert refused.code == REFUSED, refused.out
            assert run in refused.out
            assert not there.records()
        beside = there.verify(*SHORT, "--alongside", breaking(there, flag, "cp /dev/null"))
        assert beside.code == 0, beside.out
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=120)
    other = there.records()[0].stem
    assert [each["run_id"] for each in insight_in(here)["neighbours"]] == [other]
    assert [each["run_id"] for each in insight_in(there)["neighbours"]] == [run]
    until(lambda: not machine("GET", f"{live.team}/holds").json()["items"])
    assert there.verify(*SHORT, breaking(there, flag, "cp /dev/null")).code == 0


def test_a_console_that_cannot_be_asked_is_said_and_not_waited_for(live: Live, token: str, tmp_path: Path) -> None:
    alone = home(live, tmp_path / "alone", token, "http://127.0.0.1:9")
    ended = alone.verify(*SHORT, breaking(alone, tmp_path / "flag", "touch"))
    assert ended.code == 0
    assert "Nobody knows whether a run on another machine acts on the same system" in ended.out


def insight_in(at: Home) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in at.journal()["extensions"] if e["name"] == "rtk")["insight"]
    return found


def until(true: Callable[[], bool], timeout: float = 30.0) -> None:
    ends = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.1)
