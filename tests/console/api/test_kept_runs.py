"""Part A, runs: told an event a call, some twice, late and out of order; in the end as good as a record."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from rtk.console.store import watch
from rtk.console.store.models import Event, Run
from rtk.experiment.read import document as read_document
from tests.console.api.old import START, WIRE, Old, ended, state
from tests.console.live import Live, Machine, verification

TUTORIAL = Path(__file__).parents[2] / "tutorial" / "verification-ec2-responds-processor-load.json"
contract = pytest.mark.contract
V = "T/verifications/{id}/runs"
DEVIATING = (4, 8, 14, 19)


@pytest.fixture
def old(live: Live, machine: Machine) -> Old:
    """A client of 2020 whose run has begun."""
    return Old(live, machine).begin()


def published() -> Iterator[tuple[int, bool, float]]:
    """The samples of the published run: 20, of which 4 deviate."""
    for iteration in range(1, 21):
        yield iteration, iteration not in DEVIATING, 6.055 if iteration in DEVIATING else 3.065


def with_warm_up(live: Live, machine: Machine, seconds: float = 30, **more: float) -> Old:
    document = verification(f"warm-{uuid4()}")
    document["extensions"][0]["verification"] |= {"warm-up-duration": seconds, **more}
    return Old(live, machine, document).begin()


@contract(f"POST {V}")
def test_a_run_begins_with_the_keys_that_were_answered_then(live: Live, machine: Machine) -> None:
    old = Old(live, machine)
    old.call("create-execution")
    begun = old.call("create-run")
    assert begun.status_code == 201
    told = begun.json()
    assert {"id", "org_id", "team_id", "verification_id", "experiment_id", "execution_id"} <= told.keys()
    assert (told["state"], told["status"], told["journal"]) == ("running", "", {})
    assert told["execution_id"] == old.ids["execution_id"]
    assert machine("GET", old.run).json()["state"] == "running"


@contract(f"POST {V}/{{run}}/events")
def test_every_category_is_taken_and_kept(machine: Machine, old: Old) -> None:
    for category in (each for each in WIRE["categories"] if each != "verification-sample"):
        body = {"category": category, "payload": {"anything": [1]}}
        answer = machine("POST", f"{old.run}/events", json=body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json"), category
        kept = Event.objects.get(run__id=old.ids["run_id"], kind=category)
        # The journal comes once more at the end.
        assert kept.payload == (None if category == "verification-completed" else body["payload"])


@contract(f"POST {V}/{{run}}/finished")
def test_a_run_finishes_with_its_journal_and_its_results(machine: Machine, old: Old) -> None:
    assert old.finish("completed", end="2020-04-17T12:02:58") == 200
    run, execution = machine("GET", old.run).json(), machine("GET", old.execution).json()
    assert (run["state"], run["status"], execution["status"]) == ("ended", "completed", "completed")
    assert execution["journal"] == old.journal()
    results = Run.objects.get(id=run["id"]).results
    assert results
    assert results["total_duration"] == 341


@pytest.mark.parametrize("sequence", ["verify 0.10", "verify 0.15"])
def test_the_published_verification_gets_the_figures_of_the_design(live: Live, machine: Machine, sequence: str) -> None:
    """The tutorial's own file, imported as it is published, fetched and played by the clients of either time."""
    document, _ = read_document(TUTORIAL.read_bytes(), TUTORIAL.name)
    promise = {"name": "Response time", "target": 0.95, "window": 86400}
    form = {"name": "v", "experiment": document, "frequency": 10, "duration": 300, "objective": promise}
    made = machine("POST", f"{live.team}/verifications", json=form)
    assert made.status_code == 201, made.text
    old = Old(live, machine, {**document, "extensions": []})
    old.ids["verification_id"] = made.json()["id"]
    old.journal_values = {"run": [ended("inject-cpu-load")], "rollbacks": [ended("Stop SSM run command")]}
    old.play(sequence, published(), frequency=10.0)
    assert machine("GET", old.run).json()["state"] == "ended"
    insight = old.insight()
    counts = [insight[key] for key in ("planned", "met", "deviated", "missed", "verdict", "restored")]
    assert counts == [30, 16, 4, 10, "fail", True]
    assert insight["coverage"] == pytest.approx(2 / 3)
    assert insight["observed_budget_impact"] == pytest.approx(0.11730205278592376)
    assert insight["proven_at_most"] == pytest.approx(0.9286461156913818, rel=1e-9)
    assert (insight["burn_rate"], insight["budget_s"], insight["needed"]) == pytest.approx((4.0, 4320.0, 168))


