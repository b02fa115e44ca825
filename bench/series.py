"""Series of slots of a service that is good for a while, then in an outage: stationary, with known share and lengths.

Good stretches last for a geometric number of slots, so that an outage may begin at any slot alike. Outages last for a
geometric number of slots too, which is what the proof is made for, or for a lognormal one: most are short, a few are
very long, as outages are that wait for a person.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from math import log, log1p
from statistics import NormalDist

SPREAD = 1.0  # of the logarithm of a lognormal length
_LONGEST = 4_096  # slots of an outage; a longer one is rarer than one in a million at the means that are simulated


class Lengths(StrEnum):
    """The distribution of the lengths of outages around their mean."""

    GEOMETRIC = "geometric"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Service:
    """A service measured for so many slots: its share of good ones, how long its outages last, and are assumed to."""

    slots: int
    share: float
    lasts: float
    assumed: float
    lengths: Lengths = Lengths.GEOMETRIC


def outcomes(service: Service, rng: random.Random) -> Sequence[bool]:
    """Return the outcomes of a run, True for good; it may begin within an outage."""
    begins = (1 - service.share) / service.share / service.lasts
    length = lognormal(service.lasts) if service.lengths is Lengths.LOGNORMAL else None
    end = 1 / service.lasts
    series: list[bool] = []
    if rng.random() >= service.share:
        series += [False] * (length.rest(rng) if length else _geometric(end, rng))
    while len(series) < service.slots:
        series += [True] * _geometric(begins, rng)
        series += [False] * (length.draw(rng) if length else _geometric(end, rng))
    return series[: service.slots]


def _geometric(chance: float, rng: random.Random) -> int:
    """For how many slots something lasts that ends after each of them with this chance."""
    return 1 if chance >= 1 else 1 + int(log1p(-rng.random()) / log1p(-chance))


@dataclass(frozen=True, slots=True)
class Table:
    """Lengths in slots with their chances, added up: of an outage, and of what is left of one that is under way."""

    whole: tuple[float, ...]
    left: tuple[float, ...]

    def draw(self, rng: random.Random) -> int:
        """Draw the length of an outage."""
        return 1 + bisect(self.whole, rng.random() * self.whole[-1])

    def rest(self, rng: random.Random) -> int:
        """Draw for how long an outage goes on that a run begins in: longer ones are met more often."""
        return 1 + bisect(self.left, rng.random() * self.left[-1])


@lru_cache
def lognormal(mean: float) -> Table:
    """Return the lengths of outages of a mean length, lognormal and rounded to whole slots, at least one."""
    low, high = -8.0, log(mean)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _mean(_chances(middle)) < mean else (low, middle)
    chances = _chances((low + high) / 2)
    at_least = reversed(list(accumulate(reversed(chances))))
    return Table(tuple(accumulate(chances)), tuple(accumulate(at_least)))


def _chances(centre: float) -> list[float]:
    spread = NormalDist(centre, SPREAD)
    below = [0.0, *(spread.cdf(log(k + 0.5)) for k in range(1, _LONGEST + 1))]
    return [after - before for before, after in pairwise(below)]


def _mean(chances: Sequence[float]) -> float:
    return sum(length * chance for length, chance in enumerate(chances, 1)) / sum(chances)
