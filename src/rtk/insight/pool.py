"""Runs put together: their sums, added up so that any number of the latest of them is had at once."""

from collections.abc import Sequence
from itertools import accumulate

from rtk.insight.dispersion import Spread, chance_of_spread
from rtk.insight.proof import SHORTEST, Counts, Proof, counted
from rtk.insight.standing_shape import STANDING_RISK
from rtk.insight.sums import RunSums, Sums

_COUNTS = ("slots", "good", "outages", "chances", "outlasting")


class Pool:
    """Runs of one revision, the latest first; each question is of so many of the latest, in the same time for all."""

    def __init__(self, runs: Sequence[RunSums]) -> None:
        self.runs = runs
        self._lengths = list(accumulate((each.outage_slots for each in runs), max, initial=SHORTEST))
        self._readings = tuple(_Reading([of(each.sums) for each in runs]) for of in (_as_bad, _as_good))

    def length(self, latest: int) -> float:
        """Return how many slots an outage was taken to last, by the run that took the longest."""
        return self._lengths[latest]

    def proof(self, latest: int, clean: int = 0) -> Proof:
        """Return what they prove together, in the reading of missed slots that proves less; `clean` slots more."""
        counts = (each.counts(latest, clean) for each in self._readings)
        proofs = (counted(each, self.length(latest), STANDING_RISK) for each in counts)
        return min(proofs, key=lambda proof: proof.at_least)

    def dispersion(self, latest: int) -> float:
        """Return the chance of outages spread so unevenly over runs that are alike, in the worse reading."""
        return min(chance_of_spread(each.spread(latest)) for each in self._readings)

    def measured(self, latest: int) -> tuple[int, int]:
        """Return how many slots were good, and how many measured; what a stop cut off is taken for good here."""
        as_bad, as_good = (each.counts(latest) for each in self._readings)
        saved = sum(each.sums.stopped_inside for each in self.runs[:latest])
        missed = as_good.good - as_bad.good
        return as_bad.good + saved, as_bad.slots - missed

    def bad(self, latest: int) -> list[list[int]]:
        """Return the bad slots of each run, in both readings."""
        return [
            [of(each.sums).slots - of(each.sums).good + of(each.sums).outlasting for each in self.runs[:latest]]
            for of in (_as_bad, _as_good)
        ]


class _Reading:
    """The sums of runs in one reading of their missed slots."""

    def __init__(self, rows: Sequence[Counts]) -> None:
        self._counts = [_running([getattr(each, name) for each in rows]) for name in _COUNTS]
        outages, chances = ([getattr(each, name) for each in rows] for name in ("outages", "chances"))
        squares = [c * c for c in chances]
        self._spread = [
            self._counts[2],
            _running([k * (k - 1) // 2 for k in outages]),
            _running([k * c for k, c in zip(outages, chances, strict=True)]),
            self._counts[3],
            _running(squares),
            _running([c * square for c, square in zip(chances, squares, strict=True)]),
            _running([square * square for square in squares]),
        ]

    def counts(self, latest: int, clean: int = 0) -> Counts:
        slots, good, outages, chances, outlasting = (column[latest] for column in self._counts)
        return Counts(slots + clean, good + clean, outages, chances + clean, outlasting)

    def spread(self, latest: int) -> Spread:
        return Spread(*(column[latest] for column in self._spread))


def _running(values: list[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _as_bad(sums: Sums) -> Counts:
    return sums.as_bad


def _as_good(sums: Sums) -> Counts:
    return sums.as_good
