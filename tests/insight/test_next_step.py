"""A run without a verdict says one cause and one next step; a broken baseline is said before everything else."""

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


@pytest.mark.parametrize("conditions", ["." * 100, "x" * 100, ".x" * 20])
def test_a_run_with_a_verdict_needs_no_step(conditions: str) -> None:
    assert insight(run_of(conditions)).next_step == ""


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
    assert found.headline.startswith("The baseline was broken already: at most ")
    assert found.baseline_broken


@pytest.mark.parametrize("baseline", ["", "..........", ".........x", "-----"])
def test_a_baseline_that_may_keep_the_promise_is_not_broken(baseline: str) -> None:
    found = insight(run_of("." * 100, baseline=baseline))
    assert not found.baseline_broken
    assert found.headline.startswith("While")


def test_without_an_objective_no_baseline_is_broken() -> None:
    assert not insight(run_of("....", baseline="xxxx", objective=None)).baseline_broken
