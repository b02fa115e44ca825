"""The gamma distribution, held against SciPy's."""

import pytest

from rtk.insight.gamma import above, lower_quartile, quantile
from tests.insight import scipy_stats as stats


@pytest.mark.parametrize("shape", [1, 2, 3, 5, 10, 40, 171, 1_000, 100_000])
def test_it_is_the_lower_quartile(shape: int) -> None:
    assert lower_quartile(shape) == pytest.approx(float(stats.gamma.ppf(0.25, shape)), rel=1e-9)


def test_it_lies_below_the_mean_and_comes_near_it() -> None:
    ratios = [lower_quartile(shape) / shape for shape in (1, 10, 100, 1_000)]
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.3
    assert ratios[-1] > 0.97


@pytest.mark.parametrize("shape", [0.1, 0.7, 1.0, 2.5, 31.4, 1_000.5])
@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.95, 0.98, 0.999])
def test_quantiles_are_those_of_any_shape(shape: float, share: float) -> None:
    assert quantile(shape, share) == pytest.approx(float(stats.gamma.ppf(share, shape)), rel=1e-9)


@pytest.mark.parametrize("shape", [0.1, 1.0, 2.5, 31.4, 1_000.5])
@pytest.mark.parametrize("times", [0.01, 0.5, 1.0, 1.5, 3.0])
def test_the_tail_is_what_lies_above(shape: float, times: float) -> None:
    assert above(shape, shape * times) == pytest.approx(float(stats.gamma.sf(shape * times, shape)), abs=1e-11)


def test_all_lies_above_nothing() -> None:
    assert above(2.0, 0.0) == above(2.0, -1.0) == 1.0
