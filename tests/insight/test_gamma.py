"""The lower quartile of a gamma distribution, held against SciPy's."""

import pytest
from scipy import stats

from rtk.insight.gamma import lower_quartile


@pytest.mark.parametrize("shape", [1, 2, 3, 5, 10, 40, 171, 1_000, 100_000])
def test_it_is_the_lower_quartile(shape: int) -> None:
    assert lower_quartile(shape) == pytest.approx(float(stats.gamma.ppf(0.25, shape)), rel=1e-9)


def test_it_lies_below_the_mean_and_comes_near_it() -> None:
    ratios = [lower_quartile(shape) / shape for shape in (1, 10, 100, 1_000)]
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.3
    assert ratios[-1] > 0.97
