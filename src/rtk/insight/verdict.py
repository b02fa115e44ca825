"""The verdict: what a run's counts may say about its target, and what they may not.

pass          outages begun, chances to begin one and their mean length prove the target of the condition
fail          the upper bound of what was measured stays below the target: an observation about this run's own time
inconclusive  neither; also where a pass would rest on a stopped run
invalid       the baseline missed the target already, or a condition never took effect, or not for long enough, so that
              no measurement is evidence; where several of these hold, the first of them is the reason
None          there is nothing to judge: no objective, the gate was not met, or nothing began

Pass and fail exclude each other: a proof never exceeds the lower bound for independent slots, which never lies above
the upper bound of the same counts; reading missed slots the worse way only lowers it.
"""

from bisect import bisect_left

from msgspec import Struct

from rtk.insight.bounds import proven_at_most
from rtk.insight.proof import Proof
from rtk.insight.shape import InvalidReason, Verdict


class Case(Struct, frozen=True):
    """What a verdict is made of: the counts of the conditions phase, and how the run went.

    `planned` may exceed the slots that were due when the run ended; those are missed too. `remaining` is how
    many of the missed slots were missed only because the run was stopped, `lapsed` how many of them were measured, but
    without the effect of a condition. `proof` is what all slots in their order prove, missed ones included, for outages
    of `outage_slots` slots on average; None where there was no slot.
    """

    target: float | None
    planned: int
    met: int
    deviated: int
    missed: int = 0
    remaining: int = 0
    lapsed: int = 0
    stopped: bool = False
    proof: Proof | None = None
    outage_slots: float = 1.0
    invalid: InvalidReason | None = None
    judged: bool = True


def verdict_of(case: Case) -> Verdict | None:
    """The verdict by the rules above; `judged` False is a gate not met or nothing begun."""
    if not case.judged:
        return None
    if case.invalid:
        return "invalid"
    if case.target is None:
        return None
    if passes(case, case.target):
        return "pass"
    return "fail" if fails(case, case.target) else "inconclusive"


def passes(case: Case, target: float) -> bool:
    """Whether the target is proven, whichever way missed slots are read."""
    # A stop chooses which slots are seen: who stops at the right moment could prove anything.
    return not case.stopped and case.proof is not None and case.proof.reaches(target)


def fails(case: Case, target: float) -> bool:
    """Whether the target is ruled out, and would be had every slot that a stop cut off been met."""
    most = highest(case)
    return most is not None and most < target


def highest(case: Case) -> float | None:
    """Return the upper bound that a fail rests on: where a stop chose the slots, that with all others good is it."""
    saved = case.remaining if case.stopped else 0
    return proven_at_most(case.met + saved, case.met + case.deviated + saved)


def rules_out(good: int, measured: int, target: float) -> bool:
    """Whether counts leave no room for the target: their exact upper bound lies below it."""
    most = proven_at_most(good, measured)
    return most is not None and most < target


def deciding(planned: int, target: float) -> int | None:
    """Return the fewest deviated slots with which so many fail even if all others are met; None where no number does.

    More deviated ones fail as well, and so do as many of fewer slots.
    """
    # The more deviate the lower is the bound, so that a search finds the first number.
    found = bisect_left(range(planned + 1), 1, key=lambda bad: rules_out(planned - bad, planned, target))
    return found if found <= planned else None


def is_gone(case: Case) -> bool:
    """Whether the effect of a condition was gone for more than half of the slots that no stop cut off."""
    # What is left of the rest would be no test of the condition.
    return 2 * case.lapsed > case.planned - case.remaining


def slots(case: Case) -> int:
    """All slots of the phase: those planned, or more where the method took longer than its time."""
    return max(case.planned, case.met + case.deviated + case.missed)
