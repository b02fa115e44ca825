"""The sentences about what an occurrence costs."""

import pytest

from rtk.insight.occurrence_wording import coverage, covered, expected, may_cost
from rtk.insight.occurs import MONTH_S, Occurs
from tests.insight.test_occurrence import priced


@pytest.mark.parametrize(
    ("occurs", "words"),
    [
        (Occurs(1, 86_400.0), "once in 1 day"),
        (Occurs(2, MONTH_S), "2 times in 30 days"),
        (Occurs(0.5, MONTH_S, 1200.0), "0.5 times in 30 days, 20 min each"),
    ],
)
def test_what_is_expected_is_told_in_words(occurs: Occurs, words: str) -> None:
    assert expected(occurs) == words


def test_before_a_run_it_is_told_what_one_may_cost() -> None:
    assert may_cost(Occurs(2, MONTH_S, 1200.0), 0.999) == (
        "Expected 2 times in 30 days, 20 min each: together they may cost all of the budget, so one of them "
        "21 min 36 s of bad time."
    )
    strict = may_cost(Occurs(2, MONTH_S, allowance=0.1, strict=True), 0.999)
    assert "they may cost 10 % of the budget, so one of them 2 min 10 s" in strict
    assert strict.endswith("The command exits with 2 if it costs more.")


@pytest.mark.parametrize(("runs", "share"), [(1, 0.05), (3, 0.37), (5, 0.55), (30, 0.90)])
def test_the_dearest_of_so_many_runs_covers_so_many_cases(runs: int, share: float) -> None:
    assert covered(runs) == pytest.approx(share, abs=0.006)


def test_without_a_run_nothing_is_covered() -> None:
    assert covered(0) == 0.0


def test_fewer_than_five_runs_are_said_to_be_few() -> None:
    few = "At least 36 of 100 occurrences cost no more than that (95 % sure, since fewer than 5 runs say little)."
    assert coverage(1) == "That is what one run cost: another may well cost more."
    assert coverage(3) == few
    assert coverage(5) == "At least 54 of 100 occurrences cost no more than that (95 % sure)."


def test_a_cost_is_told_with_the_share_of_the_budget_that_is_spent() -> None:
    told = priced(20 * "x" + 40 * ".").sentence
    assert told == (
        "One occurrence costs 21 s of bad time. Expected 2 times in 30 days: together 0.03 % of the 36 h of bad time "
        "that 30 days allow."
    )


def test_what_is_beyond_is_told_to_be_more() -> None:
    told = priced(20 * "x" + 40 * ".", occurs=Occurs(9, 3600.0)).sentence
    assert told.endswith(
        " Expected 9 times in 1 h: together 105 % of the 3 min of bad time that 1 h allows, more than all of it."
    )
    part = priced(20 * "x" + 40 * ".", occurs=Occurs(9, 3600.0, allowance=0.5)).sentence
    assert "105 % of the 3 min of bad time that 1 h allows, more than the 50 % that they may cost." in part


def test_harm_that_lasts_says_how_long_it_is_taken_for() -> None:
    told = priced(60 * "x", occurs=Occurs(2, MONTH_S, 1200.0)).details
    assert told[0].startswith("Deviations went on until the condition ended (100 % of its time), so as much counts")
    assert told[0].endswith(" counts of the 20 min that it is expected to last.")
    assert told[1:] == ("Nothing deviated in the baseline, so nothing is taken off for it.",)


def test_without_a_baseline_it_is_told_what_nobody_knows() -> None:
    told = priced(20 * "x" + 40 * ".", baseline="").details
    assert told[1:] == ("Without a baseline nobody knows how much of it would have deviated without the condition.",)


def test_without_a_deviation_nothing_that_was_seen_is_paid() -> None:
    assert priced(60 * ".").sentence == (
        "Nothing deviated because of the condition, so by this run what is expected (2 times in 30 days) costs no bad "
        "time."
    )
