"""The verdict: what a run's counts may say about its target, and what they may not.

pass          the lower bound, every missed slot counted as deviated, reaches the target
fail          the upper bound of what was measured stays below the target
inconclusive  neither; also where a pass would rest on clustered measurements or on a stopped run
invalid       a condition never took effect, or not for long enough, so that no measurement is evidence
None          there is nothing to judge: no objective, the gate was not met, or nothing began

Pass and fail exclude each other: a lower bound never lies above the upper bound of the same counts, and
counting missed slots as deviated only lowers it.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

from rtk.errors import BadInput
from rtk.insight.bounds import proven_at_least, proven_at_most
from rtk.insight.shape import InvalidReason, Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """What a verdict is made of: the counts of the conditions phase, and how the run went.

    `planned` may exceed the slots that were due when the run ended; those are missed too. `remaining` is how
    many of the missed slots were missed only because the run was stopped, `lapsed` how many of them were measured, but
    without the effect of a condition.
    """

    target: float | None
    planned: int
    met: int
    deviated: int
    missed: int = 0
    remaining: int = 0
    lapsed: int = 0
    stopped: bool = False
    clustered: bool = False
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
    """Whether the target is proven although every missed slot is counted as deviated."""
    if case.stopped or case.clustered:
        return False
    return proves(case.met, slots(case), target)


def fails(case: Case, target: float) -> bool:
    """Whether the target is ruled out, and would be had every slot that a stop cut off been met."""
    saved = case.remaining if case.stopped else 0
    highest = proven_at_most(case.met + saved, case.met + case.deviated + saved)
    return highest is not None and highest < target


def slots(case: Case) -> int:
    """All slots of the phase: those planned, or more where the method took longer than its time."""
    return max(case.planned, case.met + case.deviated + case.missed)


def proves(good: int, measured: int, target: float) -> bool:
    """Whether `good` of `measured` prove the target: their lower bound reaches it."""
    if good == measured:
        return measured >= needed(target)
    lowest = proven_at_least(good, measured)
    return lowest is not None and lowest >= target


def needed(target: float) -> int:
    """The fewest clean measurements that prove the target: the smallest n with target^n <= 0.05, exactly.

    ceil(ln 0.05 / ln target), in 60 decimal digits: floats are one off at some targets.
    """
    check_target(target)
    digits = Context(prec=60)
    ratio = digits.divide(digits.ln(Decimal("0.05")), digits.ln(Decimal(str(target))))
    return int(ratio.to_integral_value(ROUND_CEILING))


def check_target(target: float) -> None:
    """Refuse a target that is no share between 0 and 1."""
    if not 0 < target < 1:
        raise BadInput(f"The target is {target}: a share above 0 and below 1 was expected, such as 0.95.")
