"""Part A from the client's side: experiments and executions, row by row, and the sequences of clients of 2020."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from rtk.console.store.models import Event, Safeguard
from tests.console.api import test_kept_runs
from tests.console.api.conftest import called
from tests.console.api.old import CALLS, WIRE, Old, ended, event, journal
from tests.console.live import EXPERIMENT, Live, Machine
from tests.journey.real import until

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"
contract = pytest.mark.contract
SILENT = "a token that nobody has"
CLOUD = {"Content-Type": "application/cloudevents+json"}
X = "T/experiments/{id}/executions"


def rows() -> list[str]:
    """The rows of part A, as the reference has them."""
    section = REFERENCE.read_text().partition("## What clients of 2020 speak")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    return [row for cell in cells for row in re.findall(r"`(.+?)`", cell)]


def contracts(module: object) -> set[str]:
    """The rows that a module's tests are about."""
    tests = [each for name, each in vars(module).items() if name.startswith("test_")]
    return {mark.args[0] for test in tests for mark in getattr(test, "pytestmark", []) if mark.name == "contract"}


def test_no_row_of_part_a_is_without_its_contract_test() -> None:
    assert len(rows()) == 15
    assert set(rows()) == contracts(sys.modules[__name__]) | contracts(test_kept_runs)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_that_was_recorded_has_its_row(name: str) -> None:
    call = f"{CALLS[name]['method']} {CALLS[name]['path']}"
    assert [row for row in rows() if called(row, call)], call


@contract("HEAD {console}/")
@pytest.mark.parametrize(("token", "status"), [("good", 200), (None, 200), (SILENT, 401)])
def test_the_server_is_probed(live: Live, machine: Machine, token: str | None, status: int) -> None:
    asking = {"good": machine, None: live.nobody(), SILENT: Machine(live.url, SILENT)}[token]
    machine.calls.append("HEAD /")
    assert asking("HEAD", "/").status_code == status


@contract("GET /organizations")
@contract("GET /organizations/{org}/teams")
@contract("GET T")
def test_ones_own_organizations_and_teams_are_listed(live: Live, machine: Machine) -> None:
    organizations = machine("GET", "/organizations")
    shop = {"id": str(live.world.shop.id), "name": "Shop"}
    assert organizations.status_code == 200
    listed = {"id": str(live.world.org.id), "name": "Acme", "teams": [{**shop, "default": False}]}
    assert organizations.json() == [listed]
    teams = machine("GET", f"/organizations/{live.world.org.id}/teams")
    assert (teams.status_code, teams.json()) == (200, [{**shop, "org_id": str(live.world.org.id)}])
    team = machine("GET", live.team)
    assert (team.status_code, team.json()) == (200, teams.json()[0])


def test_a_bad_token_lists_nothing(live: Live) -> None:
    assert Machine(live.url, SILENT)("GET", "/organizations").status_code == 401


def test_a_token_may_be_called_bearer_in_small_letters(live: Live, machine: Machine) -> None:
    headers = {"Authorization": f"bearer {machine.token}"}
    assert live.nobody()("GET", "/organizations", headers=headers).status_code == 200


@contract("POST T/experiments")
def test_an_experiment_is_new_then_unchanged_then_changed(live: Live, machine: Machine) -> None:
    first = machine("POST", f"{live.team}/experiments", json={"experiment": EXPERIMENT})
    assert first.status_code == 201
    named = {**EXPERIMENT, "extensions": [{"name": "chaosiq", "experiment_id": first.json()["id"]}]}
    unchanged = machine("POST", f"{live.team}/experiments", json={"experiment": named})
    assert (unchanged.status_code, unchanged.content) == (204, b"")
    changed = machine("POST", f"{live.team}/experiments", json={"experiment": {**named, "title": "Otherwise"}})
    assert (changed.status_code, changed.json()["id"]) == (200, first.json()["id"])


