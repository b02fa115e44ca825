"""Counts and quantiles of a phase and of the whole run, from raw values.

A quantile is the nearest rank: of n measured slots the p95 is the value at place ceil(0.95 n). It is always a value
that was measured, never one between two. A slot that gave no value counts as the slowest, and so does one that deviated
though its value is within the threshold: it failed for another reason, and a quick failure is no quick answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from math import inf, isfinite

from rtk.insight.columns import only
from rtk.insight.facts import Facts, Phase
from rtk.insight.proof import BAD, MISSED
from rtk.insight.quantile_bound import USUAL, QuantileBound, SlotValues, bounds_of, seen_bounds
from rtk.insight.shape import Stats
from rtk.insight.tally import PhaseTally

_MISSED, _BAD = only(*MISSED), only(*BAD)
_LATER: tuple[Phase, ...] = ("undo", "recovery")


def statistics(
    facts: Facts, tallies: Mapping[Phase, PhaseTally], outage_slots: float
) -> tuple[Stats, tuple[Stats, ...]]:
    """The statistics of the whole run, and of each phase, for outages of a mean length."""
    upper, promised = facts.threshold.upper, facts.objective
    # A promise about a quantile is shown by that very quantile, whichever it is.
    shares = {*USUAL, promised.target} if promised and promised.quantile else {*USUAL}
    slots = {phase: slots_of(tally, upper) for phase, tally in tallies.items()}
    # An outage at the end of the conditions may go on in what follows.
    later = [value for phase in _LATER if phase in slots for value in slots[phase].values]
    phases = tuple(
        stats_of(phase, [tally], bounds_of(slots[phase], later if phase == "conditions" else (), outage_slots, shares))
        for phase, tally in tallies.items()
    )
    measured = sum(tally.measured for tally in tallies.values())
    whole = seen_bounds([each.ordered for each in slots.values()], measured, outage_slots, shares)
    return stats_of(None, tallies.values(), whole), phases


def stats_of(phase: Phase | None, tallies: Iterable[PhaseTally], quantiles: tuple[QuantileBound, ...] = ()) -> Stats:
    """The statistics of the given tallies together, with their quantiles; `phase` None says the whole run."""
    parts = list(tallies)
    valued = [part.values for part in parts if part.values]
    met, deviated = sum(part.met for part in parts), sum(part.deviated for part in parts)
    known = {each.name: each.value for each in quantiles}
    return Stats(
        phase=phase,
        planned=sum(part.planned for part in parts),
        met=met,
        deviated=deviated,
        missed=sum(part.missed for part in parts),
        observed=met / (met + deviated) if met + deviated else None,
        values=sum(map(len, valued)),
        minimum=min((values[0] for values in valued), default=None),
        p50=known.get("p50"),
        p95=known.get("p95"),
        p99=known.get("p99"),
        maximum=max((values[-1] for values in valued), default=None),
        quantiles=quantiles,
    )


def slots_of(tally: PhaseTally, upper: float | None = None) -> SlotValues:
    """Return the values of a phase's slots in their order; `upper` is the threshold of a value, where there is one."""
    marks = bytes(tally.outcomes)
    missed, bad = marks.translate(_MISSED), marks.translate(_BAD)
    values = tally.readings.tolist()
    # Where each slot has a value, a million of them need not be gone through.
    if len(tally.values) < len(values):
        values = [value if -inf < value < inf else inf for value in values]
        for place in compress(range(len(values)), missed):
            values[place] = inf
    failed = [] if upper is None else [place for place in compress(range(len(values)), bad) if values[place] <= upper]
    for place in failed:
        values[place] = inf
    return SlotValues(values, missed, sorted(filter(isfinite, values)) if failed else tally.values)


def quantile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest-rank quantile of values in ascending order; 0 is the smallest; None of no values."""
    if not ordered:
        return None
    # Rounded up in whole numbers: floats would be one off now and then.
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
