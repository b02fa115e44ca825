"""The rules of a verdict a second time, in exact arithmetic and by other ways than the code's.

Nothing is solved here. A share is *refuted* by a series where what was seen would be as unlikely as one time in twenty
or less, were it true; what is proven is the edge of what is refuted. Tails are sums of binomial terms as whole numbers,
and the gamma distribution of a whole shape is a sum of Poisson terms in 60 decimal digits.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from random import Random

RISK = Fraction(1, 20)


def series_of(text: str) -> str:
    """A series as it is written: "g168 b2" is 168 good slots and two bad ones; "m" was missed."""
    return "".join(part[0] * int(part[1:]) for part in text.split())


def text_of(series: str) -> str:
    """The same the other way round."""
    parts: list[list[str]] = []
    for mark in series:
        if parts and parts[-1][0] == mark:
            parts[-1].append(mark)
        else:
            parts.append([mark])
    return " ".join(f"{part[0]}{len(part)}" for part in parts)


def drawn(seed: int, slots: int, share: float, length: float, missed: float = 0.0) -> str:
    """A service that is good for a while and then has an outage: a chain of two states, and slots that were missed."""
    luck = Random(seed)
    begins, good = min(1.0, (1 - share) / (share * length)), luck.random() < share
    marks = []
    for _ in range(slots):
        marks.append("m" if luck.random() < missed else "g" if good else "b")
        good = luck.random() >= begins if good else luck.random() < 1 / length
    return "".join(marks)


def few(most: int, of: int, chance: Fraction) -> Fraction:
    """P(at most so many of so many), by the shorter of the two sums."""
    if most > of // 2:
        return 1 - (few(of - most - 1, of, 1 - chance) if most < of else Fraction())
    up, whole = chance.numerator, chance.denominator
    down = whole - up
    term = total = down**of
    for k in range(most):
        term = term * (of - k) * up // ((k + 1) * down) if down else 0  # never rounds
        total += term
    return Fraction(total, whole**of)


def readings(series: str) -> tuple[str, ...]:
    """Missed slots read as bad and as good."""
    return (series.replace("m", "b"), series.replace("m", "g"))


def counts(reading: str) -> tuple[int, int, int]:
    """Bad slots, outages begun, and chances to begin one."""
    begun = sum(pair == ("g", "b") for pair in pairwise(reading)) + (reading[0] == "b")
    return reading.count("b"), begun, reading[:-1].count("g") + 1


def refuted(reading: str, share: Fraction, length: Fraction) -> bool:
    """Whether no share so small is to be believed of what was measured, for outages of that length."""
    slots, (bad, begun, chances) = len(reading), counts(reading)
    if few(bad, slots, 1 - share) > RISK:
        return False
    begins = (1 - share) / (share * length)
    if bad:
        return begins >= 1 or few(begun, chances, begins) <= RISK
    if begins >= 1:
        return slots > 1 or share <= RISK
    return share * (1 - begins) ** (slots - 1) <= RISK


def lasting(reading: str, given: Fraction, outlasting: int = 0) -> Fraction:
    """The length that counts: what was given, or the upper 75 % bound of a mean that was seen to be longer."""
    bad, begun, _ = counts(reading)
    whole, shortest = bad + (outlasting if reading.endswith("b") else 0), max(given, Fraction(1))
    if not begun or Fraction(whole, begun) <= shortest:
        return shortest
    return whole / quartile(begun)


@lru_cache
def quartile(shape: int) -> Fraction:
    """The lower quartile of a gamma distribution of a whole shape, by halving."""
    low, high = Fraction(0), Fraction(shape)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(shape, middle) < Decimal("0.25") else (low, middle)
    return low


def _below(shape: int, x: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        at = Decimal(x.numerator) / Decimal(x.denominator)
        term, total = Decimal(1), Decimal(0)
        for k in range(shape):
            total += term
            term = term * at / (k + 1)
        return 1 - (-at).exp() * total


def passes(series: str, target: Fraction, given: Fraction, outlasting: int = 0) -> bool:
    """Whether less than the target is refuted, however missed slots are read."""
    return all(refuted(each, target, lasting(each, given, outlasting)) for each in readings(series))


def fails(series: str, target: Fraction) -> bool:
    """Whether so few good of what was measured would come up less than one time in twenty, were the target kept."""
    good, bad = series.count("g"), series.count("b")
    return good + bad > 0 and few(good, good + bad, target) < RISK
