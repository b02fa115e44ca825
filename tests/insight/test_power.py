"""What a plan can prove, before it runs."""

import pytest

from rtk.errors import BadInput
from rtk.insight.outage_length import Learned, OutageLength, OutageSource
from rtk.insight.power import default_quality, enough_slots, power, prospects


def test_the_tutorials_plan_is_told_in_its_own_figures() -> None:
    told = " ".join(prospects(0.95, 30, 10.0).sentences())
    assert "30 clean measurements prove 78.6 %; 168 (28 min) would prove 95 %." in told
    assert "A service that is 99 % good passes 168 slots 56 % of the time;" in told
    assert "Nobody said how long an outage lasts, so 30 s on average is assumed;" in told


def test_a_plan_that_can_pass_is_told_its_own_power() -> None:
    told = " ".join(prospects(0.95, 180, 5.0).sentences())
    assert "180 clean measurements prove 95.3 % at best." in told
    assert "A service that is 99 % good passes this plan 54 % of the time;" in told


def test_a_plan_with_enough_power_is_not_told_to_grow() -> None:
    told = " ".join(prospects(0.95, 2_000, 5.0).sentences())
    assert "passes this plan 98 % of the time." in told
    assert "make it" not in told


def test_a_shorter_outage_is_cheaper_to_rule_out_and_is_told_as_declared() -> None:
    found = prospects(0.95, 59, 1.0, outage_lasts_s=1.0)
    assert (found.needed, found.outage) == (59, OutageLength(1.0, OutageSource.DECLARED))
    assert "Outages are taken to last 1 s on average, as declared." in found.sentences()
    short = prospects(0.95, 59, 1.0, outage_lasts_s=0.2)
    assert short.needed == 59
    assert "a shorter outage than a slot counts as one slot" in " ".join(short.sentences())


def test_a_plan_that_an_outage_outlasts_is_told_as_one_that_can_only_fail() -> None:
    found = prospects(0.95, 30, 10.0, outage_lasts_s=600.0)
    assert (found.outlasted, found.can_fail) == (True, True)
    assert "That is longer than this plan, which cannot prove anything; it can fail." in found.sentences()
    single = prospects(0.95, 1, 10.0)
    assert "That is longer than this plan, which cannot prove anything; it cannot fail either." in single.sentences()


@pytest.mark.parametrize(("slots", "lasts"), [(30, 30.0), (30, 300.0), (0, 600.0), (168, 30.0)])
def test_no_other_plan_is_told_so(slots: int, lasts: float) -> None:
    assert not prospects(0.95, slots, 10.0, outage_lasts_s=lasts).outlasted


def test_power_is_never_told_as_certainty() -> None:
    assert "more than 99 % of the time" in " ".join(prospects(0.95, 5000, 5.0).sentences())
    assert "less than 1 % of the time" in " ".join(prospects(0.95, 5000, 5.0, quality=0.9).sentences())


def test_a_plan_without_slots_proves_nothing() -> None:
    found = prospects(0.95, 0, 10.0)
    assert found.provable is None
    assert found.power == 0.0
    assert found.sentences()[0] == "No measurement is planned in the conditions; 168 clean ones would prove 95 %."


@pytest.mark.parametrize(("target", "slots"), [(0.05, 1), (0.05, 2), (0.95, 168)])
def test_a_plan_that_can_pass_proves_its_target_at_best(target: float, slots: int) -> None:
    assert prospects(target, slots, 5.0).provable == pytest.approx(target, abs=0.2)
    assert (prospects(target, slots, 5.0).provable or 0.0) >= target


def test_one_slot_is_one_measurement() -> None:
    found = prospects(0.95, 1, 10.0, outage_lasts_s=10.0).sentences()
    assert found[0] == "1 clean measurement proves 5.0 %; 59 (9 min 50 s) would prove 95 %."


def test_what_was_learned_is_planned_with_and_said() -> None:
    found = prospects(0.95, 180, 5.0, outage_lasts_s=20.0, learned=Learned(40.0, 12, 5))
    assert (found.outage.source, found.needed) == (
        OutageSource.LEARNED,
        prospects(0.95, 1, 5.0, outage_lasts_s=40).needed,
    )
    assert found.lasting() == (
        "Outages are taken to last 40 s on average, as learned from 12 outages in 5 earlier runs for the objective; "
        "the 20 s that was declared is shorter and does not count."
    )


def test_the_planner_says_that_other_days_need_longer_measuring() -> None:
    assert "only measuring for longer covers other days" in prospects(0.95, 30, 10.0).sentences()[-1]


def test_the_worst_cost_counts_the_slots_of_every_phase() -> None:
    found = prospects(0.95, 30, 10.0, window_s=86400.0, all_slots=36)
    assert (found.worst_deviating_s, found.worst_spent) == (360.0, 360 / 4320)
    assert any("(6 min), it spends 8.3 % of the budget" in sentence for sentence in found.sentences())


def test_without_a_window_no_share_of_a_budget_is_told() -> None:
    found = prospects(0.95, 30, 10.0)
    assert (found.worst_deviating_s, found.worst_spent) == (300.0, None)
    assert not any("budget" in sentence for sentence in found.sentences())


@pytest.mark.parametrize(("target", "length"), [(0.9, 1.0), (0.95, 3.0), (0.99, 3.0), (0.8, 10.0)])
def test_enough_is_enough_and_not_much_more(target: float, length: float) -> None:
    quality = default_quality(target)
    enough = enough_slots(target, quality, length)
    assert enough is not None
    assert power(target, enough, quality, length) >= 0.9
    assert power(target, round(enough * 0.8), quality, length) < 0.9


@pytest.mark.parametrize("quality", [0.95, 0.9, 0.5])
def test_no_plan_is_long_enough_for_a_service_no_better_than_its_target(quality: float) -> None:
    found = prospects(0.95, 100, 10.0, quality=quality)
    assert found.enough is None
    assert "no plan of a sensible length" in " ".join(found.sentences())


@pytest.mark.parametrize(("target", "quality"), [(0.95, 0.99), (0.9, 0.98), (0.999, 0.9998)])
def test_by_default_a_service_deviates_a_fifth_as_often_as_it_may(target: float, quality: float) -> None:
    assert default_quality(target) == quality


def test_a_target_that_is_no_share_is_refused() -> None:
    with pytest.raises(BadInput, match="above 0 and below 1"):
        prospects(1.5, 30, 10.0)
