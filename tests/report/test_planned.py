from typing import Any

from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import ServiceLevelObjective
from rtk.report.planned import planned
from tests.report.samples import HOSTILE

PROBE: dict[str, Any] = {
    "type": "probe",
    "name": "http-response-time",
    "provider": {"type": "python", "module": "chaoscloud.probes.http", "func": "time_http_call"},
    "tolerance": {
        "type": "probe",
        "name": "under",
        "provider": {"type": "python", "func": "response_time_under", "arguments": {"duration": 6000}},
    },
}
ACTION: dict[str, Any] = {
    "type": "action",
    "name": "inject-cpu",
    "provider": {"type": "process", "path": "aws", "arguments": "--password hunter2"},
}
DOCUMENT = {
    "title": "A quick response",
    "steady-state-hypothesis": {"title": "quick", "probes": [PROBE]},
    "method": [ACTION, {"type": "probe", "name": "look"}],
    "rollbacks": [{**ACTION, "name": "stop-cpu"}],
}
PLAN = Plan(10, 300, objective=ServiceLevelObjective(0.95, 86400))


def text(plan: Plan = PLAN, **changes: object) -> str:
    return "\n".join(planned(plan, {**DOCUMENT, **changes}))


def test_the_tutorial_is_told_as_it_will_run() -> None:
    told = text()
    assert "30 slots: every 10 s for 5 min" in told
    assert "Measured: http-response-time, met when the response takes at most 6,000 ms" in told
    assert "Condition: inject-cpu (process aws)" in told
    assert "Undo: stop-cpu (process aws)" in told
    assert "30 clean measurements prove 78.6 %; 168 (28 min) would prove 95 %." in told
    assert "slots (3 h 56 min) make it 90 %" in told
    assert "11.5 % of the budget" in told, "all slots, and three tries of the rollback to its limit"


def test_a_probe_of_the_method_is_no_condition() -> None:
    assert "look" not in text()


def test_phases_with_slots_are_listed_and_a_missing_baseline_is_said() -> None:
    assert "No baseline" in text()
    told = text(Plan(10, 300, warm_up_s=60, cool_down_s=30))
    assert "Baseline, 6 slots: every 10 s for 1 min" in told
    assert "Recovery, 3 slots: every 10 s for 30 s" in told
    assert "No baseline" not in told
    assert "No baseline" not in text(method=[])


def test_without_an_objective_it_says_how_to_give_one() -> None:
    assert "--target 95% --window 1d" in text(Plan(10, 300))


def test_that_there_are_no_rollbacks_is_told_where_there_is_an_action() -> None:
    assert "No rollbacks." in text(rollbacks=[])
    assert "No rollbacks." not in text(rollbacks=[], method=[])
    assert "No condition" in text(method=[])


def test_the_plan_begins_with_what_comes_of_it() -> None:
    assert planned(PLAN, DOCUMENT)[0].startswith("✗ This plan cannot prove 95 %: it has 30 measurements")
    assert planned(PLAN, DOCUMENT)[1] == "A quick response"


def test_time_limits_are_told() -> None:
    told = text()
    assert "met when the response takes at most 6,000 ms; time limit 30 s" in told
    assert "Condition: inject-cpu (process aws); no time limit" in told
    assert "Undo: stop-cpu (process aws); up to 3 tries of 1 min each" in told
    limited = {**ACTION, "provider": {**ACTION["provider"], "timeout": 5}}
    told = text(method=[limited], rollbacks=[{**limited, "extensions": [{"name": "rtk", "tries": 1}]}])
    assert "Condition: inject-cpu (process aws); time limit 5 s" in told
    assert "Undo: inject-cpu (process aws); time limit 5 s" in told
    filled_in = {**PROBE, "provider": {**PROBE["provider"], "arguments": {"timeout": "${limit}"}}}
    document = {**DOCUMENT, "steady-state-hypothesis": {"probes": [filled_in]}}
    assert "time limit ${limit} s" in "\n".join(planned(PLAN, document))


def test_probes_of_effect_and_restored_are_told() -> None:
    seen = {"name": "is-hot", "provider": {"type": "process", "path": "hot"}, "tolerance": 0}
    claims = {"name": "rtk", "effect": {"probes": [seen], "within": 5}, "restored": {"probes": [seen]}, "lasts": 60}
    told = text(method=[{**ACTION, "background": True, "extensions": [claims]}])
    assert "Condition: inject-cpu (process aws), in the background, lasts 1 min; no time limit" in told
    assert "Effect of inject-cpu: is-hot, met when it exits with 0; awaited for 5 s" in told
    assert "Restored after inject-cpu: is-hot, met when it exits with 0; awaited for 30 s" in told


def test_arguments_stay_out_because_they_may_hold_secrets() -> None:
    assert "hunter2" not in text()


def test_stopping_early_is_announced() -> None:
    told = text(Plan(10, 300, stop_when=StopWhen(3, 0.5, 600)))
    assert "3 deviated measurements in a row" in told
    assert "50 % of the budget" in told
    assert "after 10 min" in told


def test_what_may_end_a_run_before_its_time_is_told_in_slots() -> None:
    plan = Plan(
        10, 600, 60, objective=ServiceLevelObjective(0.95), stop_when=StopWhen(decided=True), require_baseline=True
    )
    told = text(plan)
    assert "May stop early: it fails whatever comes once 7 of its 60 slots have deviated" in told
    assert (
        "Applies no condition where the baseline is broken already: that is once 2 of its 6 slots have deviated" in told
    )
    assert "that is never, for 1 slot are too few" in text(
        Plan(60, 600, 60, objective=ServiceLevelObjective(0.95), require_baseline=True)
    )


def test_a_probe_that_refers_to_another_is_told_as_that_one() -> None:
    status = {"name": "up", "provider": {"type": "http", "url": "http://shop.example"}}
    hypothesis = {"title": "quick", "probes": [{"ref": "up", "tolerance": 200}]}
    document = {**DOCUMENT, "method": [{**status, "type": "probe"}], "steady-state-hypothesis": hypothesis}
    told = "\n".join(planned(PLAN, document))
    assert "Measured: up, met when the status is 200" in told


def test_names_with_markup_and_line_breaks_stay_on_their_line() -> None:
    lines = planned(PLAN, {**DOCUMENT, "title": HOSTILE, "method": [{**ACTION, "name": HOSTILE}]})
    assert all("\n" not in line and "\x1b" not in line and len(line) < 1000 for line in lines)