def test_an_experiment_is_known_by_where_it_came_from(live: Live, machine: Machine) -> None:
    """Its client has no id yet, without which it could tell of no execution: it must get one, changed or not."""
    document = {**EXPERIMENT, "extensions": [{"name": "chaosiq", "source": f"http://example.org/{uuid4()}.json"}]}
    answers = [
        machine("POST", f"{live.team}/experiments", json={"experiment": each})
        for each in (document, document, {**document, "title": "Otherwise"})
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_an_experiment_of_another_team_is_not_known(live: Live, machine: Machine) -> None:
    source = {"name": "chaosiq", "source": f"http://example.org/{uuid4()}.json"}
    document = {**EXPERIMENT, "extensions": [source]}
    ours = machine("POST", f"{live.team}/experiments", json={"experiment": document}).json()["id"]
    bank = f"/organizations/{live.world.org.id}/teams/{live.world.bank.id}"
    banker = live.machine(live.world.banker)
    assert banker("POST", f"{bank}/experiments", json={"experiment": document}).status_code == 201
    named = {**EXPERIMENT, "extensions": [{**source, "experiment_id": ours}]}
    theirs = banker("POST", f"{bank}/experiments", json={"experiment": named})
    assert (theirs.status_code, theirs.json()["id"] == ours) == (201, False)


@pytest.fixture
def old(live: Live, machine: Machine) -> Old:
    """A client of 2020 that has begun an execution."""
    old = Old(live, machine, {**EXPERIMENT, "title": f"one {uuid4()}"})
    old.call("create-experiment")
    old.call("create-execution")
    return old


@pytest.fixture
def guards() -> Iterator[None]:
    """The team has no safeguards afterwards."""
    yield
    Safeguard.objects.all().delete()


@contract(f"POST {X}")
def test_an_execution_says_where_a_person_finds_it(machine: Machine, old: Old) -> None:
    answer = old.call("create-execution")
    assert answer.status_code == 201
    where = answer.headers["Content-Location"]
    assert where.endswith(f"/api/acme/shop/executions/{answer.json()['id']}")
    assert where.startswith("http://")


def test_what_content_location_names_is_the_page_of_the_execution(live: Live, machine: Machine, old: Old) -> None:
    from tests.console.people.world import signed_in

    where = old.call("create-execution").headers["Content-Location"]
    page = f"/acme/shop/executions/{old.ids['execution_id']}"
    assert where.replace("/api/", "/") == f"http://localhost:8000{page}"  # as the clients of 2020 print it
    browser = signed_in(live.world.viewer)
    assert browser.get(page).status_code == 200
    assert browser.get(where.removeprefix("http://localhost:8000"))["Location"] == page
    assert signed_in(live.world.stranger).get(page).status_code == 404


def test_an_execution_that_brings_its_id_is_made_once(machine: Machine, old: Old) -> None:
    begun = {"journal": journal(status="running"), "id": str(uuid4())}
    where = old.execution.rpartition("/")[0]
    first, again = (machine("POST", where, json=begun) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"] == begun["id"]
    machine("PUT", f"{where}/{begun['id']}", json={"journal": journal(status="completed")})
    assert machine("POST", where, json=begun).json()["status"] == "completed"
    assert machine("POST", where, json={**begun, "id": "one"}).status_code == 422


@contract(f"GET {X}/{{id}}")
@contract(f"PUT {X}/{{id}}")
def test_an_execution_is_read_back_with_its_journal(machine: Machine, old: Old) -> None:
    done = journal(status="completed", deviated=True, end="x")
    assert machine("PUT", old.execution, json={"journal": done}).status_code == 200
    answer = machine("GET", old.execution)
    assert (answer.status_code, answer.json()["journal"], answer.json()["status"]) == (200, done, "completed")
    assert answer.headers["Content-Location"].endswith(f"/api/acme/shop/executions/{old.ids['execution_id']}")


def test_an_execution_that_has_ended_is_not_running_again(machine: Machine, old: Old) -> None:
    machine("PUT", old.execution, json={"journal": journal(status="completed")})
    machine("PUT", old.execution, json={"journal": journal()})
    assert machine("GET", old.execution).json()["status"] == "completed"


def test_a_journal_published_afterwards_is_not_running_for_ever(machine: Machine, old: Old) -> None:
    """Those clients write `running` over the status that was."""
    machine("PUT", old.execution, json={"journal": journal(end="2020-04-17T12:02:58")})
    shown = machine("GET", old.execution).json()
    assert (shown["status"], shown["ended_at"] is None) == ("unknown", False)


@contract(f"POST {X}/{{id}}/events")
def test_an_event_told_twice_is_kept_once(machine: Machine, old: Old) -> None:
    told = json.dumps(event("starting-method"))
    answers = [machine("POST", f"{old.execution}/events", data=told, headers=CLOUD).status_code for _ in range(2)]
    assert answers == [201, 201]
    kept = Event.objects.filter(execution__id=old.ids["execution_id"])
    assert [(each.kind, (each.payload or {})["context"]) for each in kept] == [("starting-method", {"title": "x"})]


@pytest.mark.parametrize(
    "values",
    [
        {"data": {"context": None, "state": None}},
        {"data": "no JSON"},
        {"data": None},
        {"specversion": "0.2", "contenttype": "application/json"},
        {"time": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_an_event_may_have_any_data_and_any_clock(old: Old, values: dict[str, object]) -> None:
    told = json.dumps(event("starting-method", **values))
    assert old.machine("POST", f"{old.execution}/events", data=told, headers=CLOUD).status_code == 201


@contract(f"GET {X}/{{id}}/policies")
def test_safeguards_allow_unless_one_forbids(live: Live, machine: Machine, old: Old, guards: None) -> None:
    assert machine("GET", f"{old.execution}/policies").json() == {"allowed": True, "policies": []}
    owner, begins = live.machine(live.world.owner), datetime.now().astimezone()
    for name, since, to in [("sale", -1, 1), ("last week", -7, -6), ("next week", 6, 7)]:
        times = {"begins_at": begins + timedelta(days=since), "ends_at": begins + timedelta(days=to)}
        guard = {"name": name, **{key: moment.isoformat() for key, moment in times.items()}}
        assert owner("POST", f"{live.team}/safeguards", json=guard).status_code == 201
    answer = machine("GET", f"{old.execution}/policies").json()
    assert (answer["allowed"], [each["name"] for each in answer["policies"]]) == (False, ["sale"])
    assert answer["policies"][0].keys() == {"id", "name"}


@contract("GET {console}/assets/experiments/{id}.json")
@contract("GET {console}/assets/verifications/{id}.json")
def test_files_have_their_block_filled_in(live: Live, machine: Machine) -> None:
    form = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300, "warm_up": 60, "cool_down": 0.5}
    form["objective"] = {"name": "Checkout", "target": 0.95, "window": 86400}
    made = machine("POST", f"{live.team}/verifications", json=form).json()
    asset = machine("GET", f"/assets/verifications/{made['id']}.json")
    assert (asset.status_code, asset.headers["Content-Type"]) == (200, "application/json")
    (block,) = asset.json()["extensions"]
    assert block.pop("verification") == {
        "id": made["id"],
        "frequency-of-measurement": 10,
        "duration-of-conditions": 300,
        "warm-up-duration": 60,
        "cool-down-duration": 0.5,
        "objective": {"name": "Checkout", "target": 0.95, "window": 86400},
    }
    ids = {"experiment_id": made["experiment_id"], "objective_id": made["objective_id"]}
    team = {"team_id": str(live.world.shop.id), "org_id": str(live.world.org.id)}
    assert block == {"name": "chaosiq", **ids, **team}
    experiment = machine("GET", f"/assets/experiments/{made['experiment_id']}.json")
    assert (experiment.status_code, experiment.json()["title"]) == (200, EXPERIMENT["title"])
    assert experiment.json()["extensions"] == [{"name": "chaosiq", "experiment_id": made["experiment_id"], **team}]


def test_a_file_is_there_for_a_signed_in_person_too(live: Live, machine: Machine, old: Old) -> None:
    from tests.console.people.world import signed_in

    path = f"/assets/experiments/{old.ids['experiment_id']}.json"
    assert signed_in(live.world.member).get(path).status_code == 200
    assert signed_in(live.world.stranger).get(path).status_code == 404


def test_an_only_organization_fits_into_the_settings_of_those_clients(live: Live, machine: Machine) -> None:
    """They take it as it is, and look which of its teams is the default one before they make one so."""
    (organization,) = machine("GET", "/organizations").json()
    assert not any(team["default"] for team in organization["teams"])


@pytest.mark.parametrize("sequence", ["signin", "org", "team"])
def test_signing_in_and_choosing_a_team(live: Live, machine: Machine, sequence: str) -> None:
    old = Old(live, machine)
    old.play(sequence)
    assert set(old.statuses) == {200}


def test_publishing_makes_an_execution_once(live: Live, machine: Machine) -> None:
    old = Old(live, machine, {**EXPERIMENT, "title": f"one {uuid4()}"})
    old.journal_values = {"end": "2020-04-17T12:02:58"}
    old.call("create-experiment")
    old.call("create-execution")
    block = {key: old.ids[key] for key in ("experiment_id", "execution_id")}
    again = Old(live, machine, {**old.document, "extensions": [{"name": "chaosiq", **block}]})
    again.call("create-experiment")
    again.call("fetch-execution")
    assert (old.statuses, again.statuses) == ([201, 201], [204, 200])
    assert machine("GET", f"{old.execution[:-3]}abc").status_code == 404


def test_a_run_of_one_probe_and_one_action_is_34_calls(live: Live, machine: Machine) -> None:
    old = Old(live, machine, {**EXPERIMENT, "title": f"one {uuid4()}"})
    old.play("run")
    assert len(old.statuses) == 34
    assert old.statuses == [201, 201, *[201, 200] * 15, 201, 200]
    kept = Event.objects.filter(execution__id=old.ids["execution_id"]).order_by("created_at")
    told = [step.partition(" ")[2] for step in WIRE["sequences"]["run"] if step.startswith("execution-event")]
    assert [each.kind for each in kept] == told
    assert machine("GET", old.execution).json()["status"] == "completed"


def test_a_run_that_a_safeguard_forbids_ends_interrupted(live: Live, machine: Machine, guards: None) -> None:
    old = Old(live, machine).begin()
    guard = {"name": f"guard {uuid4()}"}
    live.machine(live.world.owner)("POST", f"{live.team}/safeguards", json=guard)
    old.journal_values = {"status": "interrupted", "run": [ended("inject-cpu", "aborted")]}
    old.play("denial")
    assert machine("GET", f"{old.execution}/policies").json()["allowed"] is False
    until(lambda: machine("GET", old.run).json()["verdict"] == "invalid", "it has no insight")
    shown = machine("GET", old.run).json()
    assert (shown["status"], shown["state"]) == ("interrupted", "ended")
    assert machine("GET", old.execution).json()["status"] == "interrupted"
