"""What a series of slots proves of the condition it was measured under, where failures come in stretches.

A service is good for a while, then an outage begins and lasts. So evidence is counted in outages and not in slots:
`outages` begun in `chances` to begin one bound the rate at which they begin, and a mean length L turns that rate into a
share of time. With the exact one-sided upper bound λ⁺ of outages ÷ chances, the share that is good is at least

    1 / (1 + λ⁺ L)

and never more than the bound for independent slots, which keeps what begins bad or stays bad right. Where nothing was
bad it is the share at which so many clean slots are only 5 % likely:

    (1 - b) (1 - b / ((1 - b) L))^(n-1) = 0.05

L is the given mean length, or the upper 75 % bound of the mean that was seen, where the mean seen is longer. Both
uncertainties together then make 95 % for outages of geometric length. Where outages are longer than given and hardly
any was seen, no arithmetic can know: so the length is part of every sentence.

Sources: DESIGN, "What a verdict may say when failures come in stretches"; Clopper and Pearson, Biometrika 26 (1934).
"""

from decimal import ROUND_CEILING, Context, Decimal
from enum import StrEnum
from functools import lru_cache
from math import exp, log, log1p

from msgspec import Struct

from rtk.errors import BadInput
from rtk.insight.bounds import RISK, chance_of_at_least, proven_at_least
from rtk.insight.gamma import lower_quartile

BAD, GOOD, MISSED = b"\0", b"\1", b"\2"  # a slot's outcome in a series
SHORTEST = 1.0  # slots: no outage that is seen lasts for less
_DIGITS = Context(prec=60)


class LengthFrom(StrEnum):
    """Where the length of an outage comes from: what was given, or what was seen to be longer."""

    GIVEN = "given"
    SEEN = "seen"


class Proof(Struct, frozen=True):
    """What a series proves: the share of good slots is at least `at_least`, for outages of `length` slots on average.

    `outages` begun and `chances` to begin one are of the reading of missed slots that proves less; `slots` are all
    slots of the series.
    """

    at_least: float
    outages: int
    chances: int
    length: float
    length_from: LengthFrom
    slots: int

    def reaches(self, target: float) -> bool:
        """Return whether the target is proven. A clean series is held against `needed`, which does not round."""
        if self.outages == 0:
            return self.slots >= needed(target, self.length)
        return self.at_least >= target


class Counts(Struct, frozen=True):
    """What of a series counts: its slots, the good ones, `outages` begun in `chances` to begin one.

    `outlasting` is for how many slots the last outage went on after the series.
    """

    slots: int
    good: int
    outages: int
    chances: int
    outlasting: int = 0


def independent(good: int, slots: int) -> Proof | None:
    """Return what counts prove where each slot is independent of the others, so that their order says nothing."""
    share = proven_at_least(good, slots)
    if share is None:
        return None
    return Proof(share, slots - good, slots, SHORTEST, LengthFrom.GIVEN, slots)


def prove(series: bytes, outage_slots: float, *, outlasting: int = 0, risk: float = RISK) -> Proof | None:
    """Return what a series of GOOD, BAD and MISSED slots proves for outages of a mean length; None for no slots.

    Missed slots are read both ways, all as bad and all as good, and the worse reading counts: a bad slot between two
    others joins two outages into one. `outlasting` is for how many slots the last outage went on after the series.
    """
    if not series:
        return None
    length = max(outage_slots, SHORTEST)
    as_bad = _proven(series.replace(MISSED, BAD), length, outlasting, risk)
    if MISSED not in series:
        return as_bad
    as_good = _proven(series.replace(MISSED, GOOD), length, outlasting, risk)
    return min(as_bad, as_good, key=lambda proof: proof.at_least)


def _proven(series: bytes, length: float, outlasting: int, risk: float) -> Proof:
    return counted(counts_of(series, outlasting), length, risk)


