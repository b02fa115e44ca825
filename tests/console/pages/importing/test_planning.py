"""What a plan can prove, said while one types: always, and quickly."""

import time
from itertools import product

import pytest

from rtk.console.pages.importing.planning import planned
from rtk.insight.power import prospects

PLAN = {"frequency": 10.0, "duration": 300.0, "warm_up": 60.0, "cool_down": 60.0, "target": 0.95, "window": 86_400.0}


def test_it_says_what_the_insight_says() -> None:
    told = planned(PLAN)
    assert told is not None
    assert told.sentences == prospects(0.95, 30, 10.0, window_s=86_400.0, all_slots=42).sentences()
    assert told.tone == "bad"  # 30 clean measurements prove no 95 %
    assert told.advice == ()


@pytest.mark.parametrize(("minutes", "tone"), [(5, "bad"), (30, "warn"), (400, "good")])
def test_longer_plans_prove_more(minutes: float, tone: str) -> None:
    told = planned({**PLAN, "duration": minutes * 60, "window": 30 * 86_400.0})
    assert told is not None
    assert told.tone == tone


def test_without_a_baseline_no_cause_can_be_shown() -> None:
    told = planned({**PLAN, "warm_up": None, "cool_down": 0.0})
    assert told is not None
    assert [sentence.split()[1] for sentence in told.advice] == ["a", "a"]
    assert "no cause can be shown" in told.advice[0]


def test_without_a_target_nothing_is_judged() -> None:
    told = planned({**PLAN, "target": None})
    assert told is not None
    (sentence,) = told.sentences
    assert sentence.startswith("Without an objective nothing is judged")


@pytest.mark.parametrize("missing", ["frequency", "duration"])
def test_it_waits_for_frequency_and_duration(missing: str) -> None:
    assert planned({**PLAN, missing: None}) is None


def test_too_many_slots_are_not_told_of() -> None:
    assert planned({**PLAN, "frequency": 0.001, "duration": 86_400.0}) is None


def test_the_most_extreme_plan_is_told_within_a_second() -> None:
    targets, frequencies, durations = (0.0000001, 0.5, 0.99999, 0.9999999999), (0.27, 86_400.0), (0.0, 2_592_000.0)
    for target, every, lasting in product(targets, frequencies, durations):
        began = time.process_time()
        assert planned({**PLAN, "target": target, "frequency": every, "duration": lasting}) is not None
        assert time.process_time() - began < 1, (target, every, lasting)
