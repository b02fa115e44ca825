"""What one occurrence of a condition costs, by one run, and whether all that are expected fit into the allowance.

It costs the deviating time of its harm (`rtk.insight.harm`) and one slot more for each outage: an outage that is seen
in m slots may have lasted for m + 1. Harm that goes on until the condition ends is taken pro rata to how long the
condition lasts in life: its share of time times that, or what deviated in the first such time of the run where that is
more; what deviated after the condition's end comes on top. So applying it more briefly buys nothing. A missed slot
counts as deviated, and so does one that was under way when the condition began: what it deviated by may be its harm.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from rtk.insight.budget import exact
from rtk.insight.columns import DEVIATED, MET, MISSED, but
from rtk.insight.facts import CUT_OFF, Facts
from rtk.insight.harm import Harm, background_of, harm_of
from rtk.insight.occurs import Occurs
from rtk.insight.proof import BAD, GOOD
from rtk.insight.recovery import conditions_began, followed
from rtk.insight.tally import stopped_early

# A missed slot counts as deviated: slots are missed most where the system hangs.
_MARKS = bytes.maketrans(bytes((MET, DEVIATED, MISSED)), GOOD + BAD + BAD)


class Allowance(StrEnum):
    """Whether all occurrences that are expected fit into what they may cost; the values are part of the API."""

    WITHIN = "within-allowance"
    BEYOND = "beyond-allowance"
    UNKNOWN = "unknown"


class Unpriced(StrEnum):
    """Why a run does not say what an occurrence costs."""

    INVALID = "invalid"
    NO_CONDITION = "no-condition"
    NOTHING_MEASURED = "nothing-measured"
    STOPPED = "stopped"
    NEEDS_LASTS = "needs-lasts"
    NOT_RECOVERED = "not-recovered"


class Occurrence(Struct, frozen=True):
    """What one occurrence costs. Times are seconds; None where a figure has no meaning.

    `cost_s` is of one occurrence, at least so much where the service had not recovered; `spent` the share of the budget
    that all expected ones spend. `deviating_s` deviated in this run by the condition's harm, in `outages`; the share
    `baseline_share` of it would have been there without it. `missed` of its slots were not measured. `left_out_s`
    deviated besides and is the service's own; what was not measured besides is not counted. `lasting` is whether the
    harm went on until the condition ended, `applied_s` how long that was, `harmed` the share of its time. `details` are
    sentences of what the cost rests on.
    """

    occurs: Occurs
    answer: Allowance
    unpriced: Unpriced | None
    cost_s: float | None = None
    spent: float | None = None
    deviating_s: float = 0.0
    outages: int = 0
    missed: int = 0
    lasting: bool = False
    applied_s: float | None = None
    harmed: float | None = None
    left_out_s: float = 0.0
    baseline_share: float | None = None
    sentence: str = ""
    details: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether what is expected costs more than its allowance, and was not to: exit code 2."""
        return self.occurs.strict and self.answer is Allowance.BEYOND

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Occurrence":
        """Return what `asdict` gave; what a later version tells besides is passed over.

        Raises KeyError, TypeError or ValueError for anything else.
        """
        known = {each.name for each in fields(cls)}
        unpriced = Unpriced(told["unpriced"]) if told["unpriced"] else None
        made = {"occurs": Occurs.of(told["occurs"]), "answer": Allowance(told["answer"]), "unpriced": unpriced}
        made["details"] = tuple(told.get("details", ()))
        return cls(**{**{key: value for key, value in told.items() if key in known}, **made})


def occurrence_of(facts: Facts, outage_slots: float, *, judged: bool) -> Occurrence | None:
    """Return what an occurrence costs by this run; None where nobody said how often it is expected, or of no objective.

    `outage_slots` is how long the service's own outages are taken to last on average, `judged` whether the run is
    evidence of anything.
    """
    if facts.occurs is None or facts.objective is None:
        return None
    if not judged:
        return Occurrence(facts.occurs, Allowance.UNKNOWN, Unpriced.INVALID)
    began = conditions_began(facts)
    if began is None:
        return Occurrence(facts.occurs, Allowance.UNKNOWN, Unpriced.NO_CONDITION)
    found = followed(facts, began)
    found = found.of(but(found.missed_for(CUT_OFF)))
    missed = found.are(MISSED)
    if 0 not in missed:
        return Occurrence(facts.occurs, Allowance.UNKNOWN, Unpriced.NOTHING_MEASURED)
    target, every = facts.objective.target, exact(facts.frequency_s)
    series, ended = found.kinds.translate(_MARKS), _ended(facts, found.due)
    ends = bisect_left(found.due, ended)
    # Here missed slots are left out: as deviated ones they would excuse the condition.
    before = facts.measurements.columns("baseline").kinds.translate(_MARKS, bytes((MISSED,)))
    harm = harm_of(series, ends, background_of(target, outage_slots, before))
    share = before.count(BAD) / len(before) if before else None
    slots = _ConditionSlots(series, found.due, missed, began, ended, ends, every, share, harm)
    return slots.priced(facts.occurs, target, stopped=stopped_early(facts))


