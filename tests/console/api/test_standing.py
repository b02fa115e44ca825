"""How promises stand, as the API tells it."""

from typing import Any
from uuid import uuid4

import pytest

from rtk.console.api.standing import together
from rtk.insight.standing import lowest
from rtk.insight.standing_shape import StandingState
from tests.console.live import EXPERIMENT, PLAN, Live, Machine, whole_record


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine(live.world.owner)


def verification(live: Live, machine: Machine) -> dict[str, Any]:
    objective = {"name": "Checkout", "target": 0.95, "window": 86_400, "proof_lasts": 864_000}
    values = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300, "objective": objective}
    made: dict[str, Any] = machine("POST", f"{live.team}/verifications", json=values).json()
    return made


def run_of(live: Live, machine: Machine, key: str, outcomes: list[str]) -> dict[str, Any]:
    run_id = str(uuid4())
    run = f"{live.runs(key)}/{run_id}"
    assert machine("PUT", run, json={"plan": PLAN, "experiment": EXPERIMENT}).status_code == 201
    entries = whole_record(run_id, outcomes)
    assert machine("POST", f"{run}/record", json={"from": 0, "entries": entries}).status_code == 202
    ended: dict[str, Any] = machine("POST", f"{run}/end", json={"journal": {"status": "completed"}}).json()
    return ended


def test_a_verification_stands_by_its_runs_and_its_objective_by_it(live: Live, machine: Machine) -> None:
    made = verification(live, machine)
    assert (made["standing"]["state"], made["standing"]["proof_lasts"]) == ("never-tried", 864_000)
    run_of(live, machine, made["id"], ["met"] * 30)
    ended = run_of(live, machine, made["id"], ["met"] * 30)
    standing = machine("GET", f"{live.team}/verifications/{made['id']}").json()["standing"]
    assert ended["standing"] == standing
    assert {key: standing[key] for key in ("state", "reason", "runs", "slots", "attempt", "apart")} == {
        "state": "not-proven",
        "reason": "too-few-runs",
        "runs": 2,
        "slots": 60,
        "attempt": 1,
        "apart": 0,
    }
    assert standing["outage_lasts"] == 30
    assert standing["latest_at"].endswith("+00:00")
    listed = machine("GET", f"{live.team}/verifications").json()["items"]
    assert next(each for each in listed if each["id"] == made["id"])["standing"] == standing
    objective = machine("GET", f"{live.team}/objectives/{made['objective_id']}").json()
    assert objective["standing"] == {"state": "not-proven", "counts": {"not-proven": 1}}


def test_a_failed_run_breaks_it_and_another_plan_is_apart(live: Live, machine: Machine) -> None:
    made = verification(live, machine)
    run_of(live, machine, made["id"], ["deviated"] * 30)
    found = machine("GET", f"{live.team}/verifications/{made['id']}").json()["standing"]
    assert (found["state"], found["failed"]) == ("broken", 1)


def test_without_an_objective_there_is_no_standing(live: Live, machine: Machine) -> None:
    values = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300}
    assert machine("POST", f"{live.team}/verifications", json=values).json()["standing"] is None
    objective = {"name": "o", "target": 0.9, "window": 3600}
    told = machine("POST", f"{live.team}/objectives", json=objective).json()["standing"]
    assert told == {"state": "never-tried", "counts": {}}


@pytest.mark.parametrize(
    ("states", "together"),
    [
        ("kept kept", "kept"),
        ("kept not-proven", "not-proven"),
        ("not-proven lapsed", "lapsed"),
        ("lapsed never-tried", "never-tried"),
        ("never-tried broken kept", "broken"),
        ("", "never-tried"),
    ],
)
def test_several_stand_as_the_lowest_of_them(states: str, together: str) -> None:
    assert lowest(StandingState(each) for each in states.split()) == together


def test_of_none_nothing_was_tried() -> None:
    assert together([]) == {"state": "never-tried", "counts": {}}


@pytest.mark.parametrize("lasts", [59, 0, -1, 366 * 86_400 + 1, "30d"])
def test_how_long_a_proof_lasts_is_bounded(live: Live, machine: Machine, lasts: Any) -> None:
    values = {"name": "o", "target": 0.9, "window": 3600, "proof_lasts": lasts}
    refused = machine("POST", f"{live.team}/objectives", json=values)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "proof_lasts")
