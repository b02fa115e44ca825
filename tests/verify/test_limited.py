"""The limit of a promise about a quantile, beside the tolerance: a slot is good where both say so."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtk.experiment.plan import Plan, ValueLimit
from rtk.insight.facts import ServiceLevelObjective, Threshold
from rtk.verify.crew import InFlight, Sample
from rtk.verify.journal import state
from rtk.verify.limited import ValueLimited, outcome_within
from rtk.verify.schedule import Grid
from tests.verify.world import experiment, play, probe, world

LIMIT = ValueLimit(0, 300.0, "ms", "p95 <= 300ms")
ONE = InFlight(Grid("conditions", 0.0, 1.0, 1), 0, 0.0)


def judged(sample: Sample, limit: ValueLimit = LIMIT) -> tuple[str, str | None]:
    found = ValueLimited(lambda _: sample, limit, "checkout")(ONE)
    return found.outcome, found.reason


def test_a_value_at_the_limit_is_good_and_one_above_it_is_not() -> None:
    assert judged(Sample("met", value=300.0)) == ("met", None)
    assert judged(Sample("met", value=300.001)) == (
        "deviated",
        "checkout: 300.001 ms is more than p95 <= 300ms allows",
    )
    queue = replace(LIMIT, unit="", words="p95 <= 300")
    assert judged(Sample("met", value=1412.0), queue)[1] == "checkout: 1,412 is more than p95 <= 300 allows"


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_gave_no_number_counts_as_the_slowest(value: float | None) -> None:
    assert judged(Sample("met", value=value))[0] == "deviated"
    assert "gave no number to hold against p95 <= 300ms" in str(judged(Sample("met"))[1])


def test_what_deviated_or_was_missed_already_keeps_its_own_reason() -> None:
    assert judged(Sample("deviated", value=20.0, reason="outside its tolerance")) == (
        "deviated",
        "outside its tolerance",
    )
    assert judged(Sample("missed", reason="no slot free")) == ("missed", "no slot free")
    assert outcome_within("missed", None, LIMIT) == "missed"


def test_a_run_judges_its_slots_by_the_limit_and_its_gate_by_the_tolerance(tmp_path: Path) -> None:
    world.took = lambda at: 0.4 if int(at) % 3 == 0 else 0.1
    plan = Plan(1.0, 9.0, objective=ServiceLevelObjective(0.95, quantile=LIMIT.words), limit=LIMIT)
    bound = Threshold(upper=300.0, unit="ms")
    run = play(tmp_path, experiment(method=[], rollbacks=[]), plan, threshold=bound)
    assert run.outcomes().count("deviated") == 3
    told = [m.reason for m in run.facts.measurements if m.outcome == "deviated"]
    assert all("ms is more than p95 <= 300ms allows" in str(reason) for reason in told)
    assert run.facts.threshold == bound
    assert run.facts.objective == ServiceLevelObjective(0.95, quantile="p95 <= 300ms")
    assert run.recorded.head["plan"]["limit"] == {"position": 0, "upper": 300.0, "unit": "ms", "words": "p95 <= 300ms"}
    deviated = next(e for e in run.entries("measurement") if e["outcome"] == "deviated")
    assert state(deviated, [probe()])["steady_state_met"] is False
    assert json.dumps(deviated["value"])


def test_without_a_limit_nothing_stands_between_a_slot_and_its_measurement(tmp_path: Path) -> None:
    run = play(tmp_path, experiment(method=[], rollbacks=[]), Plan(1.0, 2.0))
    assert run.run._phases._measure is run.run._measurer
