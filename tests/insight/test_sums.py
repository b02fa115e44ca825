"""What is kept of a run for its standing: as much as the series itself would prove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.insight import insight
from rtk.insight.proof import BAD, GOOD, MISSED, Counts, counted, prove
from rtk.insight.stops import StopCause, Stopping
from rtk.insight.sums import Sums, sums_of
from tests.insight.builder import run_of

SERIES = st.text("gbm", min_size=1, max_size=150)


def series(marks: str) -> bytes:
    return b"".join({"g": GOOD, "b": BAD, "m": MISSED}[mark] for mark in marks)


def sums(marks: str, cut_off: int = 0, outlasting: int = 0, *, complete: bool = False) -> Sums:
    found = sums_of(series(marks), cut_off, outlasting, complete=complete)
    assert found is not None
    return found


@given(SERIES, st.floats(1, 20), st.integers(0, 5))
def test_they_prove_what_the_series_proves(marks: str, length: float, outlasting: int) -> None:
    found, proof = sums(marks, outlasting=outlasting), prove(series(marks), length, outlasting=outlasting)
    assert proof is not None
    assert min(counted(each, length).at_least for each in (found.as_bad, found.as_good)) == proof.at_least


def test_missed_slots_are_kept_in_both_readings() -> None:
    found = sums("gbmbg")
    assert found.as_bad == Counts(slots=5, good=2, outages=1, chances=2)
    assert found.as_good == Counts(slots=5, good=3, outages=2, chances=3)


def test_a_run_stopped_inside_an_outage_counts_the_rest_of_its_slots_as_bad() -> None:
    found = sums("ggb" + "m" * 7, cut_off=7)
    assert found.as_bad == found.as_good == Counts(slots=10, good=2, outages=1, chances=3)
    assert found.stopped_inside == 7


def test_a_run_stopped_while_all_was_good_leaves_the_rest_out() -> None:
    assert sums("gbg" + "m" * 7, cut_off=7) == sums("gbg")


def test_only_what_a_stop_cut_off_is_left_out() -> None:
    assert sums("ggmmm", cut_off=1) == sums("ggmm")


def test_a_complete_run_that_was_stopped_is_as_long_as_its_outage_was_seen_to_last() -> None:
    found = sums("ggb" + "m" * 7, cut_off=7, outlasting=2, complete=True)
    assert found.as_bad == Counts(slots=3, good=2, outages=1, chances=3, outlasting=2)
    assert found.stopped_inside == 0


def test_an_outage_that_lasted_longer_than_the_plan_is_as_long_as_it_was() -> None:
    assert sums("gb" + "m" * 3, cut_off=3, outlasting=5).as_bad.outlasting == 2
    assert sums("gb" + "m" * 3, cut_off=3, outlasting=2).as_bad.outlasting == 0


@pytest.mark.parametrize(("marks", "cut_off"), [("", 0), ("mmm", 3)])
def test_where_nothing_is_left_there_are_no_sums(marks: str, cut_off: int) -> None:
    assert sums_of(series(marks), cut_off) is None


def test_an_insight_has_the_sums_of_its_conditions() -> None:
    assert insight(run_of("..x.")).sums == sums("ggbg")
    assert insight(run_of("..x", recovery="xx...")).sums == sums("ggb", outlasting=2)


def test_a_run_that_judges_nothing_has_no_sums() -> None:
    assert insight(run_of("..x.", status="failed")).sums is None


def test_a_run_that_was_decided_is_completed_by_its_recovery() -> None:
    decided = run_of("..xx" + "s" * 6, recovery="xx...", stop=Stopping(StopCause.DECIDED, "2 of 10 slots deviated"))
    found = insight(decided).sums
    assert found is not None
    assert (found.stopped_inside, found.as_bad.outlasting) == (0, 2)
    stopped = insight(run_of("..xx" + "s" * 6, stop=Stopping(StopCause.CONSOLE, "enough"))).sums
    assert stopped is not None
    assert stopped.stopped_inside == 6
