"""How often something is expected, and what all of it may cost."""

from fractions import Fraction

from rtk.insight.occurs import MONTH_S, Occurs


def test_all_that_are_expected_spend_their_cost_of_the_budget_of_their_time() -> None:
    assert Occurs(2, 3600.0).spent(Fraction(90), 0.95) == 1
    assert Occurs(0.5, 3600.0).spent(Fraction(90), 0.95) == Fraction(1, 4)


def test_the_arithmetic_is_exact_as_it_is_written() -> None:
    """1 - 0.9 is less than a tenth in floats, and what is just affordable would not be."""
    assert Occurs(1, 100.0).spent(Fraction(10), 0.9) == 1
    assert Occurs(3, MONTH_S, allowance=0.1).most_s(0.999) == Fraction(864, 10)


def test_one_that_costs_the_most_it_may_spends_the_allowance() -> None:
    occurs = Occurs(7, MONTH_S, allowance=0.3)
    assert occurs.spent(occurs.most_s(0.995), 0.995) == Fraction(3, 10)
