"""How long a run deviated: each deviated slot stands for the time until the next slot, at most one frequency.

Within a phase that is exactly one frequency. Between phases it is what lies between their slots, for the next phase
begins where the one before it was over, on a grid of its own.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from rtk.insight.budget import exact
from rtk.insight.facts import PHASES, Facts, Phase
from rtk.insight.tally import Tally, tallies_of

_DIGITS = 6  # of a due time: what is less is the noise of floats


def deviating_time(tallies: Mapping[Phase, Tally], frequency_s: float) -> Fraction:
    """Return the deviating time of all phases in seconds, exactly."""
    whole = exact(frequency_s)
    total = whole * sum(tally.deviating for tally in tallies.values())
    return total - sum((whole - cost for cost in _shorter(tallies, whole).values()), Fraction())


def deviating_spans(facts: Facts) -> Iterator[tuple[float, float]]:
    """Yield from when to when the run deviated (seconds since it began), a span for each deviated slot."""
    shorter = _shorter(tallies_of(facts), exact(facts.frequency_s))
    for m in facts.measurements:
        if m.outcome == "deviated":
            cost = shorter.get((m.phase, m.due))
            yield m.due, m.due + (facts.frequency_s if cost is None else float(cost))


def _shorter(tallies: Mapping[Phase, Tally], whole: Fraction) -> dict[tuple[Phase, float], Fraction]:
    """The last slots of phases that deviated, where the next phase began before a frequency was over."""
    measured = [(phase, tallies[phase]) for phase in PHASES if phase in tallies and tallies[phase].began is not None]
    found: dict[tuple[Phase, float], Fraction] = {}
    for (phase, tally), (_, following) in pairwise(measured):
        if tally.last_deviated and tally.last is not None and following.began is not None:
            until_next = max(Fraction(), exact(round(following.began - tally.last, _DIGITS)))
            found[phase, tally.last] = min(whole, until_next)
    return found
