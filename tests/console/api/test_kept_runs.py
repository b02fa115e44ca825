"""Part A, runs: told an event a call, some twice, late and out of order; in the end as good as a record."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.console.api.test_kept import journal
from tests.console.live import Live, Machine, verification

START = datetime.fromisoformat("2020-04-17T11:57:17")


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


class Old:
    """A client of 2020 that verifies."""

    def __init__(self, live: Live, machine: Machine, document: dict[str, Any] | None = None) -> None:
        self.machine, key = machine, f"tutorial-{uuid4()}"
        self.document = document or verification(key)
        (block,) = self.document["extensions"]
        self.runs = live.runs(block["verification"]["id"])
        made = machine(
            "POST", f"{live.team}/experiments/{block['experiment_id']}/executions", json={"journal": self.journal()}
        )
        assert made.status_code == 201, made.text
        ids = {"experiment_id": block["experiment_id"], "execution_id": made.json()["id"]}
        self.begun = machine("POST", self.runs, json={"journal": self.journal(), "status": "started", **ids})
        assert self.begun.status_code == 201, self.begun.text
        self.run = f"{self.runs}/{self.begun.json()['id']}"

    def journal(self, **values: Any) -> dict[str, Any]:
        return journal(experiment=self.document, start=START.isoformat(), **values)

    def tell(self, category: str, payload: Any = None) -> int:
        body = {"category": f"verification-{category}"} | ({} if payload is None else {"payload": payload})
        return self.machine("POST", f"{self.run}/events", json=body).status_code

    def sample(self, iteration: int, met: bool | None = True, took: float = 0.06) -> int:
        return self.tell("sample", {"iteration": iteration, "state": state(iteration, met, took)})

    def finish(self, status: str = "completed", **values: Any) -> int:
        results = {"successful_samples": 0, "total_number_of_samples": 0, "total_duration": 341.0}
        done = self.journal(status=status, **values)
        self.tell("completed", done)
        body = {"journal": done, "status": status, "results": results}
        return self.machine("POST", f"{self.run}/finished", json=body).status_code

    def insight(self) -> dict[str, Any]:
        answer = self.machine("GET", f"{self.run}/insight")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def state(iteration: int, met: bool | None, took: float) -> dict[str, Any]:
    begun = START + timedelta(seconds=1 + 15 * (iteration - 1))
    span = {"start": begun.isoformat(), "end": (begun + timedelta(seconds=took)).isoformat(), "duration": took}
    probe = {
        "activity": {"name": "checkout"},
        "output": took * 1000,
        "status": "succeeded",
        "tolerance_met": met,
        **span,
    }
    return {"steady_state_met": met, "probes": [probe]}


def test_the_published_run_gets_the_figures_of_the_design(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.tell("sample-started", {"frequency": 10.0})
    for iteration in range(1, 21):
        old.sample(iteration, iteration not in (4, 8, 14, 19))
    assert old.finish() == 200
    insight = old.insight()
    counts = [insight[key] for key in ("planned", "met", "deviated", "missed", "verdict")]
    assert counts == [30, 16, 4, 10, "fail"]
    assert insight["coverage"] == pytest.approx(2 / 3)
    assert insight["observed_budget_impact"] == pytest.approx(0.11730205278592376)
    assert insight["proven_at_most"] == pytest.approx(0.9286461156913818, rel=1e-9)


def test_a_run_begins_with_the_keys_that_were_answered_then(live: Live, machine: Machine) -> None:
    begun = Old(live, machine).begun.json()
    assert {"id", "org_id", "team_id", "verification_id", "experiment_id", "execution_id"} <= begun.keys()
    assert (begun["state"], begun["status"], begun["journal"]) == ("running", "", {})


def test_samples_told_twice_late_and_out_of_order_count_once(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.tell("condition-started", {})
    for iteration in (2, 1, 1, 3, 2):
        assert old.sample(iteration) == 201
    old.tell("hypothesis-after-method-started")
    old.tell("sampling-completed")
    old.finish()
    assert (old.insight()["met"], old.insight()["deviated"]) == (3, 0)
    assert old.sample(5, met=False) == 201
    assert (old.insight()["met"], old.insight()["deviated"]) == (3, 1)


def test_the_frequency_told_is_the_one_that_counts(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.tell("sample-started", {"frequency": 1.0})
    for iteration in range(1, 4):
        old.sample(iteration)
    old.finish()
    assert (old.insight()["planned"], old.insight()["frequency_s"]) == (300, 1.0)


def test_more_samples_than_planned_are_all_planned(live: Live, machine: Machine) -> None:
    old = Old(live, machine, verification(f"short-{uuid4()}", long=20))
    for iteration in range(1, 6):
        old.sample(iteration)
    old.finish()
    assert (old.insight()["planned"], old.insight()["met"], old.insight()["missed"]) == (5, 5, 0)


def test_what_was_measured_before_the_condition_is_baseline(live: Live, machine: Machine) -> None:
    document = verification(f"warm-{uuid4()}")
    document["extensions"][0]["verification"]["warm-up-duration"] = 30
    old = Old(live, machine, document)
    old.tell("sample-started", {"frequency": 10.0})
    for iteration in (1, 3):
        old.sample(iteration)
    old.tell("condition-started", {})
    old.sample(2)
    old.sample(4, met=False)
    old.finish()
    phases = {each["phase"]: (each["met"], each["deviated"]) for each in old.insight()["phases"]}
    assert phases == {"baseline": (3, 0), "conditions": (0, 1)}


def test_a_sample_that_was_not_made_is_missed(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.sample(1, met=None)
    old.finish()
    assert (old.insight()["met"], old.insight()["missed"]) == (0, 30)


def test_conditions_and_rollbacks_come_from_the_last_journal(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.tell("condition-started", {})
    old.tell("rollbacks-started")
    old.tell("rollbacks-completed")
    span = {"start": "2020-04-17T11:57:20", "end": "2020-04-17T11:57:21"}
    undo = {"activity": {"type": "action", "name": "cancel"}, "status": "failed", **span}
    old.finish(
        run=[{"activity": {"type": "action", "name": "inject-cpu"}, "status": "failed", **span}], rollbacks=[undo]
    )
    insight = old.insight()
    assert (insight["verdict"], insight["invalid_condition"]) == ("invalid", "inject-cpu")
    assert insight["restored"] is False


def test_an_interrupted_run_does_not_pass(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.tell("interrupted")
    old.finish("interrupted")
    assert old.insight()["verdict"] in (None, "inconclusive")
    assert old.machine("GET", old.run).json()["status"] == "interrupted"


def test_finishing_twice_changes_nothing(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.sample(1)
    assert (old.finish(), old.finish("failed")) == (200, 200)
    assert old.machine("GET", old.run).json()["status"] == "completed"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"iteration": 0, "state": {}},
        {"iteration": "1", "state": {}},
        {"iteration": 1},
        {"iteration": 2**70, "state": {}},
    ],
)
def test_a_sample_that_says_nothing_is_refused(live: Live, machine: Machine, payload: Any) -> None:
    answer = machine(
        "POST", f"{Old(live, machine).run}/events", json={"category": "verification-sample", "payload": payload}
    )
    assert answer.status_code in (400, 422)
    assert "payload" in answer.text or "JSON" in answer.text


def test_whatever_a_state_holds_is_taken_without_a_fault(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    strange = [
        {},
        {"probes": 5},
        {"probes": [1, None]},
        {"steady_state_met": [], "probes": [{"start": 5, "output": {}}]},
    ]
    for iteration, state in enumerate(strange, 1):
        assert old.tell("sample", {"iteration": iteration, "state": state}) == 201
    assert old.finish(run=[None]) == 200
    assert old.insight()["missed"] == 30