def test_the_published_file_goes_in_with_ids_of_its_own(live: Live, machine: Machine) -> None:
    """From a local copy: nobody knows its ids here, and they are looked for within the team only."""
    document, _ = read_document(TUTORIAL.read_bytes(), TUTORIAL.name)
    old = Old(live, machine, document).begin()
    old.tell("sample-started", {"frequency": 10.0})
    for sample in published():
        assert old.sample(*sample) == 201
    assert old.finish(run=[ended("inject-cpu-load")]) == 200
    assert [old.insight()[key] for key in ("planned", "met", "deviated")] == [30, 16, 4]
    assert old.ids["verification_id"] == "dd1e52d0-454a-40b8-8864-5d34834191e6"
    assert machine("GET", old.run).json()["verification_id"] != old.ids["verification_id"]
    again = Old(live, machine, document)
    assert again.call("create-experiment").status_code == 204
    assert again.begin().ids["run_id"] != old.ids["run_id"]
    assert len(machine("GET", live.runs(old.ids["verification_id"])).json()["items"]) == 2


def test_each_sample_told_twice_late_and_in_reverse_comes_to_the_same(live: Live, machine: Machine) -> None:
    once, worse = (Old(live, machine).begin() for _ in "ab")
    for sample in published():
        once.sample(*sample)
    worse.tell("hypothesis-after-method-started")
    worse.tell("sampling-completed")
    for sample in [each for each in reversed(list(published())) for _ in "ab"]:
        assert worse.sample(*sample) == 201
    worse.tell("condition-started", {})
    worse.tell("sample-started", {"frequency": 10.0})
    first, second = ({**old.insight(), "run_id": None} for old in (once, worse) if old.finish() == 200)
    assert [first[key] for key in ("planned", "met", "deviated")] == [30, 16, 4]
    assert {key: second[key] for key in ("planned", "met", "deviated", "missed", "verdict", "coverage")} == {
        key: first[key] for key in ("planned", "met", "deviated", "missed", "verdict", "coverage")
    }


def test_samples_after_the_end_count_as_well(old: Old) -> None:
    old.tell("condition-started", {})
    for iteration in (2, 1, 1, 3, 2):
        assert old.sample(iteration) == 201
    old.finish()
    assert (old.insight()["met"], old.insight()["deviated"]) == (3, 0)
    assert old.sample(5, met=False) == 201
    assert (old.insight()["met"], old.insight()["deviated"]) == (3, 1)


def test_an_event_after_the_end_does_not_begin_the_run_again(machine: Machine, old: Old) -> None:
    old.finish()
    old.tell("condition-started", {})
    assert machine("GET", old.run).json()["state"] == "ended"


def test_the_frequency_told_is_the_one_that_counts(old: Old) -> None:
    old.tell("sample-started", {"frequency": 1.0})
    for iteration in range(1, 4):
        old.sample(iteration)
    old.finish()
    assert (old.insight()["planned"], old.insight()["frequency_s"]) == (300, 1.0)


@pytest.mark.parametrize("frequency", [None, 0, "10", True, 1e9, 2**80])
def test_a_frequency_that_is_none_leaves_the_files(old: Old, frequency: Any) -> None:
    assert old.tell("sample-started", {"frequency": frequency}) == 201
    old.finish()
    assert (old.insight()["planned"], old.insight()["frequency_s"]) == (30, 10.0)


def test_more_samples_than_planned_are_all_planned(live: Live, machine: Machine) -> None:
    old = Old(live, machine, verification(f"short-{uuid4()}", long=20)).begin()
    for iteration in range(1, 6):
        old.sample(iteration)
    old.finish()
    assert (old.insight()["planned"], old.insight()["met"], old.insight()["missed"]) == (5, 5, 0)


def test_what_was_measured_before_the_condition_is_baseline(live: Live, machine: Machine) -> None:
    old = with_warm_up(live, machine)
    old.tell("sample-started", {"frequency": 10.0})
    for iteration in (1, 3):
        old.sample(iteration)
    old.tell("condition-started", {})
    old.sample(2)
    old.sample(4, met=False)
    old.finish()
    phases = {each["phase"]: (each["met"], each["deviated"]) for each in old.insight()["phases"]}
    assert phases == {"baseline": (3, 0), "conditions": (0, 1)}


def test_what_was_measured_in_the_cool_down_is_recovery(live: Live, machine: Machine) -> None:
    old = with_warm_up(live, machine, 0.0, **{"cool-down-duration": 20})
    old.tell("sample-started", {"frequency": 10.0})
    old.sample(1, met=False)
    old.tell("cooldown-started", {"duration": 20})
    old.sample(2)
    old.sample(2)
    old.tell("cooldown-completed")
    old.finish()
    phases = {each["phase"]: (each["met"], each["deviated"]) for each in old.insight()["phases"]}
    assert phases == {"conditions": (0, 1), "recovery": (1, 0)}


