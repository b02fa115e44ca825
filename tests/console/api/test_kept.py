"""Part A from the client's side: every row, and the sequences that clients of 2020 send."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from rtk.console.store.models import Event
from tests.console.live import EXPERIMENT, Live, Machine

SILENT = "a token that nobody has"
CLOUD = {"Content-Type": "application/cloudevents+json"}


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def journal(**values: Any) -> dict[str, Any]:
    """A journal as chaoslib 1.15 wrote it."""
    start = "2020-04-17T11:57:17.000000"
    return {
        "chaoslib-version": "1.15.1",
        "platform": "Linux",
        "node": "laptop",
        "experiment": EXPERIMENT,
        "start": start,
        "status": "running",
        "deviated": False,
        "steady_states": {"before": None, "after": None, "during": []},
        "run": [],
        "rollbacks": [],
        **values,
    }


def event(kind: str, **values: Any) -> dict[str, Any]:
    """A CloudEvent as they sent it: its data is JSON in a text."""
    data = json.dumps({"context": {"title": "x"}, "state": None})
    head = {"specversion": "1.0", "id": str(uuid4()), "source": "chaosiq-cloud", "type": kind}
    return {**head, "datacontenttype": "application/json", "time": "2020-04-17T11:57:17+00:00", "data": data, **values}


def executions(live: Live, machine: Machine) -> str:
    """The path of the executions of a new experiment."""
    document = {**EXPERIMENT, "title": f"one {uuid4()}"}
    made = machine("POST", f"{live.team}/experiments", json={"experiment": document})
    return f"{live.team}/experiments/{made.json()['id']}/executions"


@pytest.mark.parametrize(("token", "status"), [("good", 200), (None, 200), (SILENT, 401)])
def test_the_server_is_probed(live: Live, machine: Machine, token: str | None, status: int) -> None:
    machines = {"good": machine, None: live.nobody(), SILENT: Machine(live.url, SILENT)}
    assert machines[token]("HEAD", "/").status_code == status


def test_signing_in_lists_ones_own_organizations_and_teams(live: Live, machine: Machine) -> None:
    assert machine("HEAD", "/").status_code == 200
    organizations = machine("GET", "/organizations")
    assert organizations.status_code == 200
    shop = {"id": str(live.world.shop.id), "name": "Shop"}
    assert organizations.json() == [{"id": str(live.world.org.id), "name": "Acme", "teams": [shop]}]
    teams = machine("GET", f"/organizations/{live.world.org.id}/teams")
    assert teams.json() == [{**shop, "org_id": str(live.world.org.id)}]
    assert machine("GET", live.team).json() == teams.json()[0]


def test_a_bad_token_lists_nothing(live: Live) -> None:
    assert Machine(live.url, SILENT)("GET", "/organizations").status_code == 401


def test_an_experiment_is_new_then_unchanged_then_changed(live: Live, machine: Machine) -> None:
    document = {**EXPERIMENT, "extensions": [{"name": "chaosiq", "source": "http://example.org/a.json"}]}
    answers = [
        machine("POST", f"{live.team}/experiments", json={"experiment": each})
        for each in (document, document, {**document, "title": "Otherwise"})
    ]
    assert [answer.status_code for answer in answers] == [201, 204, 200]
    assert answers[0].json()["id"] == answers[2].json()["id"]
    assert answers[1].content == b""


def test_an_experiment_is_known_by_the_id_in_its_block(live: Live, machine: Machine) -> None:
    first = machine("POST", f"{live.team}/experiments", json={"experiment": EXPERIMENT}).json()["id"]
    named = {**EXPERIMENT, "title": "B", "extensions": [{"name": "chaosiq", "experiment_id": first}]}
    again = machine("POST", f"{live.team}/experiments", json={"experiment": named})
    assert (again.status_code, again.json()["id"]) == (200, first)


def test_an_execution_says_where_a_person_finds_it(live: Live, machine: Machine) -> None:
    answer = machine("POST", executions(live, machine), json={"journal": journal()})
    assert answer.status_code == 201
    where = answer.headers["Content-Location"]
    assert where.endswith(f"/api/acme/shop/executions/{answer.json()['id']}")


def test_an_execution_is_read_back_with_its_journal(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal()}).json()["id"]
    done = journal(status="completed", deviated=True, end="x")
    assert machine("PUT", f"{of}/{made}", json={"journal": done}).status_code == 200
    answer = machine("GET", f"{of}/{made}")
    assert (answer.status_code, answer.json()["journal"], answer.json()["status"]) == (200, done, "completed")
    assert answer.headers["Content-Location"]


def test_an_execution_that_has_ended_is_not_running_again(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal(status="completed")}).json()["id"]
    machine("PUT", f"{of}/{made}", json={"journal": journal()})
    assert machine("GET", f"{of}/{made}").json()["status"] == "completed"


def test_an_event_told_twice_is_kept_once(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal()}).json()["id"]
    told = json.dumps(event("starting-method"))
    answers = [machine("POST", f"{of}/{made}/events", data=told, headers=CLOUD).status_code for _ in range(2)]
    assert answers == [201, 201]
    kept = Event.objects.filter(execution=made)
    assert [(each.kind, each.payload["context"]) for each in kept] == [("starting-method", {"title": "x"})]


def test_an_events_data_may_be_an_object_as_well(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal()}).json()["id"]
    told = json.dumps(event("starting-method", data={"context": None, "state": None}))
    assert machine("POST", f"{of}/{made}/events", data=told, headers=CLOUD).status_code == 201


def test_safeguards_allow_unless_one_forbids(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal()}).json()["id"]
    assert machine("GET", f"{of}/{made}/policies").json() == {"allowed": True, "policies": []}
    owner = live.machine(live.world.owner)
    begins = datetime.now().astimezone()
    ends = begins + timedelta(seconds=60)
    guard = {"name": "sale", "begins_at": (begins - timedelta(1)).isoformat(), "ends_at": ends.isoformat()}
    rule = owner("POST", f"{live.team}/safeguards", json=guard)
    answer = machine("GET", f"{of}/{made}/policies").json()
    assert answer == {"allowed": False, "policies": [{"id": rule.json()["id"], "name": "sale"}]}


def test_files_have_their_block_filled_in(live: Live, machine: Machine) -> None:
    form = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300, "warm_up": 60}
    form["objective"] = {"name": "Checkout", "target": 0.95, "window": 86400}
    made = machine("POST", f"{live.team}/verifications", json=form).json()
    asset = machine("GET", f"/assets/verifications/{made['id']}.json")
    assert asset.status_code == 200
    assert asset.headers["Content-Type"] == "application/json"
    (block,) = asset.json()["extensions"]
    assert block.pop("verification") == {
        "id": made["id"],
        "frequency-of-measurement": 10,
        "duration-of-conditions": 300,
        "warm-up-duration": 60,
        "objective": {"name": "Checkout", "target": 0.95, "window": 86400},
    }
    ids = {"experiment_id": made["experiment_id"], "objective_id": made["objective_id"]}
    team = {"team_id": str(live.world.shop.id), "org_id": str(live.world.org.id)}
    assert block == {"name": "chaosiq", **ids, **team}
    experiment = machine("GET", f"/assets/experiments/{made['experiment_id']}.json").json()
    assert experiment["title"] == EXPERIMENT["title"]
    assert live.machine(live.world.stranger)("GET", f"/assets/verifications/{made['id']}.json").status_code == 404
    assert live.nobody()("GET", f"/assets/verifications/{made['id']}.json").status_code == 401


def test_publishing_a_journal_finds_its_execution_again(live: Live, machine: Machine) -> None:
    of = executions(live, machine)
    missing = machine("GET", f"{of}/{uuid4()}")
    assert missing.status_code == 404
    made = machine("POST", of, json={"journal": journal(status="completed")})
    assert machine("GET", f"{of}/{made.json()['id']}").status_code == 200


def test_a_run_of_one_probe_and_one_action_is_34_calls(live: Live, machine: Machine) -> None:
    """original-wire.json, `run`: 6, 7, sixteen 8s with a 9 after each but the last, 10."""
    activity, hypothesis = ["starting-activity", "activity-finished"], ["starting-hypothesis", "hypothesis-finished"]
    probed = [hypothesis[0], *activity, hypothesis[1]]
    method = ["starting-method", *activity, "method-finished"]
    undo = ["starting-rollback", "rollback-finished"]
    kinds = ["starting-experiment", *probed, *method, *probed, *undo, "experiment-finished"]
    statuses = []
    of = executions(live, machine)
    made = machine("POST", of, json={"journal": journal()})
    statuses += [201, made.status_code]
    for kind in kinds:
        told = machine("POST", f"{of}/{made.json()['id']}/events", data=json.dumps(event(kind)), headers=CLOUD)
        statuses.append(told.status_code)
        if kind != "experiment-finished":
            statuses.append(machine("GET", f"{of}/{made.json()['id']}/policies").status_code)
    done = machine("PUT", f"{of}/{made.json()['id']}", json={"journal": journal(status="completed")})
    statuses.append(done.status_code)
    assert len(statuses) == 34
    assert set(statuses) == {200, 201}
    assert Event.objects.filter(execution=made.json()["id"]).count() == 16
