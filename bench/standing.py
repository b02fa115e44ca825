"""Measure how often a broken promise stands as kept, on simulated nights of which each is looked at."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from time import process_time

from msgspec import structs

from bench.row import Row
from bench.series import Service, outcomes
from bench.sitting import Sitting
from rtk.insight import judge
from rtk.insight.proof import BAD, GOOD, MISSED
from rtk.insight.standing import standing_of
from rtk.insight.standing_shape import FEWEST_RUNS, PromiseStanding, StandingState
from rtk.insight.sums import RunSums, sums_of

TARGET = 0.99
NIGHTS, SLOTS = 30, 300
TRIALS, SEED = 300, 20_261_129
RUNS, FAST_S = 1_000, 0.005
DAY = 86_400.0
KEEPS, BREAKS = 0.997, 0.989
LEAST = 1e-4  # a share of bad slots of which a night shows nothing

Night = Callable[[random.Random], tuple[bytes, int]]  # a series, and how many of its last slots a stop cut off


@dataclass(frozen=True, slots=True)
class Found:
    """In which share of trials a promise was kept: at some night, and at the last one."""

    ever: float
    last: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Nights of a kind; what is pinned of them: the least or the most that may be kept, ever or at the last night."""

    night: Night
    assumed: float = 3.0
    least_ever: float | None = None
    most_ever: float | None = None
    most_last: float | None = None


def steady(share: float, lasts: float = 3.0) -> Night:
    """Nights that are alike: so much is good, and outages last for so many slots on average."""
    service = Service(SLOTS, share, lasts, lasts)
    return lambda rng: (_series(outcomes(service, rng)), 0)


def varying(bad: Callable[[random.Random], float], lasts: float = 3.0) -> Night:
    """Nights whose bad share is drawn anew for each; one of next to nothing is clean."""

    def night(rng: random.Random) -> tuple[bytes, int]:
        share = min(bad(rng), 0.95)
        return steady(1 - share, lasts)(rng) if share > LEAST else (GOOD * SLOTS, 0)

    return night


def stopped(share: float) -> Night:
    """Nights that somebody stops at the first bad slot."""
    whole = steady(share)

    def night(rng: random.Random) -> tuple[bytes, int]:
        series, _ = whole(rng)
        measured = series.find(BAD) + 1 or SLOTS
        return series[:measured] + MISSED * (SLOTS - measured), SLOTS - measured

    return night


def losing(share: float, of_bad: float, of_good: float, lasts: float = 3.0) -> Night:
    """Nights whose measurer misses some slots: so many of the bad and so many of the good ones."""
    whole = steady(share, lasts)

    def night(rng: random.Random) -> tuple[bytes, int]:
        series, _ = whole(rng)
        lost = (rng.random() < (of_bad if slot == BAD[0] else of_good) for slot in series)
        return bytes(MISSED[0] if gone else slot for slot, gone in zip(series, lost, strict=True)), 0

    return night


def _uneven(rng: random.Random) -> float:
    return rng.expovariate(1 / (1 - BREAKS))


# 1.1 % of the time is bad in each that breaks its promise, but for the nights of 42 %.
CELLS: Mapping[str, Cell] = {
    "99.7 % good": Cell(steady(KEEPS), least_ever=0.88),
    "98.9 % good": Cell(steady(BREAKS), most_ever=0.05),
    "one night in ten 42 % bad": Cell(varying(lambda rng: 0.42 if rng.random() < 0.1 else 1 - KEEPS), most_last=0.06),
    "98.9 % good, each run stopped at its first bad slot": Cell(stopped(BREAKS), most_ever=0.05),
    "98.9 % good, L 1": Cell(steady(BREAKS, 1), 1, most_ever=0.05),
    "98.9 % good, L 10": Cell(steady(BREAKS, 10), 10, most_ever=0.05),
    "98.9 % good, half of the bad slots missed": Cell(losing(BREAKS, 0.5, 0), most_ever=0.05),
    "98.9 % good, a tenth of all slots missed": Cell(losing(BREAKS, 0.1, 0.1), most_ever=0.05),
    "98.9 % good, runs differ (exponential)": Cell(varying(_uneven), most_ever=0.07),
    "98.9 % good, runs differ (exponential), L 1": Cell(varying(_uneven, 1), 1, most_ever=0.07),
    "98.9 % good, every other night twice as bad, else clean": Cell(
        varying(lambda rng: 0.022 * (rng.random() < 0.5)), most_ever=0.07
    ),
    "98.9 % good, one night in four 4.4 % bad, else clean": Cell(
        varying(lambda rng: 0.044 * (rng.random() < 0.25)), most_last=0.05
    ),
    "98.9 % good, L 5, assumed 3": Cell(steady(BREAKS, 5), most_last=0.05),
    "98.9 % good, L 10, assumed 3": Cell(steady(BREAKS, 10), most_last=0.05),
}
PINNED_FIRST = 4  # those that the promise of this row is about


