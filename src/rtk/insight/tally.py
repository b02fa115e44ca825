"""One pass over the measurements: what every other figure is computed from, phase by phase."""

from array import array
from dataclasses import dataclass, field
from math import isfinite

from rtk.insight.effect import Lapsed, lapses_of
from rtk.insight.facts import CUT_OFF, PHASES, Facts, Measurement, MissedReason, Phase


@dataclass(slots=True)
class Tally:
    """Counts of a phase, its outcomes in slot order (1 met, 0 deviated, none missed) and its finite values.

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
    values: "array[float]" = field(default_factory=lambda: array("d"))

    @property
    def met(self) -> int:
        return self.outcomes.count(1)

    @property
    def deviated(self) -> int:
        return self.outcomes.count(0)

    @property
    def deviating(self) -> int:
        """All that deviated, with or without the effect of the conditions: what users paid for."""
        return self.deviated + self.lapsed_deviated

    @property
    def measured(self) -> int:
        return len(self.outcomes)

    @property
    def observed(self) -> float | None:
        """The share that was met of what was measured."""
        return self.met / self.measured if self.outcomes else None

    def add(self, m: Measurement, lapsed: bool = False) -> None:
        """Count one measurement; callers add them in slot order."""
        if m.code not in CUT_OFF:
            self.began = m.due if self.began is None else self.began
            self.last, self.last_deviated = m.due, m.outcome == "deviated"
            self.lapsed += lapsed
            self.lapsed_deviated += lapsed and m.outcome == "deviated"
        if lapsed or m.outcome == "missed":
            self.missed += 1
            why = m.code if m.outcome == "missed" else MissedReason.NO_EFFECT
            if why is not None:
                self.reasons[why] = self.reasons.get(why, 0) + 1
            self.cut_off += m.code in CUT_OFF
            return
        self.outcomes.append(m.outcome == "met")
        if m.value is not None and isfinite(m.value):
            self.values.append(m.value)
        else:
            self.valueless += m.outcome == "deviated"


def tallies_of(facts: Facts) -> dict[Phase, Tally]:
    """A tally of each phase that was planned, measured, or both, in the order of phases.

    A slot that was planned and of which no measurement is known was missed; where measuring ended early, it
    was cut off. A phase has at least as many slots as measurements.
    """
    tallies = {phase: Tally() for phase in PHASES}
    lapsed = Lapsed(lapses_of(facts.effects))
    for measurement in facts.measurements:
        tallies[measurement.phase].add(measurement, measurement.phase == "conditions" and lapsed(measurement.due))
    for span in facts.phases:
        tallies[span.phase].planned += span.planned
    for tally in tallies.values():
        _account(tally, stopped_early(facts))
    spanned = {span.phase for span in facts.phases}
    return {phase: tally for phase, tally in tallies.items() if tally.planned or phase in spanned}


def stopped_early(facts: Facts) -> bool:
    """Whether measuring ended before its time, for whatever reason."""
    return facts.stop is not None or facts.status in ("interrupted", "aborted")


def _account(tally: Tally, stopped: bool) -> None:
    unknown = max(0, tally.planned - tally.measured - tally.missed)
    tally.missed += unknown
    tally.cut_off += unknown if stopped else 0
    tally.planned = tally.measured + tally.missed
