"""Runs put together: their sums, added up so that any number of the latest of them is had at once."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter

from rtk.insight.dispersion import Spread, chance_of_spread
from rtk.insight.proof import SHORTEST, Counts, Proof, counted, proves
from rtk.insight.standing_shape import STANDING_RISK
from rtk.insight.sums import RunSums, Sums
from rtk.insight.weighted_events import Weights

_COUNTS = attrgetter("slots", "good", "outages", "chances", "outlasting")


class Pool:
    """Runs of one revision, the latest first; each question is of so many of the latest, in the same time for all."""

    def __init__(self, runs: Sequence[RunSums]) -> None:
        self.runs = runs
        self._lengths = list(accumulate((each.outage_slots for each in runs), max, initial=SHORTEST))
        as_bad, as_good = ([of(each.sums) for each in runs] for of in (_as_bad, _as_good))
        self._readings = (_Reading(as_bad), *([_Reading(as_good)] if as_good != as_bad else []))

    def length(self, latest: int) -> float:
        """Return how many slots an outage was taken to last, by the run that took the longest."""
        return self._lengths[latest]

    def proof(self, latest: int) -> Proof:
        """Return what they prove together, in the reading of missed slots that proves less."""
        counts = (each.counts(latest) for each in self._readings)
        proofs = (counted(each, self.length(latest), STANDING_RISK) for each in counts)
        return min(proofs, key=lambda proof: proof.at_least)

    def by_runs(self, latest: int, *, differ: bool) -> float:
        """Return the share that is good at least where each run is one event that weighs as much as its bad slots.

        Where runs differ, one more event would be as heavy as the heaviest, else as heavy as they are on average.
        """
        slots = self._readings[0].counts(latest).slots
        bounds = (each.weights(latest, heaviest=differ).at_most(STANDING_RISK) for each in self._readings)
        return max(0.0, 1 - max(bounds) / slots)

    def proves(self, target: float, latest: int, clean: int = 0) -> bool:
        """Return whether they prove a target in both readings, or would have with so many clean slots besides.

        Both bounds have to, that of outages and that by runs: a few bad runs among good ones say less than as many
        outages would that are spread over all.
        """
        return all(self._proves(each, target, latest, clean) for each in self._readings)

    def _proves(self, reading: "_Reading", target: float, latest: int, clean: int) -> bool:
        counts = reading.counts(latest, clean)
        if not proves(counts, target, self.length(latest), STANDING_RISK):
            return False
        return reading.weights(latest).stays_below((1 - target) * counts.slots, STANDING_RISK)

    def dispersion(self, latest: int) -> float:
        """Return the chance of outages spread so unevenly over runs that are alike, in the worse reading."""
        return min(chance_of_spread(each.spread(latest)) for each in self._readings)

    def measured(self, latest: int) -> tuple[int, int]:
        """Return how many slots were good, and how many measured; what a stop cut off is taken for good here."""
        as_bad, as_good = (self._readings[place].counts(latest) for place in (0, -1))
        saved = sum(each.sums.stopped_inside for each in self.runs[:latest])
        missed = as_good.good - as_bad.good
        return as_bad.good + saved, as_bad.slots - missed


class _Reading:
    """The sums of runs in one reading of their missed slots."""

    def __init__(self, rows: Sequence[Counts]) -> None:
        columns = list(zip(*map(_COUNTS, rows), strict=True)) or [()] * 5
        self._counts = [_running(each) for each in columns]
        outages, chances = columns[2], columns[3]
        bad = [slots - good + after for slots, good, after in zip(columns[0], columns[1], columns[4], strict=True)]
        self._bad = _running(bad), _running(each * each for each in bad)
        self._heaviest, self._many_bad = list(accumulate(bad, max, initial=0)), _running(map(bool, bad))
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

    def weights(self, latest: int, *, heaviest: bool = False) -> Weights:
        total, squares = (column[latest] for column in self._bad)
        mean = total / max(1, self._many_bad[latest])
        return Weights(total, squares, self._heaviest[latest] if heaviest else mean)

    def spread(self, latest: int) -> Spread:
        return Spread(*(column[latest] for column in self._spread))


def _running(values: Iterable[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _as_bad(sums: Sums) -> Counts:
    return sums.as_bad


def _as_good(sums: Sums) -> Counts:
    return sums.as_good
