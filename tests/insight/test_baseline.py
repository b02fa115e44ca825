"""A baseline that misses the target by itself is broken, and a run that has one is evidence of nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.insight.baseline import Baseline
from rtk.insight.bounds import proven_at_most
from rtk.insight.cause import SENTENCES
from rtk.insight.facts import ActivitySpan, PhaseSpan
from rtk.insight.insight import insight
from rtk.insight.shape import Attribution, InvalidReason
from rtk.insight.stops import StopCause, Stopping
from tests.insight.builder import run_of
from tests.insight.test_effect import gone, shown

FAILED = (ActivitySpan("burn-0", 60.0, 61.0, "failed", "it was refused"),)
PLANNED = (PhaseSpan("conditions", 60.0, 160.0, 100),)
WORN = "x" * 30 + "." * 30  # a baseline that is broken


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.01, 0.99))
def test_a_baseline_is_broken_where_its_own_upper_bound_lies_below_the_target(
    met: int, deviated: int, target: float
) -> None:
    most = proven_at_most(met, met + deviated)
    assert Baseline(met, deviated, target).is_broken == (most is not None and most < target)


@pytest.mark.parametrize("baseline", [Baseline(0, 60, None), Baseline(0, 0, 0.95), Baseline(0, 1, 0.95)])
def test_what_promises_nothing_and_what_is_too_short_is_never_broken(baseline: Baseline) -> None:
    assert not baseline.is_broken


def test_its_sentences_bear_its_figures() -> None:
    baseline = Baseline(85, 35, 0.99)
    most = "allowing for chance, at most 77.6 %"
    assert baseline.broken() == (
        "The service missed its target before any condition: 85 of 120 measurements of the baseline were good; "
        f"{most} of that time, where 99 % was promised"
    )
    assert baseline.already() == (
        f"already broken, with 85 of 120 measurements of the baseline good: {most} of its time, where 99 % was promised"
    )
    assert Baseline(1, 8, 0.9).seen() == "1 of 9 measurements of the baseline was good"


@pytest.mark.parametrize(
    "conditions", ["." * 100, "x" * 100, ".x" * 50, "-" * 100], ids=["good", "bad", "both", "none"]
)
def test_whatever_came_after_it_the_run_is_invalid_and_says_so_first(conditions: str) -> None:
    found = insight(run_of(conditions, baseline=WORN))
    assert (found.figures.verdict, found.invalid_reason) == ("invalid", InvalidReason.BASELINE_BROKEN)
    assert found.headline.startswith("The service missed its target before any condition: 30 of 60 measurements of ")
    assert "allowing for chance, at most 61.3 % of that time" in found.headline
    assert found.headline.endswith("so the run is evidence neither for nor against the objective.")
    assert found.why.startswith("What the condition added to that cannot be told apart.")
    assert found.next_step.startswith("Find out why the service missed its target before the condition")
    assert found.invalid_condition is None


def test_what_was_seen_under_the_condition_is_shown_and_judges_nothing() -> None:
    found = insight(run_of("." * 95 + "x" * 5, baseline=WORN))
    assert (found.figures.met, found.figures.deviated) == (95, 5)
    assert 'While "inject-cpu" lasted, 95 of 100 measurements were good, which judges nothing.' in found.why
    assert (found.figures.proven_at_least, found.figures.proven_at_most, found.proof) == (None, None, None)
    assert found.first_deviation_after_s is None
    assert found.limits == ()
    (comparison,) = found.comparisons
    assert comparison.real is None
    assert comparison.sentence.endswith(SENTENCES[Attribution.BASELINE_BROKEN])
    assert found.cause == comparison.sentence


REASONS: list[tuple[dict[str, Any], InvalidReason, str | None, str]] = [
    (
        {"baseline": WORN, "conditions": FAILED},
        InvalidReason.BASELINE_BROKEN,
        "burn-0",
        "was not applied: it was refused",
    ),
    (
        {"baseline": WORN, "effects": (shown(60), gone(63, 62))},
        InvalidReason.BASELINE_BROKEN,
        "burn-0",
        "was gone after",
    ),
    ({"baseline": "." * 60, "conditions": FAILED}, InvalidReason.NOT_APPLIED, "burn-0", "was not applied"),
    (
        {"baseline": "." * 60, "conditions": FAILED, "effects": (shown(60), gone(63, 62))},
        InvalidReason.NOT_APPLIED,
        "burn-0",
        "was not applied",
    ),
    (
        {"baseline": "." * 60, "effects": (shown(60), gone(63, 62))},
        InvalidReason.EFFECT_GONE,
        "burn-0",
        "was gone after",
    ),
]


@pytest.mark.parametrize(("told", "reason", "condition", "also"), REASONS, ids=range(len(REASONS)))
def test_of_several_reasons_the_first_in_time_is_the_reason_and_every_one_is_said(
    told: dict[str, Any], reason: InvalidReason, condition: str | None, also: str
) -> None:
    found = insight(run_of("." * 100, phases=PLANNED, **told))
    assert (found.figures.verdict, found.invalid_reason, found.invalid_condition) == ("invalid", reason, condition)
    assert also in found.why
    assert next(iter(InvalidReason)) is InvalidReason.BASELINE_BROKEN


def test_a_run_stopped_before_its_conditions_is_not_judged_and_still_says_it_first() -> None:
    found = insight(run_of("", baseline=WORN, conditions=(), status="interrupted"))
    assert (found.figures.verdict, found.invalid_reason) == (None, None)
    assert found.headline.startswith("The service missed its target before any condition: ")


def test_a_run_that_required_a_baseline_was_not_begun() -> None:
    facts = run_of("", baseline=WORN, conditions=(), status="failed")
    stop = Stopping(StopCause.BASELINE_BROKEN, Baseline(30, 30, 0.95).already())
    found = insight(replace(facts, stop=stop))
    assert (found.figures.verdict, found.stop_cause, found.restored) == (None, StopCause.BASELINE_BROKEN, None)
    assert found.headline == (
        "Not begun: already broken, with 30 of 60 measurements of the baseline good: allowing for chance, at most "
        "61.3 % of its time, where 95 % was promised."
    )
    assert found.stopped == f"n{found.headline[1:-1]}"
    assert found.why == "It was to begin only where the baseline is not broken, so no condition was applied."
    assert found.next_step.startswith("Find out why the service misses its target without any condition")
