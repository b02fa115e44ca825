"""What is kept of a run's series for its standing: a few sums, in both readings of missed slots.

Sums of many runs add up. What a series of a million slots proves and what its sums prove is the same.
"""

from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from rtk.insight.proof import BAD, GOOD, MISSED, Counts, counts_of


class Sums(Struct, frozen=True):
    """What counts of a run's conditions with missed slots read as bad, and as good.

    `stopped_inside` is how many planned slots a stop cut off while an outage went on; they count as bad in both.
    """

    as_bad: Counts
    as_good: Counts
    stopped_inside: int = 0


class RunSums(Struct, frozen=True):
    """A run that ended, as it counts in a standing.

    `ended_at` is in seconds since the epoch. `revision` names what was run: only runs of one revision are pooled, and
    their slots are of one length. `outage_slots` is how long outages were taken to last in its plan. `excluded` is why
    somebody said that it should not count, None where nobody did.
    """

    run_id: str
    ended_at: float
    verdict: str | None
    sums: Sums
    outage_slots: float
    revision: str = ""
    excluded: str | None = None


class CountColumns(Struct, frozen=True):
    """What runs count in one reading of their missed slots: a column for each count, a place in it for each run."""

    good: Sequence[int]
    outages: Sequence[int]
    chances: Sequence[int]
    outlasting: Sequence[int]


class RunColumns(Struct, frozen=True):
    """Judged runs of one revision as columns, the latest first: a thousand of them without an object for each.

    What the columns hold is what `RunSums` and `Sums` say; `slots` and `stopped_inside` are alike in both readings.
    """

    ended_at: Sequence[float]
    verdicts: Sequence[str]
    outage_slots: Sequence[float]
    slots: Sequence[int]
    stopped_inside: Sequence[int]
    as_bad: CountColumns
    as_good: CountColumns

    def __len__(self) -> int:
        return len(self.ended_at)


_READING = attrgetter("good", "outages", "chances", "outlasting")


def columns_of(runs: Sequence[RunSums]) -> RunColumns:
    """Return runs as columns, in their order."""
    return RunColumns(
        [each.ended_at for each in runs],
        [each.verdict or "" for each in runs],
        [each.outage_slots for each in runs],
        [each.sums.as_bad.slots for each in runs],
        [each.sums.stopped_inside for each in runs],
        _reading([each.sums.as_bad for each in runs]),
        _reading([each.sums.as_good for each in runs]),
    )


def _reading(counts: Sequence[Counts]) -> CountColumns:
    return CountColumns(*(list(zip(*map(_READING, counts), strict=True)) or [()] * 4))


def sums_of(series: bytes, cut_off: int = 0, outlasting: int = 0, *, complete: bool = False) -> Sums | None:
    """Return the sums of a series of GOOD, BAD and MISSED slots; None where none is left.

    `cut_off` is how many slots were missed only because the run was stopped. Where that happened inside an outage they
    count as bad: else whoever stops each run at its first bad slot would prove anything. Elsewhere they are left out.
    `outlasting` is for how many slots the last outage went on after the series. A run is `complete` where it was
    stopped by a rule that can make nothing look better: then what outlasts the series tells how long its outage was.
    """
    trailing = len(series) - len(series.rstrip(MISSED))
    remaining = min(cut_off, trailing)
    measured = series[: len(series) - remaining]
    inside = remaining if measured.rstrip(MISSED).endswith(BAD) and not complete else 0
    if not measured:
        return None
    after = max(0, outlasting - inside)
    as_bad, as_good = (counts_of(measured.replace(MISSED, reading) + inside * BAD, after) for reading in (BAD, GOOD))
    return Sums(as_bad, as_good, inside)
