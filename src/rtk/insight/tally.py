"""One pass over the measurements: what every other figure is computed from, phase by phase."""

from array import array
from dataclasses import dataclass, field
from itertools import compress, repeat
from math import isfinite, nan
from operator import not_
from typing import NamedTuple

from rtk.insight.columns import DEVIATED, MET, MISSED, Columns, both, but
from rtk.insight.effect import Lapsed, lapses_of
from rtk.insight.facts import CUT_OFF, PHASES, Facts, MissedReason, Phase
from rtk.insight.proof import BAD, GOOD
from rtk.insight.proof import MISSED as UNMEASURED
from rtk.insight.status import CUT_SHORT

_MARKS = bytes.maketrans(bytes((MET, DEVIATED, MISSED)), GOOD + BAD + UNMEASURED)


@dataclass(slots=True)
class PhaseTally:
    """Counts of a phase, its outcomes in slot order as `rtk.insight.proof` has them, and its finite values, ascending.

    `readings` are all values in slot order, those of no effect among them, not a number where there was none.
    `cut_off` is how many were missed only because the run was stopped or interrupted; `valueless` is how many
    deviated without a value, such as a probe that never answered. `began` and `last` are the due times of the
    first and the last slot that no stop cut off, `last_deviated` whether that last one did. `lapsed` slots were
    measured without the effect of a condition and count as missed; `lapsed_deviated` of them deviated, which users
    paid for all the same.
    """

    planned: int = 0
    missed: int = 0
    cut_off: int = 0
    valueless: int = 0
    began: float | None = None
    last: float | None = None
    last_deviated: bool = False
    lapsed: int = 0
    lapsed_deviated: int = 0
    reasons: dict[MissedReason, int] = field(default_factory=dict)
    outcomes: bytearray = field(default_factory=bytearray)
    values: list[float] = field(default_factory=list)
    # Left out of comparisons: what is not a number equals nothing, itself included.
    readings: "array[float]" = field(default_factory=lambda: array("d"), compare=False)

    @property
    def met(self) -> int:
        return self.outcomes.count(GOOD)

    @property
    def deviated(self) -> int:
        return self.outcomes.count(BAD)

    @property
    def deviating(self) -> int:
        """All that deviated, with or without the effect of the conditions: what users paid for."""
        return self.deviated + self.lapsed_deviated

    @property
    def measured(self) -> int:
        return len(self.outcomes) - self.missed

    @property
    def observed(self) -> float | None:
        """The share that was met of what was measured."""
        return self.met / self.measured if self.measured else None


def tally_of(found: Columns, gone: bytes) -> PhaseTally:
    """Return the tally of a phase's measurements in slot order; `gone` are those without the effect of a condition."""
    cut, missed, bad = found.missed_for(CUT_OFF), found.are(MISSED), found.are(DEVIATED)
    without = both(gone, but(missed))  # measured, but of no condition, so they count as missed
    marks, measured = found.kinds.translate(_MARKS), but(missed)
    if 1 in without:
        measured = but(bytes(map(max, missed, without)))
        marks = bytes(mark if counts else UNMEASURED[0] for mark, counts in zip(marks, measured, strict=True))
    reasons = {reason: found.why.count(place + 1) for place, reason in enumerate(found.reasons)}
    reasons[MissedReason.NO_EFFECT] += without.count(1)
    # What a stop cut off is neither with the effect nor without.
    lapsed = both(gone, but(cut))
    began, last, last_deviated = edges_of(found) or (None, None, False)
    return PhaseTally(
        missed=measured.count(0),
        cut_off=cut.count(1),
        valueless=sum(map(not_, map(isfinite, compress(found.values, both(measured, bad))))),
        began=began,
        last=last,
        last_deviated=last_deviated,
        lapsed=lapsed.count(1),
        lapsed_deviated=both(lapsed, bad).count(1),
        reasons={reason: many for reason, many in reasons.items() if many},
        outcomes=bytearray(marks),
        values=sorted(filter(isfinite, compress(found.values, measured))),
        readings=found.values,
    )


class Edges(NamedTuple):
    """When the first and the last slot of a phase that no stop cut off were due, and whether the last one deviated."""

    began: float
    last: float
    last_deviated: bool


def edges_of(found: Columns) -> Edges | None:
    """Return the edges of a phase's measurements; None where all were cut off."""
    cut = found.missed_for(CUT_OFF)
    first, last = cut.find(0), cut.rfind(0)
    return Edges(found.due[first], found.due[last], found.kinds[last] == DEVIATED) if first >= 0 else None


def tallies_of(facts: Facts) -> dict[Phase, PhaseTally]:
    """A tally of each phase that was planned, measured, or both, in the order of phases.

    A slot that was planned and of which no measurement is known was missed; where measuring ended early, it
    was cut off. A phase has at least as many slots as measurements.
    """
    tallies = {phase: PhaseTally() for phase in PHASES}
    lapses = lapses_of(facts.effects)
    lapsed = Lapsed(lapses)
    for phase in PHASES:
        if found := facts.measurements.columns(phase):
            gone = bytes(map(lapsed, found.due)) if phase == "conditions" and lapses else bytes(len(found))
            tallies[phase] = tally_of(found, gone)
    for span in facts.phases:
        tallies[span.phase].planned += span.planned
    for tally in tallies.values():
        unknown = max(0, tally.planned - tally.measured - tally.missed)
        tally.missed += unknown
        tally.outcomes += unknown * UNMEASURED
        tally.readings.extend(repeat(nan, unknown))
        tally.cut_off += unknown if stopped_early(facts) else 0
        # A method that takes longer than its time has more slots than were planned.
        tally.planned = tally.measured + tally.missed
    spanned = {span.phase for span in facts.phases}
    return {phase: tally for phase, tally in tallies.items() if tally.planned or phase in spanned}


def stopped_early(facts: Facts) -> bool:
    """Whether measuring ended before its time, for whatever reason."""
    return facts.stop is not None or facts.status in CUT_SHORT
