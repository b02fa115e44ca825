from typing import Any

import pytest

from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.quantity import seconds
from rtk.insight.facts import Objective
from rtk.report.conclusion import Doubt, conclusion_of

PROBE = {"name": "up", "provider": {"type": "http", "url": "http://shop.example"}, "tolerance": 200}


def document(**probe: Any) -> dict[str, Any]:
    return {"steady-state-hypothesis": {"title": "up", "probes": [{**PROBE, **probe}]}}


def told(every: float, lasting: float, target: float = 0.95, **more: Any) -> str:
    return conclusion_of(Plan(every, lasting, objective=Objective(target, 86400), **more), document()).sentence()


def test_a_plan_with_too_few_measurements_says_how_many_it_needs_and_how_to_have_them() -> None:
    assert told(10, 300) == (
        "✗ This plan cannot prove 95 %: it has 30 measurements under the conditions and needs at least 59 clean "
        "ones; --for 9m50s or --every 5s would do."
    )


def test_both_options_that_are_named_are_enough() -> None:
    for every, lasting in [(10, 300), (0.25, 3), (1, 40), (7, 61), (0.3, 1.7)]:
        text = told(every, lasting)
        assert "✗" in text
        for_, every_ = text.partition("--for ")[2].split(" ")[0], text.partition("--every ")[2].split(" ")[0]
        assert "✓" in told(every, seconds(for_))
        assert "✓" in told(seconds(every_), lasting)


def test_what_no_option_can_give_is_not_named() -> None:
    assert "it has no measurement and needs at least 59 clean ones; --for 9m50s would do" in told(10, 0)
    assert "would do" not in told(0.001, 0.001, 0.9999999999)


def test_a_plan_that_can_prove_its_target_says_how_likely_it_does() -> None:
    assert told(10, 600).startswith("✓ This plan can prove 95 %: a service that is 99 % good passes it ")
    assert told(10, 600).endswith(" % of the time; --for 25m30s makes it 90 %.")
    assert told(1, 153) == "✓ This plan can prove 95 %: a service that is 99 % good passes it 93 % of the time."


def test_a_plan_that_is_stopped_before_its_time_proves_nothing() -> None:
    text = told(1, 100, warm_up_s=10, stop_when=StopWhen(max_duration_s=60))
    assert text.startswith(
        "✗ This plan cannot prove 95 %: it stops after 1 min, before its conditions are over (110 s)"
    )
    assert told(1, 100, warm_up_s=10, stop_when=StopWhen(max_duration_s=110)).startswith("✓")


@pytest.mark.parametrize("tolerance", [True, {"type": "range", "range": [200, 299]}, []])
def test_a_probe_that_can_never_be_met_proves_nothing(tolerance: Any) -> None:
    plan = Plan(1, 100, objective=Objective(0.95))
    found = conclusion_of(plan, document(tolerance=tolerance))
    assert found.doubt == Doubt.NEVER_MET
    assert found.sentence() == '✗ This plan cannot prove 95 %: its probe "up" can never be met.'


def test_without_an_objective_nothing_is_judged() -> None:
    found = conclusion_of(Plan(1, 100), document())
    assert found.doubt == Doubt.NO_OBJECTIVE
    assert found.sentence().startswith("· This plan judges nothing: it has no objective; give one with --target 95% ")