class _ConditionSlots(Struct, frozen=True):
    """The slots since a condition began: good or bad, when due, where the condition ended, and its harm."""

    series: bytes
    due: "array[float]"
    missed: bytes
    began: float
    ended: float
    ends: int
    frequency_s: Fraction
    baseline: float | None
    harm: Harm

    @property
    def bad(self) -> int:
        return self.series.count(BAD, self.harm.first, self.harm.until)

    @property
    def outages(self) -> int:
        harm = self.harm
        return self.series.count(GOOD + BAD, harm.first, harm.until) + (harm.until > harm.first)

    def priced(self, occurs: Occurs, target: float, *, stopped: bool) -> Occurrence:
        """Return the cost, and whether it is within the allowance."""
        harm, bad = self.harm, self.bad
        cost, unpriced = self._cost(occurs, stopped)
        spent = occurs.spent(cost, target) if cost is not None else None
        answer = Allowance.UNKNOWN if unpriced or spent is None else Allowance.WITHIN
        if spent is not None and spent > exact(occurs.allowance):
            answer = Allowance.BEYOND  # even where it is not known to its end: it only grows
        missed = self.missed.count(1, harm.first, harm.until)
        # What deviated besides the harm; nobody knows whether a slot that was not measured did.
        left_out = self.series.count(BAD) - self.missed.count(1) - (bad - missed)
        share = None if self.baseline is None or not bad else self.baseline * (harm.until - harm.first) / bad
        return Occurrence(
            occurs,
            answer,
            unpriced,
            cost_s=None if cost is None else float(cost),
            spent=None if spent is None else float(spent),
            deviating_s=float(bad * self.frequency_s),
            outages=self.outages,
            missed=missed,
            lasting=harm.lasting,
            applied_s=max(0.0, self.ended - self.began),
            harmed=float(self._harmed()) if harm.lasting else None,
            left_out_s=float(left_out * self.frequency_s),
            baseline_share=None if share is None else min(1.0, share),
        )

    def _cost(self, occurs: Occurs, stopped: bool) -> tuple[Fraction | None, Unpriced | None]:
        """The cost as far as it is known, and why it is not, or not to its end."""
        harm, every = self.harm, self.frequency_s
        if not harm.until and stopped:  # what was not found before a stop might have come after it
            return None, Unpriced.STOPPED
        unpriced = None if harm.recovered else Unpriced.NOT_RECOVERED
        if not harm.lasting:
            return (self.bad + self.outages) * every, unpriced
        if occurs.lasts_s is None:
            return None, Unpriced.NEEDS_LASTS
        until = min(self.ends, bisect_left(self.due, self.began + occurs.lasts_s))
        pro_rata = self._harmed() * exact(occurs.lasts_s)
        after = self.series.count(BAD, self.ends, harm.until) if harm.until > self.ends else 0
        # One slot for the edges of all: pro rata, outages of one slot would cost twice what deviated.
        return max(pro_rata, self.series.count(BAD, harm.first, until) * every) + (after + 1) * every, unpriced

    def _harmed(self) -> Fraction:
        """The share of its time that deviated, from the first deviation to the condition's end."""
        # Not from the condition's start: the time until harm shows does not grow with the condition.
        first, ends = self.harm.first, self.ends
        return Fraction(self.series.count(BAD, first, ends), ends - first)


def _ended(facts: Facts, due: "array[float]") -> float:
    """When the condition ended: with its phase, or before it where each one says how long it lasts."""
    phase = next((span.ended for span in facts.phases if span.phase == "conditions"), None)
    own = facts.measurements.columns("conditions").due
    ended = phase if phase is not None else (own[-1] if own else due[-1]) + facts.frequency_s
    told = [each.ended + each.lasts for each in facts.conditions if each.ended is not None and each.lasts]
    return min(ended, max(told)) if told and len(told) == len(facts.conditions) else ended
