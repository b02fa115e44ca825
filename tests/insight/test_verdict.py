"""The verdict rule, case by case and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.insight.bounds import proven_at_most
from rtk.insight.proof import GOOD, independent, prove
from rtk.insight.shape import InvalidReason
from rtk.insight.verdict import Case, deciding, fails, passes, slots, verdict_of

CLEAN = Case(target=0.95, planned=60, met=60, deviated=0, proof=prove(GOOD * 60, 1.0))


def proven(case: Case) -> Case:
    """The case with what its counts prove, every missed slot read as deviated."""
    return replace(case, proof=independent(case.met, slots(case)))


BAD = Case(target=0.95, planned=30, met=16, deviated=14)
SHARES = st.floats(0.01, 0.9999)
CASES = st.builds(
    Case,
    target=SHARES,
    planned=st.integers(0, 400),
    met=st.integers(0, 300),
    deviated=st.integers(0, 100),
    missed=st.integers(0, 100),
    remaining=st.just(0),
    stopped=st.booleans(),
).map(proven)


def target_of(case: Case) -> float:
    assert case.target is not None
    return case.target


@given(CASES)
def test_pass_and_fail_exclude_each_other(case: Case) -> None:
    assert not (passes(case, target_of(case)) and fails(case, target_of(case)))


@given(CASES, st.integers(1, 50))
def test_more_missed_slots_never_turn_a_verdict_into_a_pass(case: Case, more: int) -> None:
    worse = proven(replace(case, missed=case.missed + more))
    assert passes(case, target_of(case)) or not passes(worse, target_of(case))


@given(CASES)
def test_a_missed_slot_is_worth_no_more_than_a_deviated_one_for_a_pass(case: Case) -> None:
    deviated = proven(replace(case, deviated=case.deviated + case.missed, missed=0))
    assert passes(case, target_of(case)) == passes(deviated, target_of(case))


@given(CASES)
def test_missed_slots_never_make_a_fail(case: Case) -> None:
    assert fails(case, target_of(case)) == fails(replace(case, missed=0), target_of(case))


def test_planned_slots_that_nobody_saw_are_missed() -> None:
    assert verdict_of(proven(replace(CLEAN, planned=120))) == "inconclusive"


def test_an_upper_bound_that_just_reaches_the_target_does_not_fail() -> None:
    assert verdict_of(replace(BAD, target=proven_at_most(16, 30))) == "inconclusive"


def test_a_case_of_which_nothing_is_proven_does_not_pass() -> None:
    assert verdict_of(CLEAN) == "pass"
    assert verdict_of(replace(CLEAN, proof=None)) == "inconclusive"
    assert verdict_of(replace(CLEAN, proof=prove(GOOD * 60, 3.0))) == "inconclusive"
    assert verdict_of(replace(BAD, proof=None)) == "fail"


def test_a_stopped_run_never_passes() -> None:
    assert verdict_of(replace(CLEAN, stopped=True)) == "inconclusive"


def test_a_stopped_run_fails_where_the_remaining_slots_could_not_have_saved_it() -> None:
    assert verdict_of(replace(BAD, stopped=True, missed=10, remaining=10, planned=40)) == "fail"


def test_a_stopped_run_does_not_fail_where_the_remaining_slots_could_have_saved_it() -> None:
    assert verdict_of(BAD) == "fail"
    cut_off = replace(BAD, stopped=True, missed=500, remaining=500, planned=530)
    assert verdict_of(cut_off) == "inconclusive"


def test_only_slots_cut_off_by_the_stop_count_as_ones_that_could_have_saved_it() -> None:
    missed_otherwise = replace(BAD, stopped=True, missed=500, remaining=0, planned=530)
    assert verdict_of(missed_otherwise) == "fail"


def test_a_condition_that_never_took_effect_makes_the_run_invalid_with_or_without_an_objective() -> None:
    assert verdict_of(replace(CLEAN, invalid=InvalidReason.NOT_APPLIED)) == "invalid"
    assert verdict_of(replace(CLEAN, invalid=InvalidReason.NOT_APPLIED, target=None)) == "invalid"


def test_a_gate_not_met_has_no_verdict() -> None:
    assert verdict_of(replace(CLEAN, judged=False, invalid=InvalidReason.NOT_APPLIED)) is None


def test_no_objective_has_no_verdict() -> None:
    assert verdict_of(replace(CLEAN, target=None)) is None


@given(st.integers(0, 2000), SHARES)
def test_so_many_deviated_slots_decide_a_run_and_not_one_fewer(planned: int, target: float) -> None:
    def is_failed(bad: int) -> bool:
        return fails(Case(target, planned, planned - bad, bad), target)

    found = deciding(planned, target)
    assert found is None or (is_failed(found) and not is_failed(found - 1))
    assert found is not None or not is_failed(planned)


@given(st.integers(1, 2000), st.integers(0, 50), SHARES)
def test_what_decides_many_slots_decides_fewer(planned: int, missed: int, target: float) -> None:
    found, fewer = deciding(planned, target), deciding(max(planned - missed, 0), target)
    assert fewer is None or found is None or fewer <= found


@pytest.mark.parametrize(("planned", "target", "bad"), [(60, 0.95, 7), (30, 0.95, 5), (1, 0.95, None), (0, 0.5, None)])
def test_how_many_decide(planned: int, target: float, bad: int | None) -> None:
    assert deciding(planned, target) == bad
