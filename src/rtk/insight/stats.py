"""Counts and quantiles of a phase and of the whole run, from raw values.

A quantile is the nearest rank: of n sorted values the p95 is the one at place ceil(0.95 n). It is always a
value that was measured, never one between two. Missed slots have no value, nor have measurements whose
probe gave none.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from rtk.insight.facts import Phase
from rtk.insight.shape import Stats
from rtk.insight.tally import Tally


def stats_of(phase: Phase | None, tallies: Iterable[Tally]) -> Stats:
    """The statistics of the given tallies together; `phase` None says the whole run."""
    parts = list(tallies)
    valued = [part.values for part in parts if part.values]
    values = valued[0] if len(valued) == 1 else sorted(chain.from_iterable(valued))
    met, deviated = sum(part.met for part in parts), sum(part.deviated for part in parts)
    return Stats(
        phase=phase,
        planned=sum(part.planned for part in parts),
        met=met,
        deviated=deviated,
        missed=sum(part.missed for part in parts),
        observed=met / (met + deviated) if met + deviated else None,
        values=len(values),
        minimum=quantile(values, 0),
        p50=quantile(values, 50),
        p95=quantile(values, 95),
        p99=quantile(values, 99),
        maximum=quantile(values, 100),
    )


def quantile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest-rank quantile of values in ascending order; 0 is the smallest; None of no values."""
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
