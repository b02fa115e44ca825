"""Runs put together: their sums, added up so that any number of the latest of them is had at once."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import mul

from rtk.insight.dispersion import Spread, chance_of_spread
from rtk.insight.proof import SHORTEST, Counts, Proof, counted, proves
from rtk.insight.standing_shape import STANDING_RISK
from rtk.insight.sums import CountColumns, RunColumns
from rtk.insight.weighted_events import Weights


class Pool:
    """Runs of one revision, the latest first; each question is of so many of the latest, in the same time for all."""

    def __init__(self, runs: RunColumns) -> None:
        # The longest counts: a pool must not prove more than the plan that took outages to last longest.
        self._lengths = list(accumulate(runs.outage_slots, max, initial=SHORTEST))
        self._stopped_inside = _running(runs.stopped_inside)
        # Where no slot was missed both readings are the same, and one is enough.
        readings = (runs.as_bad, *([runs.as_good] if runs.as_good != runs.as_bad else []))
        self._readings = tuple(_PooledReading(runs.slots, each) for each in readings)

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
        for reading in self._readings:
            counts = reading.counts(latest, clean)
            if not proves(counts, target, self.length(latest), STANDING_RISK):
                return False
            if not reading.weights(latest).stays_below((1 - target) * counts.slots, STANDING_RISK):
                return False
        return True

    def dispersion(self, latest: int) -> float:
        """Return the chance of outages spread so unevenly over runs that are alike, in the worse reading."""
        return min(chance_of_spread(each.spread(latest)) for each in self._readings)

    def measured(self, latest: int) -> tuple[int, int]:
        """Return how many slots were good, and how many measured; what a stop cut off is taken for good here."""
        as_bad, as_good = (self._readings[place].counts(latest) for place in (0, -1))
        missed = as_good.good - as_bad.good
        return as_bad.good + self._stopped_inside[latest], as_bad.slots - missed

    def seen(self, latest: int) -> int:
        """Return how many slots were measured, without those that a stop cut off."""
        return self.measured(latest)[1] - self._stopped_inside[latest]


class _PooledReading:
    """The sums of runs in one reading of their missed slots."""

    def __init__(self, slots: Sequence[int], counts: CountColumns) -> None:
        outages, chances = counts.outages, counts.chances
        columns = (slots, counts.good, outages, chances, counts.outlasting)
        self._counts = [_running(each) for each in columns]
        # With what went on after the run: an outage does not end with its phase.
        bad = [all_ - good + after for all_, good, after in zip(slots, counts.good, counts.outlasting, strict=True)]
        self._bad = _running(bad), _running(map(mul, bad, bad))
        self._heaviest, self._many_bad = list(accumulate(bad, max, initial=0)), _running(map(bool, bad))
        squares = list(map(mul, chances, chances))
        self._spread = [
            self._counts[2],
            _running(k * (k - 1) // 2 for k in outages),
            _running(map(mul, outages, chances)),
            self._counts[3],
            _running(squares),
            _running(map(mul, chances, squares)),
            _running(map(mul, squares, squares)),
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
