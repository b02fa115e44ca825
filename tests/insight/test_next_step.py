"""Every run that is over says one next step; a broken baseline is said before everything else."""

from typing import Any

import pytest

from rtk.insight.facts import ActivitySpan, Gate, PhaseSpan
from rtk.insight.insight import insight
from rtk.insight.stops import StopCause, Stopping
from tests.insight.builder import run_of
from tests.insight.test_effect import gone, shown


def not_begun(**given: Any) -> Any:
    return insight(run_of("", conditions=(), **given))


def test_a_gate_that_was_not_met_says_why_and_what_to_do() -> None:
    found = not_begun(status="failed", gate=Gate(3, "up: no answer within 30 s"))
    assert found.why == "Asked 3 times, the last time: up: no answer within 30 s."
    assert found.next_step.startswith("Bring the service into its steady state, or correct the hypothesis")


@pytest.mark.parametrize("cause", StopCause)
def test_every_cause_of_a_run_that_ended_before_its_conditions_has_a_step(cause: StopCause) -> None:
    found = not_begun(status="interrupted", stop=Stopping(cause, "SIGINT"))
    assert "SIGINT" in found.headline
    assert found.headline.endswith("before its conditions began, so there is nothing to judge.")
    assert found.next_step.endswith(".")


@pytest.mark.parametrize(
    ("condition", "step"),
    [
        (ActivitySpan("burn", 0.0, 1.0, "failed", "it was refused"), 'Play "burn" by itself to see why it fails'),
        (ActivitySpan("burn", 0.0, 1.0, "failed", "no load", unproven=True), 'Check whether "burn" did what it should'),
    ],
)
def test_a_condition_that_was_not_applied_has_its_step(condition: ActivitySpan, step: str) -> None:
    found = insight(run_of("....", conditions=(condition,), status="aborted"))
    assert found.next_step.startswith(step)
    assert found.why == f'The condition "burn" was not applied: {condition.failure}.'


def test_an_effect_that_was_gone_has_its_step() -> None:
    span = (PhaseSpan("conditions", 0.0, 30.0, 30),)
    found = insight(run_of("." * 30, phases=span, effects=(shown(0), gone(2, 1))))
    assert found.next_step.startswith('Make "burn-0" last for the whole phase (30 s), or say in its extension how long')


STOPPED: dict[str, Any] = {"status": "interrupted", "stop": Stopping(StopCause.SIGNAL, "SIGINT")}


@pytest.mark.parametrize(
    ("conditions", "given", "step"),
    [
        ("." * 100, {}, "Nothing in this run has to be fixed. Run it again after each change"),
        ("x" * 100, {}, "Find out what went wrong when measurements deviated, fix it, then run it again."),
        (".x" * 20, {}, "Find out what went wrong when measurements deviated, fix it, then run it again."),
        ("." * 30, {}, "Measure for 59 s: if nothing deviates in that time, 95 % is proven."),
        ("." * 29 + "x", {}, "Measure for longer than 59 s: that is what a run needs in which nothing deviates."),
        ("." * 59 + "-", {}, "Find out why 1 slot was not measured, then run it again."),
        ("." * 58 + "--", {"outage_lasts_s": 0.1}, "Measure for 59 s: if nothing deviates in that time"),
        ("." * 100 + "xxxxxx" + "." * 20, {}, "Measure for longer to find out which it is, or fix what deviated"),
        ("----", {}, "Find out why nothing was measured, then run it again."),
        ("." * 100, STOPPED, "Find out why it was stopped, then run it again to its end: only a whole run can pass."),
        ("." * 100, {"objective": None}, "Say which share of measurements is to be good, so that a run can be judged."),
    ],
)
def test_a_run_that_is_evidence_has_a_step_too(conditions: str, given: dict[str, Any], step: str) -> None:
    found = insight(run_of(conditions, **given))
    assert found.next_step.startswith(step)
    assert found.is_evidence


@pytest.mark.parametrize(
    ("conditions", "given"), [("x" * 30, {}), ("." * 20 + "i" * 10, STOPPED), ("-" * 30, {}), ("." * 15 + "x" * 6, {})]
)
def test_running_a_plan_again_that_cannot_pass_says_what_can(conditions: str, given: dict[str, Any]) -> None:
    step = insight(run_of(conditions, **given)).next_step
    assert "run it again" in step
    planned = f"The planned {len(conditions)} s cannot pass: "
    assert step.endswith(f"{planned}that takes 59 s without a deviation, for outages of 1 s.")


@pytest.mark.parametrize("conditions", ["." * 100, "x" * 100, "." * 30, "." * 59 + "-"])
def test_of_a_plan_that_can_pass_or_is_told_to_last_longer_it_is_not_said(conditions: str) -> None:
    assert "cannot pass" not in insight(run_of(conditions)).next_step


@pytest.mark.parametrize("conditions", ["." * 100, "x" * 100, "." * 30])
def test_what_was_left_behind_comes_before_every_other_step(conditions: str) -> None:
    left = (ActivitySpan("cancel", 100.0, 101.0, "failed", "no such command"),)
    found = insight(run_of(conditions, rollbacks=left))
    assert found.next_step.startswith("First undo what the run left behind. ")


def test_a_run_that_goes_on_has_no_step() -> None:
    assert insight(run_of("....", status="running")).next_step == ""


@pytest.mark.parametrize(
    ("marks", "given"),
    [
        ("....", {"baseline": "x" * 30}),
        ("....", {"conditions": (ActivitySpan("burn", 0.0, 1.0, "failed", "no"),)}),
        ("", {"status": "failed", "conditions": ()}),
        ("", {"status": "interrupted", "conditions": ()}),
    ],
)
def test_a_run_that_was_not_begun_or_is_invalid_is_no_evidence(marks: str, given: dict[str, Any]) -> None:
    assert not insight(run_of(marks, **given)).is_evidence


@pytest.mark.parametrize("conditions", ["." * 100, "x" * 100, "." * 30, "----", ".x" * 20])
def test_no_sentence_of_an_insight_names_an_option(conditions: str) -> None:
    for given in ({}, {"baseline": "x" * 30}, {"objective": None}, {"outage_lasts_s": None}, STOPPED):
        found = insight(run_of(conditions, **given))
        told = (found.headline, found.why, found.next_step, *found.limits)
        assert not [each for each in told if " --" in each], told


@pytest.mark.parametrize(
    "given",
    [
        {"conditions": "." * 100},
        {"conditions": "x" * 100},
        {"conditions": "", "given": {"conditions": (), "status": "interrupted"}},
        {"conditions": "....", "given": {"conditions": (ActivitySpan("burn", 0.0, 1.0, "failed", "no"),)}},
    ],
)
def test_a_broken_baseline_is_said_before_everything_else(given: dict[str, Any]) -> None:
    found = insight(run_of(given["conditions"], baseline="xxxxxxxx..", **given.get("given", {})))
    assert found.headline.startswith("The service missed its target before any condition: ")
    assert found.baseline_broken


@pytest.mark.parametrize("baseline", ["", "..........", ".........x", "-----"])
def test_a_baseline_that_may_keep_the_promise_is_not_broken(baseline: str) -> None:
    found = insight(run_of("." * 100, baseline=baseline))
    assert not found.baseline_broken
    assert found.headline.startswith("While")


def test_without_an_objective_no_baseline_is_broken() -> None:
    assert not insight(run_of("....", baseline="xxxx", objective=None)).baseline_broken
