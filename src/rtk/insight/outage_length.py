"""How long an outage lasts on average: what evidence is counted by, and where that length comes from.

The longest counts of what was declared and what was learned of the objective's earlier runs; only where there is
neither, a length is assumed. What was learned is the upper 75 % bound of the mean, as it is for the outages of the run
itself (`rtk.insight.proof`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from rtk.figures import count, duration, rounded
from rtk.insight.gamma import lower_quartile
from rtk.insight.plan_limits import OUTAGE

LEAST_SLOTS, LEAST_S = 3, 10.0  # what is assumed where nobody said
LEAST_OUTAGES = 5  # fewer teach nothing


class OutageSource(StrEnum):
    """Where a length comes from: somebody said it, earlier runs taught it, or neither, so that it is assumed."""

    DECLARED = "declared"
    LEARNED = "learned"
    ASSUMED = "assumed"


class Learned(Struct, frozen=True):
    """What earlier runs of an objective teach: outages last `seconds` on average at most (75 % sure).

    So many `outages` were over within so many `runs`.
    """

    seconds: float
    outages: int
    runs: int

    def evidence(self) -> str:
        """What it was learned from, in words."""
        return f"{count(self.outages, 'outage')} in {count(self.runs, 'earlier run')} for the objective"


class OutageLength(Struct, frozen=True):
    """The mean length of an outage in seconds, and its source.

    `learned` is what earlier runs teach, whichever counts; `overruled_s` the declared length that they overrule.
    """

    seconds: float
    source: OutageSource
    learned: Learned | None = None
    overruled_s: float | None = None

    def slots(self, frequency_s: float) -> float:
        """Return the length in slots; one that is shorter than a slot is seen as one slot."""
        return max(1.0, self.seconds / frequency_s)

    def lasting(self) -> str:
        """Return the length as it is read, such as "30 s"."""
        return duration(rounded(self.seconds))

    def taken(self) -> str:
        """Return how long outages are taken to last, and who says so, as a sentence without its full stop."""
        mean = self.lasting()
        if self.source is OutageSource.ASSUMED:
            return f"Nobody said how long an outage lasts, so {mean} on average is assumed"
        if self.source is OutageSource.DECLARED or self.learned is None:
            return f"Outages are taken to last {mean} on average, as declared"
        told = f"Outages are taken to last {mean} on average, as learned from {self.learned.evidence()}"
        if self.overruled_s is None:
            return told
        return f"{told}; the {duration(self.overruled_s)} that was declared is shorter and does not count"


def outage_length(frequency_s: float, *declared_s: float | None, learned: Learned | None = None) -> OutageLength:
    """Return the longest of what was declared and learned; else three slots or 10 s, whichever is longer."""
    declared = max((each for each in declared_s if each is not None), default=None)
    if learned is not None and (declared is None or learned.seconds > declared):
        return OutageLength(learned.seconds, OutageSource.LEARNED, learned, declared)
    if declared is not None:
        return OutageLength(declared, OutageSource.DECLARED, learned)
    return OutageLength(max(LEAST_SLOTS * frequency_s, LEAST_S), OutageSource.ASSUMED)


def lesson(total_s: float, outages: int, runs: int) -> Learned | None:
    """Return what outages of earlier runs teach: those that were over, and how long all lasted; None of too few.

    An outage that a run's end cut off adds its time and is not counted: how long it lasted is not known.
    """
    if outages < LEAST_OUTAGES:
        return None
    # No plan may hold a longer one, and what is learned has to fit into a plan.
    return Learned(min(total_s / lower_quartile(outages), OUTAGE.most), outages, runs)


def learned_from(told: Mapping[str, Any] | None) -> Learned | None:
    """Return what a plan or an insight tells that was learned."""
    return Learned(float(told["seconds"]), int(told["outages"]), int(told["runs"])) if told else None


def outage_from(told: Mapping[str, Any] | None) -> OutageLength | None:
    """Return the length that an insight tells; None of one of version 1."""
    if not told:
        return None
    learned = learned_from(told.get("learned"))
    return OutageLength(told["seconds"], OutageSource(told["source"]), learned, told.get("overruled_s"))
