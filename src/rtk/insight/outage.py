"""How long a run deviated: each deviated slot stands for the time until the next slot, at most one frequency.

Within a phase that is exactly one frequency. Between phases it is what lies between their slots, for the next phase
begins where the one before it was over, on a grid of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import compress, pairwise

from rtk.insight.budget import exact
from rtk.insight.columns import DEVIATED
from rtk.insight.facts import PHASES, Facts, Phase
from rtk.insight.tally import Edges, PhaseTally, edges_of

_DIGITS = 6  # of a due time: what is less is the noise of floats


def deviating_time(tallies: Mapping[Phase, PhaseTally], frequency_s: float) -> Fraction:
    """Return the deviating time of all phases in seconds, exactly."""
    whole = exact(frequency_s)
    total = whole * sum(tally.deviating for tally in tallies.values())
    edges: list[tuple[Phase, Edges | None]] = []
    for phase in PHASES:
        tally = tallies.get(phase)
        if tally and tally.began is not None and tally.last is not None:
            edges.append((phase, Edges(tally.began, tally.last, tally.last_deviated)))
    return total - sum((whole - cost for cost in _shorter(edges, whole).values()), Fraction())


def deviating_spans(facts: Facts) -> Iterator[tuple[float, float]]:
    """Yield from when to when the run deviated (seconds since it began), a span for each deviated slot."""
    phases = [(phase, facts.measurements.columns(phase)) for phase in PHASES]
    edges = [(phase, edges_of(found) if found else None) for phase, found in phases]
    shorter = _shorter(edges, exact(facts.frequency_s))
    for phase, found in phases:
        for due in compress(found.due, found.are(DEVIATED)):
            cost = shorter.get((phase, due))
            yield due, due + (facts.frequency_s if cost is None else float(cost))


def _shorter(edges: Sequence[tuple[Phase, Edges | None]], whole: Fraction) -> dict[tuple[Phase, float], Fraction]:
    """The last slots of phases that deviated, where the next phase began before a frequency was over."""
    measured = [(phase, found) for phase, found in edges if found]
    found: dict[tuple[Phase, float], Fraction] = {}
    for (phase, ends), (_, following) in pairwise(measured):
        if ends.last_deviated:
            until_next = max(Fraction(), exact(round(following.began - ends.last, _DIGITS)))
            found[phase, ends.last] = min(whole, until_next)
    return found
