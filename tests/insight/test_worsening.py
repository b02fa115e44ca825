"""Whether the service got worse: shares count before values, and a threshold says which values are the good ones."""

import pytest
from msgspec.structs import replace

from rtk.insight.facts import Threshold
from rtk.insight.shape import Comparison
from rtk.insight.worsening import Worsening, p_of, worsening_of

MORE_DEVIATED = Comparison(
    phase="conditions",
    fisher_p=0.001,
    share_difference=0.4,
    mann_whitney_p=0.3,
    median_difference=10.0,
    superiority=0.6,
    real=True,
    sentence="",
)
HIGHER = replace(MORE_DEVIATED, fisher_p=1.0, share_difference=0.0, mann_whitney_p=0.001)
LOWER = replace(HIGHER, median_difference=-10.0, superiority=0.2)
AT_MOST, AT_LEAST, BETWEEN = Threshold(upper=300.0), Threshold(lower=10.0), Threshold(lower=10.0, upper=300.0)


@pytest.mark.parametrize(
    ("found", "threshold", "worsening"),
    [
        (MORE_DEVIATED, AT_MOST, Worsening.WORSE),
        (replace(MORE_DEVIATED, share_difference=-0.4), AT_MOST, Worsening.BETTER),
        (HIGHER, AT_MOST, Worsening.WORSE),
        (LOWER, AT_MOST, Worsening.BETTER),
        (HIGHER, AT_LEAST, Worsening.BETTER),
        (LOWER, AT_LEAST, Worsening.WORSE),
        (HIGHER, BETWEEN, Worsening.OTHER),
        (HIGHER, Threshold(), Worsening.OTHER),
        (replace(MORE_DEVIATED, real=False), AT_MOST, Worsening.NOT_SHOWN),
        (replace(MORE_DEVIATED, real=None), AT_MOST, Worsening.NOT_JUDGED),
    ],
)
def test_what_a_comparison_comes_down_to(found: Comparison, threshold: Threshold, worsening: Worsening) -> None:
    assert worsening_of(found, threshold) is worsening


def test_more_deviations_are_worse_though_values_became_better() -> None:
    assert worsening_of(replace(MORE_DEVIATED, mann_whitney_p=0.001, superiority=0.1), AT_MOST) is Worsening.WORSE


def test_the_p_value_is_that_of_the_test_that_decides() -> None:
    assert p_of(MORE_DEVIATED) == MORE_DEVIATED.fisher_p
    assert p_of(HIGHER) == HIGHER.mann_whitney_p


def test_one_of_two_tests_needs_half_the_chance_of_error() -> None:
    between = replace(MORE_DEVIATED, fisher_p=0.03)
    assert p_of(between) == between.mann_whitney_p
    assert p_of(replace(between, mann_whitney_p=None)) == 0.03
