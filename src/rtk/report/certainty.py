"""What is proven, in words: the bound that the headline has."""

from rtk.figures import NO_DATA, bound, count, duration, rounded
from rtk.insight.proof import LengthFrom
from rtk.insight.shape import Insight

QUESTION = "What is proven?"
_CHANCE = "That allows for chance: measurements may have met more bad moments than there were."


def figure(insight: Insight) -> str:
    """Return the figure that answers: what is proven, or what a fail leaves room for."""
    figures = insight.figures
    target = None if insight.objective is None else insight.objective.get("target")
    if figures.proven_at_least is None and figures.proven_at_most is None:
        return NO_DATA
    if insight.proof is None:
        # Version 1 had no proof, but bounds for slots that are independent of each other.
        at_least, at_most = bound(figures.proven_at_least, target), bound(figures.proven_at_most, target)
        return f"at least {at_least}" if figures.verdict == "pass" else f"{at_least} to {at_most}"
    if figures.verdict == "fail":
        return f"at most {bound(_at_most(insight), target)} good"
    return f"at least {bound(insight.proof.at_least, target)} good"


def explanation(insight: Insight) -> str:
    """Return what the figure holds for, and the second figure, each in a sentence."""
    figures = insight.figures
    if figures.observed is None:
        return "Nothing was measured while conditions applied."
    if insight.proof is None:
        if figures.verdict == "pass":
            return f"The share that is good, {proven_for(insight)}."
        sure = "95 % sure of each end (a 90 % interval), if they are independent"
        return f"The share of good measurements in this run, {sure}."
    measured = duration(rounded((figures.met + figures.deviated) * insight.frequency_s))
    if figures.verdict == "fail":
        cut_off = "" if _at_most(insight) == figures.proven_at_most else ", had what was cut off been good"
        return f"Of the {measured} measured in this run, 95 % sure{cut_off}. {_CHANCE}"
    lasting = duration(rounded(insight.proof.length * insight.frequency_s))
    if insight.proof.length_from == LengthFrom.SEEN:
        source = "as those seen here may"
    else:
        source = f"as {insight.outage.source}" if insight.outage else ""
    sure = f"95 % sure, if outages last {lasting} on average, {source}. Of 20 such proofs at most 1 is wrong"
    missed = figures.missed  # taken as the worst case: why a proof may be far below what was seen
    verb = "is" if missed == 1 else "are"
    worst = f" The {count(missed, 'slot')} not measured {verb} taken as the worst case." if missed else ""
    return f"Over the {measured} measured, {sure}.{worst}"


def proven(insight: Insight) -> float | None:
    """Return the share that is proven."""
    return insight.proof.at_least if insight.proof else insight.figures.proven_at_least


def proven_for(insight: Insight) -> str:
    """Return how long the outages are that a proof holds for; insights of version 1 counted slots."""
    if insight.proof is None:
        return "95 % sure, were each slot independent of the others"
    lasting = duration(rounded(insight.proof.length * insight.frequency_s))
    return f"95 % sure, for outages of {lasting} on average"


def _at_most(insight: Insight) -> float | None:
    """The bound that a fail rests on; early insights of version 2 tell that of the measurements alone."""
    return insight.figures.proven_at_most if insight.at_most is None else insight.at_most
