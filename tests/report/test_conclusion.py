from typing import Any

import pytest

from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.quantity import seconds
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.outage_length import Learned
from rtk.report.conclusion import Doubt, conclusion_of

PROBE = {"name": "up", "provider": {"type": "http", "url": "http://shop.example"}, "tolerance": 200}


def document(**probe: Any) -> dict[str, Any]:
    return {"steady-state-hypothesis": {"title": "up", "probes": [{**PROBE, **probe}]}}


def told(every: float, lasting: float, target: float = 0.95, **more: Any) -> str:
    return conclusion_of(
        Plan(every, lasting, objective=ServiceLevelObjective(target, 86400), **more), document()
    ).sentence()


def test_a_plan_with_too_few_measurements_says_how_many_it_needs_and_how_to_have_them() -> None:
    assert told(10, 300) == (
        "✗ This plan cannot prove 95 %: it has 30 measurements under the conditions and needs at least 168 clean "
        "ones, for outages of 30 s on average; --for 28m would do."
    )


def test_the_time_that_is_named_is_enough() -> None:
    for every, lasting in [(10, 300), (0.25, 3), (1, 40), (7, 61), (0.3, 1.7)]:
        text = told(every, lasting)
        assert "✗" in text
        assert "✓" in told(every, seconds(text.partition("--for ")[2].split(" ")[0]))


def test_measuring_more_often_buys_no_evidence() -> None:
    assert "✗" in told(0.1, 300)
    assert "--every" not in told(0.1, 300)


def test_a_declared_outage_is_what_counts() -> None:
    assert "✓" in told(1, 59, outage_lasts_s=1)
    assert "for outages of 50 s on average" in told(1, 59, outage_lasts_s=50)


def test_a_plan_that_an_outage_outlasts_proves_nothing_and_can_fail() -> None:
    assert told(1, 59, outage_lasts_s=120) == (
        "✗ This plan cannot prove anything; it can fail: an outage lasts 2 min on average, longer than its 59 s; "
        "--for 1h51m53s could prove 95 %."
    )


def test_a_plan_of_one_measurement_cannot_even_fail() -> None:
    assert told(60, 60).startswith("✗ This plan cannot prove anything; it cannot fail either: an outage lasts 3 min ")


def test_a_low_target_is_proven_also_where_an_outage_would_outlast_the_plan() -> None:
    assert told(10, 60, 0.1, outage_lasts_s=600).startswith("✓ This plan can prove 10 %")


def test_what_was_learned_counts_where_it_is_longer() -> None:
    learned = Learned(41.238, 12, 5)
    assert "for outages of 41.2 s on average" in told(1, 59, outage_learned=learned)
    assert "for outages of 41.2 s on average" in told(1, 59, outage_lasts_s=30, outage_learned=learned)
    assert "for outages of 50 s on average" in told(1, 59, outage_lasts_s=50, outage_learned=learned)


def test_what_no_option_can_give_is_not_named() -> None:
    assert (
        "it has no measurement and needs at least 168 clean ones, for outages of 30 s on average; --for 28m would do"
        in told(10, 0)
    )
    assert "would do" not in told(0.001, 0.001, 0.9999999999)


def test_a_plan_that_can_prove_its_target_says_how_likely_it_does() -> None:
    text = told(10, 1800)
    assert text.startswith("✓ This plan can prove 95 %: a service that is 99 % good passes it 54 % of the time; --for ")
    assert text.endswith(" makes it 90 %.")
    often = told(10, 20_000)
    assert often == "✓ This plan can prove 95 %: a service that is 99 % good passes it 98 % of the time."


def test_a_plan_that_is_stopped_before_its_time_proves_nothing() -> None:
    text = told(1, 100, warm_up_s=10, outage_lasts_s=1, stop_when=StopWhen(max_duration_s=60))
    assert text.startswith(
        "✗ This plan cannot prove 95 %: it stops after 1 min, before its conditions are over (110 s)"
    )
    assert told(1, 100, warm_up_s=10, outage_lasts_s=1, stop_when=StopWhen(max_duration_s=110)).startswith("✓")


@pytest.mark.parametrize("tolerance", [True, {"type": "range", "range": [200, 299]}, []])
def test_a_probe_that_can_never_be_met_proves_nothing(tolerance: Any) -> None:
    plan = Plan(1, 100, objective=ServiceLevelObjective(0.95))
    found = conclusion_of(plan, document(tolerance=tolerance))
    assert found.doubt == Doubt.NEVER_MET
    assert found.sentence() == '✗ This plan cannot prove 95 %: its probe "up" can never be met.'


def test_without_an_objective_nothing_is_judged() -> None:
    found = conclusion_of(Plan(1, 100), document())
    assert found.doubt == Doubt.NO_OBJECTIVE
    assert found.sentence().startswith("· This plan judges nothing: it has no objective; give one with --target 95% ")
