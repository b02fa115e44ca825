"""Measure what one occurrence costs on simulated services: the length of a run must not change it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import sqrt

from bench.row import Figures, Row
from bench.series import Service, outcomes
from bench.sitting import Sitting
from rtk.insight.facts import (
    ActivitySpan,
    Facts,
    MeasurementSeries,
    Phase,
    PhaseSpan,
    ServiceLevelObjective,
    SlotMeasurement,
)
from rtk.insight.occurrence import Allowance, Occurrence, occurrence_of
from rtk.insight.occurs import MONTH_S, Occurs
from rtk.insight.outage_length import outage_length

TARGET, OWN = 0.95, 0.99
RUNS, SEED = 400, 20_261_129
MINUTES = (1, 5, 20)
FAILOVER_S, BEFORE_S, AFTER_S, LASTS_S = 20, 60, 60, 1200.0
RIGHT, APART = 0.95, 2  # the share of runs that are right, to so many slots


@dataclass(frozen=True, slots=True)
class Cell:
    """Services measured so often (seconds) for so many minutes, their own outages of so many slots; 0: none."""

    every: int
    own: int
    minutes: int

    def name(self) -> str:
        """Return the name of its figure."""
        own = f"own outages of {self.own} slots" if self.own else "quiet"
        return f"every {self.every} s, {own}, {self.minutes} min"


CELLS = [Cell(every, own, m) for every, own in ((1, 0), (5, 0), (1, 1), (1, 3), (1, 10), (5, 3)) for m in MINUTES]


def run(sitting: Sitting) -> Row:
    """The row. Its seed is fixed, so that whoever plays it finds the same."""
    runs = round(sitting.either(RUNS, 40))
    sitting.asks(
        f"cost of an occurrence, a failover of 20 s measured for 1, 5 and 20 minutes, {runs:,} simulated runs a cell",
        "right to two slots and within the allowance in ≥ 95 % - 2 standard errors of runs, quiet and 99 % good; harm "
        "that lasts as long as the condition costs the same to two slots, and without `lasts` is unknown",
    )
    found = sitting.untimed("occurrence", lambda: _shares(runs))
    return sitting.row(_told(found), held(found, runs))


def _shares(runs: int) -> Figures:
    rng = random.Random(SEED)
    return {
        **{cell.name(): share(cell, runs, rng) for cell in CELLS},
        **{f"all bad, {minutes} min": lasting_cost(minutes) for minutes in MINUTES},
    }


def share(cell: Cell, runs: int, rng: random.Random) -> float:
    """Return the share of runs in which a failover costs what it does, to two slots, and is within the allowance."""
    right = 0
    for _ in range(runs if cell.own else 1):
        found = priced(cell, FAILOVER_S // cell.every, None, rng)
        off = abs((found.cost_s or 0.0) - FAILOVER_S - cell.every)
        right += off <= APART * cell.every and found.answer is Allowance.WITHIN
    return right / (runs if cell.own else 1)


def lasting_cost(minutes: int) -> float:
    """Return the cost of harm that lasts as long as the condition, in seconds; -1 where `lasts` was not asked for."""
    cell, rng = Cell(5, 0, minutes), random.Random(SEED)
    asked = priced(cell, minutes * 12, None, rng)
    if asked.answer is not Allowance.UNKNOWN:
        return -1.0
    return priced(cell, minutes * 12, LASTS_S, rng).cost_s or 0.0


def priced(cell: Cell, bad: int, lasts_s: float | None, rng: random.Random) -> Occurrence:
    """Return what a run finds whose first slots under the condition are bad."""
    before, during, after = (seconds // cell.every for seconds in (BEFORE_S, cell.minutes * 60, AFTER_S))
    series = [True] * (before + during + after)
    if cell.own:
        series = list(outcomes(Service(len(series), OWN, cell.own, cell.own), rng))
    series[before : before + bad] = [False] * bad
    phases: tuple[tuple[Phase, int], ...] = (("baseline", before), ("conditions", during), ("recovery", after))
    began, ended = float(before * cell.every), float((before + during) * cell.every)
    facts = Facts(
        run_id="simulated",
        title="Failover",
        frequency_s=float(cell.every),
        duration_s=float(len(series) * cell.every),
        started_at=0.0,
        measurements=MeasurementSeries(_measured(phases, series, cell.every)),
        objective=ServiceLevelObjective(TARGET, MONTH_S),
        phases=(PhaseSpan("conditions", began, ended, during),),
        conditions=(ActivitySpan("failover", began, ended, "succeeded"),),
        occurs=Occurs(2, MONTH_S, lasts_s),
    )
    length = outage_length(facts.frequency_s).slots(facts.frequency_s)
    found = occurrence_of(facts, length, judged=True)
    assert found is not None
    return found


def _measured(phases: tuple[tuple[Phase, int], ...], series: list[bool], every: int) -> Iterator[SlotMeasurement]:
    of = chain.from_iterable([(phase, slot) for slot in range(slots)] for phase, slots in phases)
    for place, (good, (phase, slot)) in enumerate(zip(series, of, strict=True)):
        due = float(place * every)
        yield SlotMeasurement(phase, slot, due, due, due + 0.1, "met" if good else "deviated")


def held(found: Figures, runs: int) -> bool:
    """Return whether every cell is right often enough, and lasting harm costs the same however long it is measured."""
    slack = 2 * sqrt(RIGHT * (1 - RIGHT) / runs)
    lasting = [found[f"all bad, {minutes} min"] for minutes in MINUTES]
    same = max(lasting) - min(lasting) <= APART * 5 and min(lasting) >= LASTS_S
    return same and all(found[cell.name()] >= (RIGHT - slack if cell.own else 1) for cell in CELLS)


def _told(found: Figures) -> str:
    quiet = min(found[cell.name()] for cell in CELLS if not cell.own)
    kinds = dict.fromkeys((cell.every, cell.own) for cell in CELLS if cell.own)
    own = ", ".join(f"every {every} s L {each} {_least(found, every, each):.1%}" for every, each in kinds)
    lasting = ", ".join(f"{found[f'all bad, {minutes} min']:,.0f} s" for minutes in MINUTES)
    told = f"right: quiet {quiet:.0%}, 99% good at least {own}; all bad for 1, 5, 20 min: {lasting} for 20 min"
    return told.replace("%", " %")


def _least(found: Figures, every: int, own: int) -> float:
    return min(found[cell.name()] for cell in CELLS if (cell.every, cell.own) == (every, own))
