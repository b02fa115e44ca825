"""The budget in exact fractions."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.insight.budget import Spending, allowed_share, balance_of, budget_of

BASE = Spending(
    target=0.9, window_s=3600.0, frequency_s=0.25, duration_s=10.4, met=38, deviated=2, deviating_s=Fraction(1, 2)
)


def spending(**changed: Any) -> Spending:
    return replace(BASE, **changed)


def test_a_float_below_a_tenth_costs_no_affordable_run() -> None:
    assert int((1 - 0.9) * 3600 // (2 * 0.25)) == 719
    assert budget_of(spending()).affordable == 720


def test_deviations_of_every_phase_spend_the_budget_but_only_those_of_the_conditions_burn() -> None:
    budget = budget_of(spending(deviating_s=Fraction(2)))
    assert budget.deviating_s == 2.0
    assert budget.spent == 2 / 360
    assert budget.burn_rate == 0.5


def test_a_budget_that_is_not_burnt_is_never_exhausted() -> None:
    budget = budget_of(spending(deviated=0, deviating_s=Fraction()))
    assert budget.burn_rate == 0.0
    assert budget.exhausted_after_s is budget.affordable is None


def test_a_run_dearer_than_the_budget_is_not_affordable_once() -> None:
    assert budget_of(spending(deviating_s=Fraction(1250))).affordable == 0


def test_without_a_window_only_time_and_burn_rate_are_told() -> None:
    budget = budget_of(spending(window_s=None))
    assert budget.budget_s is budget.spent is budget.exhausted_after_s is budget.affordable is None
    assert (budget.deviating_s, budget.burn_rate) == (0.5, 0.5)


def test_a_run_without_length_has_no_impact() -> None:
    assert budget_of(spending(duration_s=0.0)).observed_impact is None


def test_what_may_deviate_is_exact() -> None:
    assert allowed_share(0.9) == Fraction(1, 10)
    assert allowed_share(None) is None


@given(st.integers(1, 999), st.integers(1, 10_000), st.integers(1, 500))
def test_as_many_runs_as_are_affordable_fit_and_one_more_does_not(mille: int, window: int, bad: int) -> None:
    given = spending(target=mille / 1000, window_s=float(window), deviating_s=bad * Fraction(1, 10), frequency_s=0.1)
    affordable = budget_of(given).affordable
    assert affordable is not None
    cost, whole = Fraction(bad, 10), Fraction(1000 - mille, 1000) * window
    assert affordable * cost <= whole < (affordable + 1) * cost


def test_the_balance_of_a_window_adds_up_what_its_runs_spent() -> None:
    balance = balance_of(0.95, 86_400.0, [40.0, 20.5, 0.0])
    assert (balance.budget_s, balance.deviating_s) == (4320.0, 60.5)
    assert (balance.left_s, balance.over_s) == (4259.5, 0.0)
    assert balance.spent == 60.5 / 4320


def test_a_balance_adds_tenths_exactly_and_tells_what_is_beyond_the_budget() -> None:
    balance = balance_of(0.9, 3.0, [0.1, 0.2])
    assert (balance.budget_s, balance.spent, balance.left_s, balance.over_s) == (0.3, 1.0, 0.0, 0.0)
    over = balance_of(0.9, 3.0, [0.1, 0.2, 0.3])
    assert (over.spent, over.left_s, over.over_s) == (2.0, 0.0, 0.3)


def test_a_balance_without_a_window_is_only_deviating_time() -> None:
    balance = balance_of(0.95, None, [40.0])
    assert balance.deviating_s == 40.0
    assert balance.budget_s is balance.spent is balance.left_s is balance.over_s is None
