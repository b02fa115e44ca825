"""How a promise stands, run by run."""

import random
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.insight.gamma import quantile
from rtk.insight.proof import needed
from rtk.insight.standing import lowest, standing_of
from rtk.insight.standing_shape import (
    FEWEST_RUNS,
    LASTS_S,
    STANDING_RISK,
    Exclusion,
    PromiseStanding,
    StandingReason,
    StandingState,
)
from rtk.insight.sums import RunSums, sums_of

DAY = 86_400.0
TARGET = 0.95


def night(n: int, marks: str = "g" * 300, verdict: str | None = "inconclusive", **given: Any) -> RunSums:
    """The run of a night: g good, b bad, m missed."""
    sums = sums_of(bytes("bgm".index(mark) for mark in marks))
    assert sums is not None
    return RunSums(f"run-{n}", n * DAY, verdict, sums, given.pop("outage_slots", 3.0), **given)


def nights(many: int, **given: Any) -> list[RunSums]:
    return [night(n, **given) for n in range(1, many + 1)]


def stands(runs: list[RunSums], target: float = TARGET, **given: Any) -> PromiseStanding:
    """How it stands right after the last run, where nothing else is given."""
    now = given.pop("now", max((each.ended_at for each in runs), default=0.0))
    return standing_of(runs, target, now, **given)


def state(runs: list[RunSums], target: float = TARGET, **given: Any) -> tuple[StandingState, StandingReason]:
    found = stands(runs, target, **given)
    return found.state, found.reason


KEPT = (StandingState.KEPT, StandingReason.PROVEN)


def test_nothing_tried_is_never_tried() -> None:
    assert state([]) == (StandingState.NEVER_TRIED, StandingReason.NEVER_TRIED)


def test_ten_clean_runs_that_prove_the_target_keep_it() -> None:
    assert state(nights(10)) == KEPT


def test_with_fewer_than_ten_runs_it_is_not_proven_yet_however_good_they_are() -> None:
    found = stands(nights(FEWEST_RUNS - 1, verdict="pass"))
    assert (found.state, found.reason) == (StandingState.NOT_PROVEN, StandingReason.TOO_FEW_RUNS)
    assert found.dispersion is None


def test_clean_runs_are_held_against_the_slots_needed_at_98_percent() -> None:
    least = needed(0.99, 3.0, STANDING_RISK)
    first, rest = divmod(least, 10)
    runs = [night(n, "g" * (first + (n <= rest))) for n in range(1, 11)]
    assert state(runs, 0.99) == KEPT
    short = [night(1, "g" * (first + (rest >= 1) - 1)), *runs[1:]]
    found = stands(short, 0.99)
    assert (found.state, found.reason, found.needed) == (StandingState.NOT_PROVEN, StandingReason.TOO_LITTLE, 1)


def test_a_failed_run_breaks_it_until_one_passes() -> None:
    failed = night(11, "g" * 285 + "b" * 15, "fail")
    assert state([*nights(10), failed], 0.94) == (StandingState.BROKEN, StandingReason.FAILED)
    assert state([*nights(10), failed, night(12, verdict="pass")], 0.9) == KEPT


def test_a_short_run_makes_no_failure_good() -> None:
    runs = [*nights(20), night(21, "g" * 270 + "b" * 3, "fail")]
    assert stands([*runs, night(22, "g" * 20)]).state is StandingState.BROKEN


def test_a_failure_is_made_good_by_as_many_slots_where_all_runs_together_prove_the_target() -> None:
    runs = [*nights(20), night(21, "g" * 297 + "b" * 3, "fail")]
    assert stands([*runs, night(22)]).state is StandingState.KEPT


def test_no_run_without_a_verdict_makes_a_failure_good() -> None:
    runs = [*nights(20), night(21, "g" * 297 + "b" * 3, "fail"), night(22, verdict="invalid"), night(23, verdict=None)]
    assert stands(runs).state is StandingState.BROKEN


def test_it_is_broken_where_less_was_good_than_promised_though_no_run_failed() -> None:
    runs = nights(12, marks="g" * 20 + "b" * 3)
    found = stands(runs)
    assert (found.state, found.reason) == (StandingState.BROKEN, StandingReason.BELOW)
    assert found.at_most is not None
    assert found.at_most < TARGET


def test_a_promise_under_which_runs_differ_is_never_kept() -> None:
    runs = [*nights(29), night(30, ("g" * 35 + "b") * 8)]
    found = stands(runs)
    assert (found.state, found.reason) == (StandingState.NOT_PROVEN, StandingReason.RUNS_DIFFER)
    assert found.dispersion is not None
    assert found.dispersion < 0.01


def test_where_runs_differ_the_figure_is_the_bound_by_runs() -> None:
    differing = stands([*nights(29), night(30, "gb" * 150)])
    bad = 150 / 9_000  # one event, and another that might have been as heavy: Fay and Feuer's limit of one event
    assert differing.at_least == pytest.approx(1 - bad * quantile(2, 0.98))


def test_an_invalid_run_never_counts() -> None:
    runs = [*nights(9), night(10, "b" * 300, "invalid"), night(11, verdict=None)]
    assert (stands(runs).runs, stands(runs).state) == (9, StandingState.NOT_PROVEN)


