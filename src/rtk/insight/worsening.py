"""Whether the service got worse under the conditions: what a comparison with the baseline comes down to."""

from enum import StrEnum

from rtk.insight.cause import ERROR
from rtk.insight.facts import Threshold
from rtk.insight.shape import Comparison


class Worsening(StrEnum):
    """How the conditions differ from the baseline."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "other"  # values differ, and no threshold says which of them are the good ones
    NOT_SHOWN = "not-shown"
    NOT_JUDGED = "not-judged"  # the baseline itself was broken


def worsening_of(found: Comparison, threshold: Threshold) -> Worsening:
    """Return how a phase differs from the baseline; shares of good measurements count before values."""
    if found.real is None:
        return Worsening.NOT_JUDGED
    if not found.real:
        return Worsening.NOT_SHOWN
    if decided_by_share(found):
        return Worsening.WORSE if (found.share_difference or 0.0) > 0 else Worsening.BETTER
    if (threshold.lower is None) == (threshold.upper is None):
        return Worsening.OTHER
    higher = (found.superiority or 0.0) > 0.5
    return Worsening.WORSE if higher == (threshold.upper is not None) else Worsening.BETTER


def p_of(found: Comparison) -> float | None:
    """Return the p-value of the test that a difference rests on."""
    return found.fisher_p if decided_by_share(found) else found.mann_whitney_p


def decided_by_share(found: Comparison) -> bool:
    """Whether the test on shares alone shows a difference."""
    # Bonferroni, as where the comparison was made: the one test that decides has to hold by itself.
    tests = 1 if found.mann_whitney_p is None else 2
    return found.fisher_p is not None and found.fisher_p < ERROR / tests
