"""What is told once can be taken back: null clears whatever may be null, and is refused for what may not."""

from typing import Any

import pytest

from rtk.console.api import forms
from tests.console.live import EXPERIMENT, Live, Machine

OBJECTIVE = {"name": "Checkout", "target": 0.95, "window": 86400}
VERIFICATION = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 900}
FULL: dict[str, Any] = {
    **VERIFICATION,
    "objective": {**OBJECTIVE, "outage_lasts": 45.0, "proof_lasts": 7200.0},
    "outage_lasts": 30.0,
    "proof_lasts": 3600.0,
    "occurs": "2/30d,20m,50%",
    "strict_cost": False,
    "stop_when": {"deviated-in-a-row": 5},
}
OF_OBJECTIVE = ("outage_lasts", "proof_lasts", "window")
OF_VERIFICATION = ("outage_lasts", "proof_lasts", "occurs")


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


@pytest.fixture
def made(live: Live, machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = machine("POST", f"{live.team}/verifications", json=FULL).json()
    assert all(found[key] is not None for key in (*OF_VERIFICATION, "objective_id"))
    return found


def whole(answer: Any) -> dict[str, Any]:
    """An answer without what follows from the rest of it."""
    assert answer.status_code == 200, answer.text
    left_out = ("standing", "doubt", "warning", "document", "outage", "occurrence", "outage_learned")
    return {key: value for key, value in answer.json().items() if key not in left_out}


@pytest.mark.parametrize("key", OF_VERIFICATION)
def test_null_takes_a_key_of_a_verification_away_and_nothing_else(
    live: Live, machine: Machine, made: dict[str, Any], key: str
) -> None:
    path = f"{live.team}/verifications/{made['id']}"
    before = whole(machine("GET", path))
    assert whole(machine("PATCH", path, json={key: None})) == {**before, key: None}
    assert whole(machine("GET", path)) == {**before, key: None}


def test_null_takes_an_objective_from_a_verification(live: Live, machine: Machine, made: dict[str, Any]) -> None:
    path = f"{live.team}/verifications/{made['id']}"
    refused = machine("PATCH", path, json={"objective_id": None})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "occurs: there is no budget that it could cost without an objective"
    cleared = whole(machine("PATCH", path, json={"objective_id": None, "occurs": None}))
    assert (cleared["objective_id"], cleared["occurs"]) == (None, None)


@pytest.mark.parametrize("key", OF_OBJECTIVE)
def test_null_takes_a_key_of_an_objective_away_and_nothing_else(
    live: Live, machine: Machine, made: dict[str, Any], key: str
) -> None:
    path = f"{live.team}/objectives/{made['objective_id']}"
    before = whole(machine("GET", path))
    assert before[key] is not None
    assert whole(machine("PATCH", path, json={key: None})) == {**before, key: None}
    assert whole(machine("GET", path)) == {**before, key: None}


def test_null_makes_a_quantile_a_share(live: Live, machine: Machine) -> None:
    promise = {"name": "Checkout", "quantile": "p95 <= 300ms", "window": 86400}
    path = f"{live.team}/objectives/{machine('POST', f'{live.team}/objectives', json=promise).json()['id']}"
    refused = machine("PATCH", path, json={"quantile": None})
    assert refused.json()["detail"].startswith("target: the objective promises p95 <= 300ms, expected an empty")
    assert whole(machine("PATCH", path, json={"quantile": None, "target": 0.9}))["quantile"] is None
    again = whole(machine("PATCH", path, json={"quantile": "p99 <= 1s", "target": None}))
    assert (again["quantile"], again["target"]) == ("p99 <= 1s", 0.99)


def test_an_allowance_goes_with_the_occurrences_that_say_none(
    live: Live, machine: Machine, made: dict[str, Any]
) -> None:
    path = f"{live.team}/verifications/{made['id']}"
    assert made["occurs"]["allowance"] == 0.5
    assert whole(machine("PATCH", path, json={"occurs": "2/30d"}))["occurs"] == {"times": 2, "per": "30d"}


def test_what_another_key_needs_is_not_taken_away_alone(live: Live, machine: Machine, made: dict[str, Any]) -> None:
    path = f"{live.team}/verifications/{made['id']}"
    machine("PATCH", path, json={"strict_cost": True, "stop_when": {"budget-spent": 0.5}})
    refused = machine("PATCH", path, json={"occurs": None})
    assert refused.json()["detail"].startswith("strict_cost: means nothing without occurs")
    promise = f"{live.team}/objectives/{made['objective_id']}"
    unwindowed = machine("PATCH", promise, json={"window": None})
    assert unwindowed.status_code == 422
    assert unwindowed.json()["detail"].startswith('window: the verification "v" cannot be measured without it: ')
    assert whole(machine("GET", promise))["window"] == 86400
    assert whole(machine("PATCH", path, json={"occurs": None, "strict_cost": False}))["occurs"] is None


def nullable(form: type[forms.Change]) -> set[str]:
    """The keys that may be null, by the description of the API."""
    keys = form.model_json_schema()["properties"]
    return {key for key, told in keys.items() if {"type": "null"} in told.get("anyOf", ())}


def test_these_are_all_keys_that_may_be_null() -> None:
    assert nullable(forms.VerificationChange) == {*OF_VERIFICATION, "objective_id"}
    assert nullable(forms.ObjectiveChange) == {*OF_OBJECTIVE, "quantile", "target"}


@pytest.mark.parametrize("form", [forms.VerificationChange, forms.ObjectiveChange])
def test_null_is_refused_for_every_other_key_and_changes_nothing(
    live: Live, machine: Machine, made: dict[str, Any], form: type[forms.Change]
) -> None:
    kind, key = ("verifications", "id") if form is forms.VerificationChange else ("objectives", "objective_id")
    path = f"{live.team}/{kind}/{made[key]}"
    before = whole(machine("GET", path))
    for name in {*form.model_fields} - nullable(form) | {"target"} & {*form.model_fields}:
        answer = machine("PATCH", path, json={name: None})
        assert answer.status_code == 422, name
        assert answer.json()["detail"].startswith(f"{name}: "), answer.text
    assert whole(machine("GET", path)) == before


def test_what_is_not_said_stays(live: Live, machine: Machine, made: dict[str, Any]) -> None:
    path = f"{live.team}/verifications/{made['id']}"
    before = whole(machine("GET", path))
    assert whole(machine("PATCH", path, json={})) == before