def test_runs_count_for_as_long_as_they_last() -> None:
    runs = nights(10)
    assert stands(runs, now=LASTS_S + DAY - 1).runs == 10
    assert stands(runs, now=LASTS_S + DAY).runs == 9
    assert stands(runs, now=3 * DAY, lasts_s=2 * DAY).runs == 2


def test_what_was_kept_lapses_once_too_little_counts() -> None:
    runs = nights(10)
    assert state(runs, now=LASTS_S + DAY - 1) == KEPT
    assert state(runs, now=LASTS_S + DAY) == (StandingState.LAPSED, StandingReason.TOO_OLD)
    assert state(runs, now=LASTS_S + 100 * DAY) == (StandingState.LAPSED, StandingReason.TOO_OLD)


def test_what_was_never_kept_does_not_lapse_while_some_of_it_counts() -> None:
    assert stands(nights(8), now=LASTS_S + DAY).state is StandingState.NOT_PROVEN


def test_a_kept_promise_says_when_it_lapses_and_then_does() -> None:
    runs = nights(15)
    expires = stands(runs).expires_at
    assert expires is not None
    assert stands(runs, now=expires - 1).state is StandingState.KEPT
    assert stands(runs, now=expires).state is StandingState.LAPSED


def test_excluding_a_failed_run_does_not_mend_a_promise() -> None:
    runs = [*nights(20), night(21, "b" * 20, "fail", excluded="the load balancer was being replaced")]
    found = stands(runs)
    assert found.state is StandingState.BROKEN
    assert found.excluded == (Exclusion("run-21", "the load balancer was being replaced"),)


def test_excluding_good_runs_takes_their_proof_away() -> None:
    runs = nights(10)
    fewer = [night(1, excluded="a dry run"), *runs[1:]]
    assert stands(runs).state is StandingState.KEPT
    assert stands(fewer).state is StandingState.NOT_PROVEN


def test_a_promise_of_excluded_runs_alone_is_not_kept() -> None:
    assert state(nights(10, excluded="only rehearsals")) == (StandingState.NOT_PROVEN, StandingReason.EXCLUSIONS)


@pytest.mark.parametrize("seed", range(30))
def test_no_exclusion_raises_a_standing(seed: int) -> None:
    rng = random.Random(seed)
    order = list(StandingState)
    ranks = {order[0]: 3, order[2]: 2, order[3]: 2, order[4]: 1, order[1]: 0}
    marks = [rng.choice(["g" * 300, "g" * 200 + "b" * 4 + "g" * 96, "gb" * 20]) for _ in range(14)]
    verdicts = [rng.choice(["pass", "fail", "inconclusive"]) for _ in marks]
    runs = [night(n, each, verdict) for n, (each, verdict) in enumerate(zip(marks, verdicts, strict=True), 1)]
    some = [night(n, each, verdicts[n - 1], excluded="so") if rng.random() < 0.3 else runs[n - 1]
            for n, each in enumerate(marks, 1)]  # fmt: skip
    assert ranks[stands(some).state] <= ranks[stands(runs).state]


def test_a_new_revision_starts_anew_and_says_which_attempt_it_is() -> None:
    runs = [*nights(20, revision="a"), *(night(n, revision="b") for n in range(21, 24))]
    found = stands(runs, revision="b", attempt=2)
    assert (found.runs, found.state, found.attempt) == (3, StandingState.NOT_PROVEN, 2)
    assert stands(runs, revision="c", attempt=3).state is StandingState.NEVER_TRIED


def test_missed_slots_are_read_the_worse_way_over_all_runs() -> None:
    clean, missed = nights(10), nights(10, marks="g" * 100 + "m" * 20 + "g" * 180)
    less, more = stands(missed).at_least, stands(clean).at_least
    assert less is not None
    assert more is not None
    assert less < more


def test_the_longest_outages_that_a_plan_assumed_count() -> None:
    runs = [*nights(9), night(10, outage_slots=8.0)]
    assert stands(runs).length == 8.0


def test_it_always_says_what_runs_leave_open() -> None:
    assert stands(nights(10)).unseen == pytest.approx(0.26, abs=0.005)
    assert stands(nights(30)).unseen == pytest.approx(0.10, abs=0.005)


@pytest.mark.parametrize("target", [0.0, 1.0, -1.0, 95.0])
def test_a_target_that_is_no_share_is_refused(target: float) -> None:
    with pytest.raises(BadInput, match="a share above 0 and below 1 was expected"):
        standing_of([], target, 0.0)


def test_the_order_of_runs_makes_no_difference() -> None:
    runs = [*nights(12), night(13, "g" * 280 + "b" * 20, "fail"), *(night(n) for n in range(14, 20))]
    shuffled = runs[:]
    random.Random(3).shuffle(shuffled)
    assert stands(shuffled) == stands(runs)


def test_several_promises_stand_as_the_lowest_of_them() -> None:
    states = [StandingState.KEPT, StandingState.NOT_PROVEN, StandingState.LAPSED]
    assert lowest(states) is StandingState.LAPSED
    assert lowest([*states, StandingState.NEVER_TRIED]) is StandingState.NEVER_TRIED
    assert lowest(StandingState) is StandingState.BROKEN
    assert lowest([]) is StandingState.NEVER_TRIED
