"""A run that is not judged says what kept it from beginning."""

import pytest
from msgspec.structs import replace

from rtk.insight.baseline import Baseline
from rtk.insight.facts import Facts, Gate
from rtk.insight.refusal import is_refused, not_judged, refused
from rtk.insight.stops import StopCause, Stopping
from tests.insight.builder import run_of

BASELINE = Baseline(1, 9, 0.9)
BROKEN = Stopping(StopCause.BASELINE_BROKEN, BASELINE.already())


def ended(status: str, stop: Stopping | None = None) -> Facts:
    return replace(run_of("", conditions=(), status=status), stop=stop)


@pytest.mark.parametrize(
    ("facts", "says", "why"),
    [
        (
            ended("failed", BROKEN),
            "Not begun: already broken, with 1 of 10 measurements of the baseline good:",
            "It was",
        ),
        (ended("failed"), "The hypothesis was not met before the run,", ""),
        (
            replace(ended("failed"), gate=Gate(3, "down")),
            "The hypothesis was not met",
            "Asked 3 times, the last",
        ),
        (ended("running"), "The run has not ended,", ""),
        (ended("interrupted"), "The run ended before its conditions began,", ""),
        (ended("interrupted", BROKEN), "The run was stopped early (already broken", ""),
    ],
)
def test_what_kept_a_run_from_beginning_is_said(facts: Facts, says: str, why: str) -> None:
    assert not_judged(facts).startswith(says)
    assert refused(facts).startswith(why)
    assert bool(refused(facts)) == bool(why)


def test_only_a_run_that_was_not_begun_for_it_was_refused() -> None:
    assert is_refused(ended("failed", BROKEN))
    assert not is_refused(ended("failed"))
    assert not is_refused(ended("interrupted", BROKEN))