def run(sitting: Sitting) -> Row:
    """The row. Its seed is fixed, so that whoever plays it finds the same, or drawn anew where that is asked for."""
    trials, seed = round(sitting.either(TRIALS, 6)), SEED if sitting.seed is None else sitting.seed
    sitting.asks(
        f"standing of a promise of 99 %, {NIGHTS} simulated nights of {SLOTS} slots looked at every night, {trials:,} "
        f"trials, seed {seed}; the standing of {RUNS:,} runs from their sums",
        "99.7 % good: kept at some night in ≥ 88 %; 98.9 % good: ≤ 5 % ever, also where runs are stopped at the first "
        "bad slot or slots are missed, and ≤ 7 % where runs differ; one night in ten 42 % bad: ≤ 6 % at the last; "
        "1,000 runs ≤ 5 ms of CPU",
    )
    cells = CELLS if not sitting.quick else dict(list(CELLS.items())[:PINNED_FIRST])
    found: dict[str, Found] = {}

    def simulated() -> Mapping[str, float]:
        found.update({name: simulate(name, trials, seed) for name in cells})
        return {**{name: each.ever for name, each in found.items()}, "ms": took() * 1_000}

    figures = sitting.untimed("standing", simulated)
    fast = figures["ms"] <= FAST_S * 1_000
    made = sitting.row(_told(found, figures["ms"]), held(found, trials) and (fast or sitting.quick))
    return replace(made, table=table(found))


def simulate(name: str, trials: int, seed: int) -> Found:
    """Return in which share of trials a cell's promise was kept."""
    cell, rng = CELLS[name], random.Random(f"{seed} {name}")
    found = [_kept(cell, rng) for _ in range(trials)]
    return Found(sum(map(any, found)) / trials, sum(each[-1] for each in found) / trials)


def _kept(cell: Cell, rng: random.Random) -> list[bool]:
    """At which nights of a trial the promise was kept."""
    runs: list[RunSums] = []
    kept = []
    for night in range(1, NIGHTS + 1):
        runs += _run(night, *cell.night(rng), cell.assumed)
        if night >= FEWEST_RUNS:  # before, nothing is kept
            kept.append(stands(runs, night).state is StandingState.KEPT)
    return kept


def _run(night: int, series: bytes, cut_off: int, assumed: float) -> list[RunSums]:
    sums = sums_of(series, cut_off)
    if sums is None:
        return []
    marks = {GOOD[0]: True, BAD[0]: False, MISSED[0]: None}
    verdict = judge([marks[each] for each in series], TARGET, assumed).verdict
    return [RunSums(str(night), night * DAY, verdict, sums, assumed)]


def stands(runs: Sequence[RunSums], night: int) -> PromiseStanding:
    """Return how the promise stands right after a night."""
    return standing_of(runs, TARGET, night * DAY)


def _series(found: Sequence[bool]) -> bytes:
    return bytes(found)  # as GOOD and BAD are


def took() -> float:
    """Return how many seconds of CPU the standing of so many runs takes, from their sums; the quickest of ten."""
    rng, night = random.Random(SEED), steady(KEEPS)
    every = 28 * DAY / RUNS
    runs = [structs.replace(each, ended_at=n * every) for n in range(RUNS) for each in _run(n, *night(rng), 3.0)]
    moments = []
    for _ in range(11):
        moments.append(process_time())
        standing_of(runs, TARGET, RUNS * every)
    return min(after - before for before, after in pairwise(moments))


def held(found: Mapping[str, Found], trials: int) -> bool:
    """Return whether every cell is within its bounds, with two standard errors of so many trials."""
    return all(_holds(CELLS[name], each, trials) for name, each in found.items())


def _holds(cell: Cell, found: Found, trials: int) -> bool:
    least, most, last = cell.least_ever, cell.most_ever, cell.most_last
    return (
        (least is None or found.ever >= least - _slack(least, trials))
        and (most is None or found.ever <= most + _slack(most, trials))
        and (last is None or found.last <= last + _slack(last, trials))
    )


def _slack(bound: float, trials: int) -> float:
    return 2 * sqrt(bound * (1 - bound) / trials)


def _told(found: Mapping[str, Found], milliseconds: float) -> str:
    kept = "; ".join(
        f"{name}: {_percent(each.ever)} at some night, {_percent(each.last)} at the last"
        for name, each in list(found.items())[:PINNED_FIRST]
    )
    return f"kept: {kept}; {RUNS:,} runs in {milliseconds:.1f} ms"


def table(found: Mapping[str, Found]) -> str:
    """Return every cell as a table in Markdown."""
    rows = [f"| {name} | {_percent(each.ever)} | {_percent(each.last)} |" for name, each in found.items()]
    lines = [
        "## Standing of a promise",
        "",
        f"A promise of 99 %, {NIGHTS} nights of {SLOTS} slots; L is how long outages last on average, in slots, and is",
        "assumed rightly where nothing else is said; 3 where there is none.",
        "",
        "| the service | kept at some night | kept at the last |",
        "|---|---|---|",
        *rows,
    ]
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
