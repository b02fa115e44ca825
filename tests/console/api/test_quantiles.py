"""Promises about a quantile by the API: made, changed, run by clients new and old."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from tests.console.api.old import Old, state
from tests.console.live import EXPERIMENT, Live, Machine, verification

OBJECTIVE = {"name": "Checkout", "quantile": "p95<=300 ms", "window": 86400}
VERIFICATION = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 900}


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def test_an_objective_promises_a_quantile_or_a_share(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/objectives", json=OBJECTIVE)
    assert (made.status_code, made.json()["target"], made.json()["quantile"]) == (201, 0.95, "p95 <= 300ms")
    path = made.headers["Content-Location"].removeprefix(live.url)
    assert machine("PATCH", path, json={"target": 0.9}).status_code == 422
    changed = machine("PATCH", path, json={"quantile": "p99 <= 2s"}).json()
    assert (changed["target"], changed["quantile"]) == (0.99, "p99 <= 2s")
    shared = machine("PATCH", path, json={"target": 0.9, "quantile": ""}).json()
    assert (shared["target"], shared["quantile"]) == (0.9, None)


def test_a_verification_of_it_is_a_file_with_the_same_promise(live: Live, machine: Machine) -> None:
    made = machine("POST", f"{live.team}/verifications", json={**VERIFICATION, "objective": OBJECTIVE})
    assert made.status_code == 201
    file = machine("GET", f"{live.team}/verifications/{made.json()['id']}").json()["document"]
    assert file["extensions"][0]["verification"]["objective"] == {
        "name": "Checkout",
        "quantile": "p95 <= 300ms",
        "window": 86400,
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": 0.9}, "quantile: promises a share already"),
        ({"quantile": "p0 <= 300ms"}, "quantile: expected a quantile above p1 and below p100, not p0"),
        ({"quantile": "p95 <= 3 hours"}, 'quantile: unknown unit "hours"'),
        ({"quantile": "p95 of other <= 1s"}, 'there is no probe "other" in the hypothesis'),
        ({"quantile": "p95 <= 300"}, '"checkout" is measured in ms'),
        ({"quantile": None}, "target: missing"),
    ],
)
def test_what_cannot_be_promised_is_refused_and_nothing_is_made(
    live: Live, machine: Machine, changed: dict[str, Any], told: str
) -> None:
    before = len(machine("GET", f"{live.team}/objectives?limit=200").json()["items"])
    sent = {**VERIFICATION, "objective": {**OBJECTIVE, **changed}}
    answer = machine("POST", f"{live.team}/verifications", json=sent)
    assert answer.status_code == 422
    assert told in answer.text.replace('\\"', '"')
    assert len(machine("GET", f"{live.team}/objectives?limit=200").json()["items"]) == before


def test_a_client_of_2020_that_knows_no_limit_is_judged_by_it(live: Live, machine: Machine) -> None:
    document = deepcopy(verification(f"limited-{uuid4()}"))
    document["extensions"][0]["verification"]["objective"] = {"name": "Checkout", "quantile": "p95 <= 50ms"}
    old = Old(live, machine, document).begin()
    for iteration, took in ((1, 0.05), (2, 0.06)):
        sent = {
            "category": "verification-sample",
            "payload": {"iteration": iteration, "state": state(iteration, True, took)},
        }
        assert machine("POST", f"{old.run}/events", json=sent).status_code == 201
    outcomes = [each["outcome"] for each in machine("GET", f"{old.run}/measurements").json()["items"]]
    assert outcomes == ["met", "deviated"]
    assert machine("GET", old.run).json()["plan"]["objective"]["quantile"] == "p95 <= 50ms"
