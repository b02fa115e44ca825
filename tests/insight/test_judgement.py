"""The public judgement of a series of outcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtk.insight
from rtk.errors import BadInput
from rtk.insight import judge
from rtk.insight.proof import LengthFrom
from tests.insight.builder import run_of

OUTCOMES = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=120)


def test_a_clean_series_that_is_long_enough_passes() -> None:
    found = judge([True] * 168, 0.95, 3)
    assert (found.verdict, found.outages, found.chances, found.length) == ("pass", 0, 168, 3)
    assert found.length_from is LengthFrom.GIVEN
    assert found.at_least >= 0.95
    assert found.at_most == 1.0
    assert judge([True] * 167, 0.95, 3).verdict == "inconclusive"


def test_a_series_that_is_mostly_bad_fails() -> None:
    found = judge([True] * 16 + [False] * 4 + [None] * 10, 0.95, 3)
    assert found.verdict == "fail"
    assert found.at_most == pytest.approx(0.9286, abs=1e-4)


def test_all_bad_fails_and_proves_nothing() -> None:
    found = judge([False] * 30, 0.95, 3)
    assert (found.verdict, found.at_least) == ("fail", 0.0)


def test_one_slot_says_nothing() -> None:
    assert judge([True], 0.95, 1).verdict == "inconclusive"
    assert judge([None], 0.95, 1).at_most is None


@given(OUTCOMES, st.floats(0.05, 0.99), st.floats(1, 10))
def test_it_is_what_the_insight_of_such_a_run_says(outcomes: list[bool | None], target: float, length: float) -> None:
    from rtk.insight.facts import ServiceLevelObjective
    from rtk.insight.insight import insight

    marks = "".join({True: ".", False: "x", None: "-"}[each] for each in outcomes)
    whole = insight(run_of(marks, objective=ServiceLevelObjective(target, 86_400.0), outage_lasts_s=length))
    found = judge(outcomes, target, length)
    assert whole.figures.verdict == found.verdict
    assert whole.proof is not None
    assert (whole.proof.at_least, whole.proof.outages, whole.proof.chances) == (
        found.at_least,
        found.outages,
        found.chances,
    )


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one slot"):
        judge([], 0.95, 3)
    with pytest.raises(BadInput, match="above 0 and below 1"):
        judge([True], 1.5, 3)


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'verdict_by_luck'"):
        _ = rtk.insight.verdict_by_luck
