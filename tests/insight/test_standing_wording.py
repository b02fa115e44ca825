"""How a promise stands, word by word."""

import pytest

from rtk.insight.proof import LengthFrom
from rtk.insight.standing_shape import Exclusion, PromiseStanding, StandingReason, StandingState
from rtk.insight.standing_wording import STATES, headline, limits, measured, sentences, sure
from rtk.insight.sums import RunSums
from tests.insight.test_standing import night, nights, stands


def told(runs: list[RunSums], target: float = 0.95) -> str:
    return headline(stands(runs, target), 5.0)


def test_a_kept_promise_says_how_much_is_good_for_which_outages_and_how_sure() -> None:
    assert told(nights(30)) == (
        "Kept: at least 99.9 % of the time is good (98 % sure, for outages of 15 s on average) by 30 runs, and 95 % "
        "was promised."
    )


def test_how_long_the_runs_measured_leaves_out_what_they_did_not() -> None:
    assert measured(stands(nights(7, marks="g" * 60)), 5.0) == "7 runs, 35 min measured under the conditions"
    assert measured(stands([night(1, "g" * 50 + "m" * 10)]), 6.0) == "1 run, 5 min measured under the conditions"


def test_a_bound_never_seems_to_reach_what_it_does_not() -> None:
    found = PromiseStanding(
        StandingState.NOT_PROVEN, StandingReason.TOO_LITTLE, 0.99, at_least=0.98996, runs=12, length=3.0
    )
    assert "at least 98.996 %" in headline(found, 5.0)


def test_a_failure_that_stands_breaks_it() -> None:
    assert told([*nights(11), night(12, "g" * 90 + "b" * 10, "fail")]) == (
        "Broken: 1 of 12 runs failed, and what came after the last failure does not make it good; 95 % was promised."
    )
    assert told([night(1, "g" * 90 + "b" * 10, "fail")]).startswith("Broken: the only run failed, and ")


def test_too_much_that_was_bad_breaks_it_and_is_called_an_observation() -> None:
    found = stands(nights(12, marks="g" * 20 + "b" * 3))
    assert headline(found, 5.0) == (
        "Broken: at most 90.8 % of the time that 12 runs measured was good (98 % sure), and 95 % was promised."
    )
    assert "This is an observation about the time that was measured; one long outage can do that." in limits(found, 5.0)


def test_too_few_runs_say_how_many_there_are_and_what_is_proven_so_far() -> None:
    assert told(nights(1)) == (
        "Not proven: it takes 10 runs to see whether they differ, and 1 was made; "
        "so far at least 96.3 % of the time is good (98 % sure, for outages of 15 s on average)."
    )


def test_runs_that_differ_say_so_with_the_bound_by_runs() -> None:
    assert told([*nights(29), night(30, "gb" * 150)]) == (
        "Not proven: runs differ more than chance explains (p < 0.001), which proves nothing for the next one; "
        "counted by runs, at least 90.3 % of the time is good (98 % sure)."
    )


def test_what_is_too_old_says_for_how_long_a_run_counts() -> None:
    runs = nights(10)
    assert headline(stands(runs, now=32 * 86_400.0), 5.0) == "Lapsed: what proved 95 % is older than 30 days."
    assert headline(stands(runs, now=99 * 86_400.0), 5.0) == (
        "Lapsed: every judged run is older than 30 days, and such runs do not count."
    )


def test_what_was_never_tried_says_so() -> None:
    assert sentences(stands([]), 5.0) == ("Never tried: no run of this revision was judged.",)


def test_it_says_how_many_clean_measurements_would_prove_it_and_for_how_long_that_is() -> None:
    assert limits(stands(nights(10), 0.999), 5.0)[0] == (
        "About 8,741 clean measurements more (12 h 8 min) would prove 99.9 %."
    )


def test_it_says_what_runs_leave_open() -> None:
    assert limits(stands(nights(10)), 5.0)[0] == (
        "10 runs cannot show what none of them met: up to 25.9 % of all occasions may be of another kind (95 % sure, "
        "since it is said of these runs alone)."
    )


def test_it_says_what_98_per_cent_sure_means_and_why_a_run_says_95() -> None:
    (*_, told) = limits(stands(nights(10)), 5.0)
    assert told == sure(stands(nights(10)))
    assert told.startswith("98 % sure: of 50 such statements at most 1 is wrong. One run says 95 %;")
    assert sure(stands([])) == ""


def test_runs_that_were_excluded_are_named_with_their_reasons() -> None:
    runs = [*nights(12), night(13, excluded="a dry run."), night(14, excluded="a dry run.")]
    assert limits(stands(runs), 5.0)[-1] == "2 runs were excluded, which can only lower this: a dry run."
    assert told(nights(10, excluded="rehearsals")) == ("Not proven: 10 runs would prove 95 %, and all were excluded.")


def test_a_later_attempt_says_which_it_is() -> None:
    assert limits(stands(nights(3), attempt=2), 5.0)[-1] == (
        "This is attempt 2: runs of the revisions before it do not count."
    )


def test_longer_outages_than_assumed_are_named() -> None:
    found = stands([*nights(20), night(21, "g" * 280 + "b" * 9 + "g" * 11)])
    assert found.length_from is LengthFrom.SEEN
    assert any(each.startswith("Outages in these runs were longer than assumed") for each in limits(found, 5.0))


@pytest.mark.parametrize("reason", StandingReason)
@pytest.mark.parametrize("state", StandingState)
def test_every_reason_has_a_sentence(state: StandingState, reason: StandingReason) -> None:
    found = PromiseStanding(state, reason, 0.95, excluded=(Exclusion("a", "so"),))
    told = headline(found, 1.0)
    assert told.startswith(f"{STATES[state]}: ")
    assert told.endswith(".")
