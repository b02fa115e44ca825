"""How often a verdict errs, on simulated services whose outages last as long as it assumes, or longer."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import sqrt

from bench.row import Row
from bench.series import Lengths, Service, outcomes
from bench.sitting import Sitting
from rtk.insight import judge

TARGET = 0.95
RUNS, SEED = 2_000, 20_261_129
AT, BROKEN, GOOD, BAD = 0.95, 0.949, 0.99, 0.80
CLAIMED, BEYOND = 0.05, 0.07

_SLOTS = (60, 180, 360, 720, 1_440)
_LASTS = {Lengths.GEOMETRIC: (1, 3, 10), Lengths.LOGNORMAL: (3, 10)}  # a mean of one slot leaves nothing to chance
_EVERY = [Service(n, BROKEN, lasts, lasts, kind) for kind in Lengths for n in _SLOTS for lasts in _LASTS[kind]]
_SHORTER = [replace(each, assumed=more) for each in _EVERY for more in (3, 10) if each.lasts < more]
# Pinned: what a broken promise may do, what a kept one must reach, and what a run of a bad service must find.
FALSE = [
    *_EVERY,
    *(replace(each, share=AT) for each in _EVERY),
    *_SHORTER,
]
LONGER = [Service(n, BROKEN, lasts, 3, kind) for kind in Lengths for n in (360, 720, 1_440) for lasts in (5, 10)]
PASSES = {
    Service(1_440, GOOD, 3, 3): 0.88,
    Service(720, GOOD, 3, 3): 0.62,
    Service(1_440, GOOD, 10, 10): 0.55,
    Service(180, GOOD, 1, 1): 0.80,
}
FAILS = {
    Service(60, BAD, 1, 1): 0.75,
    Service(60, BAD, 3, 3): 0.75,
    Service(60, BAD, 10, 10): 0.55,
    **{Service(180, BAD, lasts, lasts): 0.80 for lasts in (1, 3, 10)},
}
Shares = Mapping[tuple[Service, str], float]  # of runs with a verdict


def run(sitting: Sitting) -> Row:
    """The row. Its seed is fixed, so that whoever plays it finds the same, or drawn anew where that is asked for."""
    runs, seed = round(sitting.either(RUNS, 50)), SEED if sitting.seed is None else sitting.seed
    sitting.asks(
        f"errors of the verdict, target 95 %, {runs:,} simulated runs a cell, outages of geometric and of lognormal "
        f"length, seed {seed}",
        "false passes ≤ 5 % + 2 standard errors where outages are assumed to be as long as they are or longer; assumed "
        "L 3, really 5 and 10 of geometric length, 1,440 slots: ≤ 7 %; kept promises pass and broken ones fail as "
        "often as pinned in bench/verdict.py",
    )
    found: dict[tuple[Service, str], float] = {}

    def simulated() -> Mapping[str, float]:
        found.update(shares(runs, seed))
        return _summed_up(found)

    sitting.untimed("judge", simulated)
    return replace(sitting.row(_told(found), held(found, runs)), table=table(found))


def shares(runs: int, seed: int) -> Shares:
    """Return of every cell the share of runs with its verdict; each cell can be played by itself."""
    passing = [*FALSE, *LONGER, *(replace(each, share=GOOD) for each in _EVERY), *PASSES]
    failing = [*(replace(each, share=BAD) for each in _EVERY), *FAILS]
    cells = dict.fromkeys([*((each, "pass") for each in passing), *((each, "fail") for each in failing)])
    return {cell: share(*cell, runs, seed) for cell in cells}


def share(service: Service, verdict: str, runs: int, seed: int) -> float:
    """Return the share of simulated runs of a service with this verdict."""
    rng = random.Random(f"{seed} {service}")
    found = (judge(outcomes(service, rng), TARGET, service.assumed).verdict for _ in range(runs))
    return sum(each == verdict for each in found) / runs


def held(found: Shares, runs: int) -> bool:
    """Return whether every cell is within its bound, with two standard errors of so many runs."""
    most = [(found[each, "pass"], CLAIMED) for each in FALSE]
    most += [(found[each, "pass"], BEYOND) for each in LONGER if _is_pinned(each)]
    least = [(found[each, "pass"], pinned) for each, pinned in PASSES.items()]
    least += [(found[each, "fail"], pinned) for each, pinned in FAILS.items()]
    return all(seen <= bound + _slack(bound, runs) for seen, bound in most) and all(
        seen >= bound - _slack(bound, runs) for seen, bound in least
    )


def _is_pinned(longer: Service) -> bool:
    """Return whether a run is long enough to show that outages are longer than assumed.

    A run never shows it of lognormal outages, most of which are short: their errors are reported, not bounded.
    """
    return longer.slots == 1_440 and longer.lengths is Lengths.GEOMETRIC


def _slack(bound: float, runs: int) -> float:
    return 2 * sqrt(bound * (1 - bound) / runs)


def _summed_up(found: Shares) -> Mapping[str, float]:
    """The worst of each kind of cell."""
    return {
        **{f"false passes, {kind}": _worst(found, kind, FALSE) for kind in Lengths},
        **{f"1,440 slots, longer than assumed, {kind}": _worst(found, kind, _long_ones()) for kind in Lengths},
        "kept promises pass less pinned": min(found[each, "pass"] - pinned for each, pinned in PASSES.items()),
        "broken ones fail less pinned": min(found[each, "fail"] - pinned for each, pinned in FAILS.items()),
    }


def _long_ones() -> Iterable[Service]:
    return (each for each in LONGER if each.slots == 1_440)


def _worst(found: Shares, kind: Lengths, cells: Iterable[Service]) -> float:
    return max(found[each, "pass"] for each in cells if each.lengths is kind)


def _told(found: Shares) -> str:
    false = ", ".join(f"{_percent(_worst(found, kind, FALSE))} {kind}" for kind in Lengths)
    beyond = ", ".join(f"L {each.lasts:g} {_percent(found[each, 'pass'])} {each.lengths}" for each in _long_ones())
    kept = ", ".join(f"{_cell(each)} {_percent(found[each, 'pass'])}" for each in PASSES)
    bad = ", ".join(f"{_cell(each)} {_percent(found[each, 'fail'])}" for each in FAILS)
    return (
        f"95 % and 94.9 % good pass at most so many runs: {false} ({len(FALSE)} cells); assumed L 3, 1,440 slots: "
        f"{beyond}; 99 % good passes: {kept}; 80 % good fails: {bad}"
    )


def _cell(each: Service) -> str:
    return f"{each.slots:,} slots L {each.lasts:g}"


def table(found: Shares) -> str:
    """Return every cell as tables in Markdown."""
    shorter = _percent(max(found[each, "pass"] for each in _SHORTER))
    lines = [
        "## Errors of the verdict",
        "",
        "The target is 95 %. L is how long outages last on average, in slots; the first table assumes it rightly.",
        f"Where outages are shorter than assumed, a service that is 94.9 % good passes at most {shorter} of runs.",
        "",
        "| outages | slots | L | 95 % good passes | 94.9 % good passes | 99 % good passes | 80 % good fails |",
        "|---|---|---|---|---|---|---|",
        *(_row(found, each) for each in _EVERY),
        "",
        "| outages | slots | L | L assumed | 94.9 % good passes |",
        "|---|---|---|---|---|",
        *(_beside(found, each) for each in LONGER),
    ]
    return "\n".join(lines)


def _row(found: Shares, each: Service) -> str:
    passes = [found[replace(each, share=share), "pass"] for share in (AT, BROKEN, GOOD)]
    cells = (*(_percent(each) for each in passes), _percent(found[replace(each, share=BAD), "fail"]))
    return f"| {each.lengths} | {each.slots:,} | {each.lasts:g} | {' | '.join(cells)} |"


def _beside(found: Shares, each: Service) -> str:
    passes = _percent(found[each, "pass"])
    return f"| {each.lengths} | {each.slots:,} | {each.lasts:g} | {each.assumed:g} | {passes} |"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
