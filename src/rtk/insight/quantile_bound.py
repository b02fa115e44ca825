"""Quantiles of a phase's values with their upper bounds, or with what a bound needs.

That x is an upper bound of the p95 is the same as that 95 % of slots have a value of at most x. So the proven bound is
the smallest value from which on "value <= x" is proven by the rules of `rtk.insight.proof`: it cannot contradict a
verdict. Where nothing is proven, the order statistic that bounds the quantile of this run's own slots is told, were
they independent (Hahn and Meeker, Statistical Intervals, 1991). Where there is neither, what was measured is no figure
of the service, and it is told how long to measure. A slot without a value counts as the slowest.

At a level x a slot is good where its value is at most x, and an outage begins where the value rises above it. So with
the ends of all rises in order, outages are counted at any level by two searches, and no series is made anew. Whether a
level is proven is not monotone, since an outage may fall into two as the level rises. But with more bad slots less is
proven, and of so many bad slots a middling number of outages proves the most. So what the fewest and the most outages
within a range of levels prove, with its most bad slots, is proven in all of it; else the range is halved.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, chain, compress, count, repeat
from math import ceil, inf, sqrt
from operator import lt, sub

from msgspec import Struct

from rtk.insight.bounds import proven_at_least
from rtk.insight.budget import exact
from rtk.insight.columns import both
from rtk.insight.proof import SHORTEST, Counts, counted, needed

USUAL = (0.5, 0.95, 0.99)
_FEW = 4_000  # ends of rises that are looked at one by one


class QuantileState(StrEnum):
    """What bounds a quantile from above, or why nothing does."""

    PROVEN = "proven"
    IN_RUN = "in-run"  # an order statistic of this run's own slots
    TOO_SHORT = "too-short"
    NO_VALUE = "no-value"  # too many slots gave none


class QuantileBound(Struct, frozen=True):
    """A quantile (`share`, 0 to 1) of values, as it was seen, and its upper bounds with 95 %; None where there is none.

    `at_most` is proven for outages, `in_run_at_most` is of this run's own slots; `needed` clean slots prove a bound.
    `value` is None where there were too few slots, and where so many slots gave none.
    """

    name: str
    share: float
    state: QuantileState
    value: float | None
    at_most: float | None
    in_run_at_most: float | None
    needed: int


class SlotValues(Struct, frozen=True):
    """The values of a phase's slots in their order, infinite where there was none; `missed` names missed slots (1).

    `ordered` are the finite ones, ascending.
    """

    values: Sequence[float]
    missed: bytes
    ordered: Sequence[float]


def bounds_of(
    slots: SlotValues, after: Sequence[float], outage_slots: float, shares: Iterable[float] = USUAL
) -> tuple[QuantileBound, ...]:
    """Return the quantiles of a phase, for outages of a mean length; nothing of one without values.

    `after` are the values of what was measured next, for an outage that goes on; infinite where there was none.
    """
    if not slots.ordered:
        return ()
    asked, length = sorted({*shares}), max(outage_slots, SHORTEST)
    readings = _readings(slots, after, asked[0])
    seen = _MeasuredValues([slots.ordered], len(slots.values) - slots.missed.count(1))
    bounds = []
    for share in asked:
        # The smallest value from which on the share is proven, whichever way missed slots are read.
        found = [reading.proven_at_most(share, length) for reading in readings]
        known = [each for each in found if each is not None]
        proven = max(known) if known and len(known) == len(found) else None
        bounds.append(_bound(share, seen, outage_slots, proven))
    return tuple(bounds)


def seen_bounds(
    parts: Iterable[Sequence[float]], measured: int, outage_slots: float, shares: Iterable[float] = USUAL
) -> tuple[QuantileBound, ...]:
    """Return the same of several phases, each by its values in ascending order.

    They are no one condition, so that nothing is proven of it.
    """
    seen = _MeasuredValues([part for part in parts if part], measured)
    return tuple(_bound(share, seen, outage_slots, None) for share in sorted({*shares}) if seen.parts)


class _MeasuredValues(Struct, frozen=True):
    """Values of measured slots, in parts that each ascend; slots without one count as the slowest."""

    parts: Sequence[Sequence[float]]
    measured: int

    def at(self, rank: int | None) -> float | None:
        """Return the value of a rank (1 is the smallest); None where that slot gave none."""
        if rank is None or not 0 < rank <= sum(map(len, self.parts)):
            return None
        if len(self.parts) == 1:
            return self.parts[0][rank - 1]

        def rank_of(value: float) -> int:
            return sum(bisect_right(part, value) for part in self.parts)

        places = ((part, bisect_left(part, rank, key=rank_of)) for part in self.parts)
        return min(part[place] for part, place in places if place < len(part))


def _bound(share: float, slots: _MeasuredValues, outage_slots: float, proven: float | None) -> QuantileBound:
    in_run, measured = slots.at(_independent_rank(slots.measured, share)), slots.measured
    # In fractions: in floats a rank is one too high now and then.
    seen = slots.at(ceil(exact(share) * measured))
    state = QuantileState.PROVEN if proven is not None else QuantileState.IN_RUN
    if proven is None and in_run is None:
        enough = measured >= needed(share)
        state = QuantileState.NO_VALUE if enough else QuantileState.TOO_SHORT
    value = None if state is QuantileState.TOO_SHORT else seen
    return QuantileBound(name_of(share), share, state, value, proven, in_run, needed(share, outage_slots))


def name_of(share: float) -> str:
    """Return what a quantile is called: 0.999 is p99.9."""
    percent = f"{Decimal(str(share)) * 100:f}"
    return f"p{percent.rstrip('0').rstrip('.') if '.' in percent else percent}"


@lru_cache(maxsize=1024)
def _independent_rank(slots: int, share: float) -> int | None:
    """The fewest good ones of so many independent slots that prove the share; None where not even all do."""
    if slots < needed(share):
        return None
    # The rank is some 1.6 deviations above the mean: the search need not go far beyond.
    low, spread = int(slots * share), sqrt(slots * share * (1 - share))
    likely = range(low, min(slots, low + ceil(3 * spread) + 10))
    return low + bisect_left(likely, share, key=lambda good: proven_at_least(good, slots) or 0.0)


def _readings(slots: SlotValues, after: Sequence[float], share: float) -> "tuple[_SeriesReading, ...]":
    """Missed slots as bad ones, and as good ones; each for levels from which on the share may be proven."""
    rank = _independent_rank(len(slots.values), share)
    if rank is None:
        return ()
    if 1 not in slots.missed:
        return (_SeriesReading(slots, slots.values, 0, rank, after),)
    good = list(slots.values)
    for place in compress(range(len(good)), slots.missed):
        # Good at every level.
        good[place] = -inf
    always = slots.missed.count(1)
    return _SeriesReading(slots, slots.values, 0, rank, after), _SeriesReading(slots, good, always, rank, after)


class _SeriesReading:
    """A series of values, missed slots read one way (`always` of them as good), looked at from any level on."""

    def __init__(
        self, slots: SlotValues, values: Sequence[float], always: int, rank: int, after: Sequence[float]
    ) -> None:
        """`rank` is the fewest good slots with which anything is proven: below their level nothing is looked at."""
        self._values = slots.ordered
        self._always = always
        self._slots = len(values)
        self._last = values[-1]
        lowest = self._values[min(max(rank - always, 1), len(self._values)) - 1]
        # What stands before the first slot counts as good, so that a series may begin with an outage.
        rising = both(bytes(map(lt, chain((-inf,), values), values)), bytes(map(lowest.__lt__, values)))
        self._from = sorted(compress(chain((-inf,), values), rising))
        self._to = sorted(compress(values, rising))
        # The least so far: when it was good again, at any level, is one search.
        self._after = list(accumulate(after, min)) if self._last > lowest else []

    def proven_at_most(self, share: float, length: float) -> float | None:
        """Return the smallest value from which on it is proven that the share of slots has at most that value."""
        rank, top = _independent_rank(self._slots, share), len(self._values) - 1
        first = None if rank is None else max(rank - self._always - 1, 0)
        if first is None or first > top:
            return None
        failing = self._last_failing(first, top, share, length)
        proven = first if failing is None else bisect_right(self._values, self._values[failing])
        return self._values[proven] if proven <= top else None

    def _last_failing(self, first: int, last: int, share: float, length: float) -> int | None:
        """The last level from one to another at which the share is not proven."""
        low, high = self._values[first], self._values[last]
        good = self._always + bisect_right(self._values, low)
        chances = good - (self._last <= high) + 1
        # For so many slots after the phase the service was not seen good.
        outlasting = bisect_left(self._after, True, key=lambda least: least <= low) if self._last > low else 0
        tries = {0} if good == self._slots else {min(each, chances) for each in self._outages(low, high)}
        counts = (Counts(self._slots, good, outages, chances, outlasting) for outages in tries)
        if all(counted(each, length).reaches(share) for each in counts):
            return None
        if low == high:
            return last
        middle = (first + last) // 2
        found = self._last_failing(middle + 1, last, share, length)
        return self._last_failing(first, middle, share, length) if found is None else found

    def _outages(self, low: float, high: float) -> tuple[int, int]:
        """The fewest and the most outages at any level from low to high, or bounds of them."""
        begun, ended = bisect_right(self._from, low), bisect_right(self._to, low)
        to_begin, to_end = bisect_right(self._from, high), bisect_right(self._to, high)
        # Of many, bounds are enough: a range for which they are too wide is halved, and then has fewer.
        if to_begin - begun + to_end - ended > _FEW:
            return max(1, begun - to_end), to_begin - ended
        starts, ends = self._from[begun:to_begin], self._to[ended:to_end]
        ended_at = map(bisect_right, repeat(self._to), starts, repeat(ended), repeat(to_end))
        begun_at = map(bisect_right, repeat(self._from), ends, repeat(begun), repeat(to_begin))
        most = max(map(sub, count(begun + 1), ended_at), default=0)
        fewest = min(map(sub, begun_at, count(ended + 1)), default=begun)
        return max(1, min(fewest, begun - ended)), max(most, begun - ended)
