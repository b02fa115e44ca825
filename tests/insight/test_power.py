"""What a plan can prove, before it runs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rtk.errors import BadInput
from rtk.insight.bounds import proven_at_least
from rtk.insight.power import allowed_deviations, default_quality, enough_slots, power, prospects


def test_the_tutorials_plan_is_told_in_the_designs_figures() -> None:
    told = " ".join(prospects(0.95, 30).sentences())
    assert "30 clean measurements prove 90.5 %; 59 would prove 95 %." in told
    assert "A service that is 99 % good passes 59 slots 55 % of the time; 153 slots make it 90 %" in told


def test_a_plan_that_can_pass_is_told_its_own_power() -> None:
    told = " ".join(prospects(0.95, 59).sentences())
    assert "59 clean measurements prove 95.0 % at best." in told
    assert "A service that is 99 % good passes this plan 55 % of the time; 153 slots make it 90 %" in told


def test_a_plan_with_enough_power_is_not_told_to_grow() -> None:
    told = " ".join(prospects(0.95, 153).sentences())
    assert "passes this plan 93 % of the time, if" in told
    assert "make it" not in told


def test_power_is_never_told_as_certainty() -> None:
    assert "more than 99 % of the time" in " ".join(prospects(0.95, 5000).sentences())
    assert "less than 1 % of the time" in " ".join(prospects(0.95, 5000, quality=0.9).sentences())


def test_a_plan_without_slots_proves_nothing() -> None:
    found = prospects(0.95, 0)
    assert found.provable is None
    assert found.power == 0.0
    assert found.sentences()[0] == "No measurement is planned in the conditions; 59 clean ones would prove 95 %."


def test_one_slot_is_one_measurement() -> None:
    assert prospects(0.95, 1).sentences()[0] == "1 clean measurement proves 5.0 %; 59 would prove 95 %."


def test_the_planner_says_that_other_days_need_longer_measuring() -> None:
    assert "only measuring for longer covers other days" in prospects(0.95, 30).sentences()[-1]


def test_the_worst_cost_counts_the_slots_of_every_phase() -> None:
    found = prospects(0.95, 30, frequency_s=10.0, window_s=86400.0, all_slots=36)
    assert (found.worst_deviating_s, found.worst_spent) == (360.0, 360 / 4320)
    assert any("(6 min), it spends 8.3 % of the budget" in sentence for sentence in found.sentences())


def test_without_a_window_no_share_of_a_budget_is_told() -> None:
    found = prospects(0.95, 30, frequency_s=10.0)
    assert (found.worst_deviating_s, found.worst_spent) == (300.0, None)
    assert not any("budget" in sentence for sentence in found.sentences())


@pytest.mark.parametrize(
    ("target", "slots", "allowed"),
    [(0.95, 58, None), (0.95, 59, 0), (0.95, 92, 0), (0.95, 93, 1), (0.95, 153, 3)],
)
def test_so_many_deviations_are_allowed(target: float, slots: int, allowed: int | None) -> None:
    assert allowed_deviations(target, slots) == allowed


@given(st.floats(0.3, 0.99), st.integers(1, 600))
def test_one_deviation_more_than_allowed_no_longer_proves_the_target(target: float, slots: int) -> None:
    allowed = allowed_deviations(target, slots)
    lowest = [
        proven_at_least(slots - k, slots) or 0.0 for k in ((allowed or 0), (-1 if allowed is None else allowed) + 1)
    ]
    assert allowed is None or lowest[0] >= target
    assert lowest[1] < target


@pytest.mark.parametrize(("slots", "quality"), [(59, 0.99), (153, 0.99), (300, 0.97), (92, 0.999)])
def test_power_is_the_binomial_chance_of_no_more_than_the_allowed_deviations(slots: int, quality: float) -> None:
    allowed = allowed_deviations(0.95, slots)
    expected = float(stats.binom.cdf(allowed, slots, 1 - quality))
    assert power(0.95, slots, quality) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)
@given(st.sampled_from([0.5, 0.8, 0.9, 0.95]), st.floats(0.3, 0.9))
def test_no_smaller_plan_has_enough_power(target: float, nearer: float) -> None:
    quality = target + (1 - target) * nearer
    enough = enough_slots(target, quality)
    assert enough is not None
    assert power(target, enough, quality) >= 0.9
    assert all(power(target, slots, quality) < 0.9 for slots in range(max(1, enough - 60), enough))


@pytest.mark.parametrize("quality", [0.95, 0.9, 0.0])
def test_no_plan_is_long_enough_for_a_service_no_better_than_its_target(quality: float) -> None:
    found = prospects(0.95, 100, quality=quality)
    assert found.enough is None
    assert "no plan of a sensible length" in " ".join(found.sentences())


@pytest.mark.parametrize(("target", "quality"), [(0.95, 0.99), (0.9, 0.98), (0.999, 0.9998)])
def test_by_default_a_service_deviates_a_fifth_as_often_as_it_may(target: float, quality: float) -> None:
    assert default_quality(target) == quality


def test_a_target_that_is_no_share_is_refused() -> None:
    with pytest.raises(BadInput, match="above 0 and below 1"):
        prospects(1.5, 30)
