"""The bound of Fay and Feuer: exact where all weights are alike, and against their own formula."""

import pytest

from rtk.insight.weighted_events import Weights
from tests.insight import scipy_stats as stats


@pytest.mark.parametrize("events", [0, 1, 5, 40])
def test_of_equal_weights_it_is_the_exact_bound_of_a_poisson_count(events: int) -> None:
    exact = float(stats.chi2.ppf(0.98, 2 * events + 2)) / 2
    assert Weights(0.1 * events, 0.01 * events, 0.1).at_most(0.02) == pytest.approx(0.1 * exact)


def test_it_is_the_upper_limit_of_their_formula() -> None:
    weights = [0.02, 0.02, 0.3, 0.001]
    y, v, most = sum(weights), sum(w * w for w in weights), max(weights)
    limit = (v + most**2) / (2 * (y + most)) * float(stats.chi2.ppf(0.98, 2 * (y + most) ** 2 / (v + most**2)))
    assert Weights(y, v, most).at_most(0.02) == pytest.approx(limit)


def test_where_nothing_can_happen_the_bound_is_nothing() -> None:
    nothing = Weights(0.0, 0.0, 0.0)
    assert nothing.at_most(0.02) == 0.0
    assert nothing.stays_below(0.0, 0.02)


@pytest.mark.parametrize("risk", [0.01, 0.05, 0.3])
def test_it_stays_below_what_its_bound_is(risk: float) -> None:
    weights = Weights(9.0, 40.0, 5.0)
    bound = weights.at_most(risk)
    assert weights.stays_below(bound * 1.000001, risk)
    assert not weights.stays_below(bound * 0.999999, risk)
