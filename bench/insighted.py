"""Print how long the insight of a run of many slots takes: seconds of CPU, and how much memory it takes more.

A process of its own, with nothing but what earlier checkouts know too: `PYTHONPATH` says whose insight it is.
"""

import random
import resource
import sys
from array import array
from time import process_time

from rtk.insight.facts import (
    ActivitySpan,
    Facts,
    MeasurementSeries,
    MissedReason,
    Outcome,
    Phase,
    PhaseSpan,
    ServiceLevelObjective,
    Stored,
    Threshold,
    code_of,
)
from rtk.insight.insight import insight

EVERY_S = 0.1
BAD, LASTS, MISSED = 0.02, 5.0, 0.002  # shares of the slots, and how many slots an outage lasts on average
SHARES: dict[Phase, float] = {"baseline": 0.1, "conditions": 0.8, "recovery": 0.1}
KIB = 1024


def facts_of(many: int, seed: int = 1) -> Facts:
    """Return a run of so many slots, some of them bad in outages and some missed here and there."""
    rng = random.Random(seed)
    outcomes = _outcomes(many, rng)
    measurements, phases, place = MeasurementSeries(), [], 0
    for phase, share in SHARES.items():
        slots = round(many * share)
        part = outcomes[place : place + slots]
        codes = bytes(code_of(phase, outcome) for outcome in part)
        why = {n: MissedReason.NO_SLOT_FREE for n, outcome in enumerate(part) if outcome == "missed"}
        measurements.extend(Stored(codes, array("q", range(slots)), _times(part, place, rng), why))
        phases.append(PhaseSpan(phase, place * EVERY_S, (place + slots) * EVERY_S, slots))
        place += slots
    began, ended = phases[1].started, phases[1].ended or 0.0
    return Facts(
        run_id="bench",
        title="large",
        frequency_s=EVERY_S,
        duration_s=many * EVERY_S,
        started_at=0.0,
        measurements=measurements,
        objective=ServiceLevelObjective(0.95, 86_400.0),
        threshold=Threshold(None, 500.0, "ms"),
        phases=tuple(phases),
        conditions=(ActivitySpan("burn", began, began + 1, "succeeded"),),
        rollbacks=(ActivitySpan("unburn", ended, ended + 1, "succeeded"),),
        rolled_back=True,
    )


def _outcomes(many: int, rng: random.Random) -> list[Outcome]:
    begins, bad = BAD / (1 - BAD) / LASTS, False
    found: list[Outcome] = []
    for _ in range(many):
        bad = rng.random() >= 1 / LASTS if bad else rng.random() < begins
        found.append("missed" if rng.random() < MISSED else "deviated" if bad else "met")
    return found


def _times(outcomes: list[Outcome], place: int, rng: random.Random) -> "array[float]":
    nan, found = float("nan"), array("d")
    for n, outcome in enumerate(outcomes, place):
        due = n * EVERY_S
        value = nan if outcome == "missed" else rng.uniform(100, 480) + (400 if outcome == "deviated" else 0)
        started = nan if outcome == "missed" else due + 0.001
        found.extend((due, started, started + value / 1000, value))
    return found


def main(many: int) -> None:
    """Print both, of one run."""
    facts = facts_of(many)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    found = insight(facts)
    took = process_time() - began
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / KIB
    assert found.figures.verdict, "nothing was judged"
    print(took, more)


if __name__ == "__main__":
    main(int(sys.argv[1]))
