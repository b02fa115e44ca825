"""Why runs do not count toward the standing of their promise, in words."""

import pytest

from rtk.insight.uncounted import Uncounted, no_longer_counts, reason, sentence

MONTH = 30 * 86_400.0


def test_where_all_runs_count_nothing_is_said() -> None:
    assert sentence(7, {}, MONTH) == sentence(7, dict.fromkeys(Uncounted, 0), MONTH) == ""


def test_how_many_count_is_said_with_why_the_others_do_not() -> None:
    beside = {Uncounted.TOO_OLD: 1, Uncounted.UNJUDGED: 1, Uncounted.EARLIER: 2}
    assert sentence(7, beside, MONTH) == (
        "Of 11 runs that ended, 7 count toward this: 1 is older than 30 days, 1 is invalid or has no verdict, "
        "2 were measured before the verification was changed."
    )


def test_several_are_spoken_of_as_several() -> None:
    assert sentence(1, {Uncounted.TOO_OLD: 2, Uncounted.UNJUDGED: 3, Uncounted.APART: 1}, MONTH) == (
        "Of 7 runs that ended, 1 counts toward this: 2 are older than 30 days, 3 are invalid or have no verdict, "
        "1 measured something else than the verification says."
    )


@pytest.mark.parametrize("why", Uncounted)
def test_a_verdict_that_counts_no_more_says_why_and_what_would_help(why: Uncounted) -> None:
    told = no_longer_counts(why, MONTH, "pass")
    assert told.startswith("This pass does not count toward the promise: it ")
    assert ("Run it again" in told) == (why in {Uncounted.TOO_OLD, Uncounted.EARLIER})
    assert no_longer_counts(why, MONTH, "inconclusive").startswith("This run does not count")


@pytest.mark.parametrize("why", Uncounted)
def test_each_reason_is_told_of_one_run(why: Uncounted) -> None:
    told = reason(why, MONTH)
    assert told.startswith("does not count: ")
    assert "{" not in told