def test_a_sample_that_was_not_made_is_missed(old: Old) -> None:
    old.sample(1, met=None)
    old.finish()
    assert (old.insight()["met"], old.insight()["missed"]) == (0, 30)


def test_conditions_and_rollbacks_come_from_the_last_journal(old: Old) -> None:
    old.tell("condition-started", {})
    old.tell("rollbacks-started")
    old.tell("rollbacks-completed")
    old.finish(run=[ended("inject-cpu", "failed")], rollbacks=[ended("cancel", "failed")])
    insight = old.insight()
    assert (insight["verdict"], insight["invalid_condition"]) == ("invalid", "inject-cpu")
    assert insight["restored"] is False


def test_rollbacks_that_the_last_journal_lacks_were_not_played(live: Live, machine: Machine) -> None:
    """Clients from 0.12 on say that they began, and skip them when the hypothesis deviates afterwards."""
    document = verification(f"undo-{uuid4()}")
    document["rollbacks"] = document["method"]
    old = Old(live, machine, document).begin()
    old.tell("rollbacks-started")
    old.finish("failed", run=[ended("inject-cpu")])
    assert old.insight()["restored"] is False


def test_two_conditions_of_one_name_are_two(live: Live, machine: Machine) -> None:
    document = verification(f"twice-{uuid4()}")
    document["method"] = document["method"] * 2
    old = Old(live, machine, document).begin()
    old.sample(1)
    old.finish(run=[ended("inject-cpu", "failed"), ended("inject-cpu"), ended("of another experiment")])
    assert old.insight()["verdict"] == "invalid"


def test_an_interrupted_run_does_not_pass(machine: Machine, old: Old) -> None:
    old.tell("interrupted")
    old.finish("interrupted")
    assert old.insight()["verdict"] in (None, "inconclusive")
    assert machine("GET", old.run).json()["status"] == "interrupted"


def test_finishing_twice_changes_nothing(machine: Machine, old: Old) -> None:
    old.sample(1)
    assert (old.finish(), old.finish("failed")) == (200, 200)
    assert machine("GET", old.run).json()["status"] == "completed"


def test_silence_between_two_samples_is_no_lost_contact(machine: Machine, old: Old) -> None:
    """These clients have no heartbeat, and may sample once an hour."""
    Run.objects.filter(id=old.ids["run_id"]).update(heard_at=now() - timedelta(minutes=2))
    watch.sweep()
    assert machine("GET", old.run).json()["state"] == "running"
    Run.objects.filter(id=old.ids["run_id"]).update(due_at=now() - timedelta(minutes=1))
    watch.sweep()
    assert machine("GET", old.run).json()["state"] == "lost contact"
    old.sample(1)
    assert machine("GET", old.run).json()["state"] == "running"


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
def test_a_sample_that_says_nothing_is_refused_with_its_field(machine: Machine, old: Old, payload: Any) -> None:
    answer = machine("POST", f"{old.run}/events", json={"category": "verification-sample", "payload": payload})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("payload")
    assert old.insight()["planned"] == 30


def test_whatever_a_state_holds_is_taken_without_a_fault(old: Old) -> None:
    strange = [
        {},
        {"probes": 5},
        {"probes": [1, None]},
        {"steady_state_met": [], "probes": [{"start": 5, "output": {}}]},
        {"steady_state_met": True, "probes": [{"output": "\0\ufffe", "start": "0001-01-01", "end": "9999-12-31"}]},
        {"steady_state_met": True, "probes": [{"output": 10**400, "start": "2020-04-17T11:57:18+14:00"}]},
    ]
    for iteration, each in enumerate(strange, 1):
        assert old.tell("sample", {"iteration": iteration, "state": each}) == 201
    assert old.finish(run=[None]) == 200
    assert (old.insight()["met"], old.insight()["missed"]) == (2, 28)


@pytest.mark.parametrize("years", [-50, 7000])
def test_a_clock_that_is_years_off_changes_no_figure(live: Live, machine: Machine, years: int) -> None:
    old = Old(live, machine)
    start = START.replace(year=START.year + years)
    old.journal_values = {"start": start.isoformat()}
    old.begin()
    for iteration in range(1, 6):
        told = json.dumps(state(iteration, iteration != 2)).replace("2020", str(start.year))
        old.tell("sample", {"iteration": iteration, "state": json.loads(told)})
    old.finish(start=start.isoformat())
    insight = old.insight()
    assert [insight[key] for key in ("planned", "met", "deviated")] == [30, 4, 1]
    assert insight["duration_s"] == 341
