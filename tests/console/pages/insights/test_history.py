"""All runs of a verification in a sentence."""

import pytest

from rtk.console.pages.insights.history import small, summary


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        ([], "No run has ended yet."),
        (["pass"], "Of 1 run that ended, 1 passed."),
        (["inconclusive", "fail"], "Of the 2 runs that ended, 1 failed and 1 was inconclusive."),
        (
            ["pass", "fail", "fail", "invalid", "invalid", "none"],
            "Of the 6 runs that ended, 1 passed, 2 failed, 2 were invalid and 1 ended without a verdict.",
        ),
        (
            ["fail", "not-begun", "none"],
            "Of the 3 runs that ended, 1 failed, 1 was not begun and 1 ended without a verdict.",
        ),
    ],
)
def test_how_many_came_out_how(verdicts: list[str], says: str) -> None:
    assert summary(verdicts, more=False) == says


def test_when_there_are_more_it_says_that_these_are_the_last() -> None:
    assert summary(["pass"] * 20, more=True) == "Of the last 20 runs that ended, 20 passed."


def test_a_small_result_leaves_out_what_there_was_none_of() -> None:
    assert small({"met": 1_600, "deviated": 0, "missed": 10}) == "1,600 met, 10 not measured"
    assert small({}) == small({"met": 0, "deviated": None}) == "nothing measured"
