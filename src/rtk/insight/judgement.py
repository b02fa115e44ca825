"""The verdict on a series of slots alone, for whoever has one: `from rtk.insight import judge`."""

from collections.abc import Sequence

from msgspec import Struct

from rtk.insight.bounds import proven_at_most
from rtk.insight.proof import BAD, GOOD, MISSED, LengthFrom, prove
from rtk.insight.shape import Verdict
from rtk.insight.verdict import Case, verdict_of

_MARKS = {True: GOOD, False: BAD, None: MISSED}


class Judgement(Struct, frozen=True):
    """What a series of slots may say about a target. Shares are 0 to 1, lengths are in slots.

    `at_least` is the share proven of the condition, for outages of `length` slots on average; `at_most` the upper bound
    of the share in this series, None where nothing was measured. `outages` began in `chances` to begin one.
    """

    verdict: Verdict
    at_least: float
    at_most: float | None
    outages: int
    chances: int
    length: float
    length_from: LengthFrom


def judge(outcomes: Sequence[bool | None], target: float, outage_slots: float) -> Judgement:
    """Return the judgement of outcomes in slot order: True for good, False for bad, None for missed.

    `target` is the promised share of good slots, `outage_slots` how many slots an outage lasts on average. Raises
    BadInput for a target that is not above 0 and below 1, and ValueError for no outcomes. The rules and their sources
    are those of `rtk.insight.proof`.
    """
    series = b"".join(_MARKS[each] for each in outcomes)
    proof = prove(series, outage_slots)
    if proof is None:
        raise ValueError("no outcomes: a judgement needs at least one slot")
    good, bad, missed = (series.count(mark) for mark in (GOOD, BAD, MISSED))
    case = Case(target, len(series), good, bad, missed, proof=proof)
    return Judgement(
        # It is judged and has a target, so there always is a verdict; the type does not say so.
        verdict=verdict_of(case) or "inconclusive",
        at_least=proof.at_least,
        at_most=proven_at_most(good, good + bad),
        outages=proof.outages,
        chances=proof.chances,
        length=proof.length,
        length_from=proof.length_from,
    )
