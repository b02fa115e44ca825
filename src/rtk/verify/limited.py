"""The limit of an objective about a quantile, held against the charted value beside the probe's own tolerance."""

from collections.abc import Callable

from rtk.experiment.plan import ValueLimit
from rtk.figures import number_beyond
from rtk.insight.facts import Outcome
from rtk.verify.crew import InFlight, Sample


class ValueLimited:
    """Measures as another does; a value above the limit deviates too, and so does what gave no value.

    Only slots are measured by it: before a run and after it the hypothesis is asked by its tolerances alone, since a
    promise about a share of slots says nothing about a single one.
    """

    def __init__(self, measure: Callable[[InFlight], Sample], limit: ValueLimit, name: str) -> None:
        """`name` is that of the probe, without secrets."""
        self._measure = measure
        self._limit = limit
        self._name = name

    def __call__(self, one: InFlight) -> Sample:
        """One sample, judged by its tolerances and by the limit: it is good where both say so."""
        sample = self._measure(one)
        if outcome_within(sample.outcome, sample.value, self._limit) != sample.outcome:
            sample.outcome, sample.reason = "deviated", f"{self._name}: {over(sample.value, self._limit)}"
        return sample


def outcome_within(outcome: Outcome, value: float | None, limit: ValueLimit) -> Outcome:
    """Return how a slot came out that was judged by its tolerances alone, by whoever does not know the limit."""
    # Not the same as `value > limit.upper`: what is not a number compares with nothing, and must not be good.
    return "deviated" if outcome == "met" and not (value is not None and value <= limit.upper) else outcome


def over(value: float | None, limit: ValueLimit) -> str:
    """Say why a value is not within the limit."""
    if value is None:
        return f"gave no number to hold against {limit.words}"
    return f"{number_beyond(value, limit.upper, limit.unit)} is more than {limit.words} allows"