def counts_of(series: bytes, outlasting: int = 0) -> Counts:
    """Return what counts of a series without missed slots; where it ends good, nothing outlasts it."""
    good = series.count(GOOD)
    begun = series.count(GOOD + BAD) + series.startswith(BAD)
    # One may begin with the series and after each good slot, but the last: nobody looked at what follows it.
    chances = good - series.endswith(GOOD) + 1
    return Counts(len(series), good, begun, chances, outlasting if series.endswith(BAD) else 0)


def counted(counts: Counts, outage_slots: float, risk: float = RISK) -> Proof:
    """Return what the counts of a series without missed slots prove for outages of a mean length (1 slot or more)."""
    slots, good, begun = counts.slots, counts.good, counts.outages
    each = proven_at_least(good, slots, risk) or 0.0
    if good == slots:
        share = min(_clean(slots, outage_slots, risk), each)
        return Proof(share, 0, slots, outage_slots, LengthFrom.GIVEN, slots)
    length, source = _length(outage_slots, slots - good + counts.outlasting, begun)
    # The exact one-sided upper bound of the chance that an outage begins.
    rate = 1 - (proven_at_least(counts.chances - begun, counts.chances, risk) or 0.0)
    share = min(1 / (1 + rate * length), each)
    return Proof(share, begun, counts.chances, length, source, slots)


def proves(counts: Counts, target: float, outage_slots: float, risk: float = RISK) -> bool:
    """Return whether counts prove a target, without working out how much they prove, in a fraction of the time.

    A bound reaches a target where what was seen is no likelier than the risk, were the share just the target.
    """
    slots, good, begun = counts.slots, counts.good, counts.outages
    if good == slots:
        return slots >= needed(target, outage_slots, risk)
    if chance_of_at_least(good, slots, target) > risk:
        return False
    length, _ = _length(outage_slots, slots - good + counts.outlasting, begun)
    rate = (1 / target - 1) / length
    return rate >= 1 or chance_of_at_least(counts.chances - begun, counts.chances, 1 - rate) <= risk


def _length(given: float, bad: int, begun: int) -> tuple[float, LengthFrom]:
    # Corrected only towards longer: with the bound always, a good service would pass far less often.
    if bad / begun <= given:
        return given, LengthFrom.GIVEN
    return bad / lower_quartile(begun), LengthFrom.SEEN


def _clean(slots: int, length: float, risk: float) -> float:
    """The share of good slots at which so many clean ones are as unlikely as the risk."""
    low, high = 0.0, 1.0
    for _ in range(60):  # halvings: finer than floats tell shares apart
        bad = (low + high) / 2
        begins = bad / ((1 - bad) * length) if bad < 1 else 1.0
        chance = 1 - bad if slots == 1 else 0.0  # where an outage begins after each good slot
        if begins < 1:
            chance = exp(log(1 - bad) + (slots - 1) * log1p(-begins))
        low, high = (bad, high) if chance > risk else (low, bad)
    return 1 - high


@lru_cache(maxsize=256)
def needed(target: float, outage_slots: float = SHORTEST, risk: float = RISK) -> int:
    """Return the fewest clean slots that prove the target, exactly.

    For independent slots it is the smallest n with target^n <= the risk, for outages of a mean length the smallest n of
    the formula above, whichever is more; in 60 decimal digits, since floats are one off at some targets.
    """
    check_target(target)
    good, least = Decimal(str(target)), Decimal(str(risk))
    independent = _DIGITS.divide(_DIGITS.ln(least), _DIGITS.ln(good))
    begins = _DIGITS.divide(1 - good, good * Decimal(str(max(outage_slots, SHORTEST))))
    if begins >= 1:
        # An outage then follows each good slot, so that a second clean one in a row would refute it.
        clustered = Decimal(1 if good <= least else 2)
    else:
        clustered = 1 + _DIGITS.divide(_DIGITS.ln(least) - _DIGITS.ln(good), _DIGITS.ln(1 - begins))
    return int(max(independent, clustered).to_integral_value(ROUND_CEILING))


def check_target(target: float) -> None:
    """Refuse a target that is no share between 0 and 1."""
    if not 0 < target < 1:
        raise BadInput(f"The target is {target}: a share above 0 and below 1 was expected, such as 0.95.")
