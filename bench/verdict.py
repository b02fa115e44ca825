"""How often a verdict errs, on simulated services whose outages last as long as it assumes, or longer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from bench.row import Figures, Row
from bench.sitting import Sitting
from rtk.insight import judge

TARGET = 0.95
RUNS, SEED = 2_000, 20_261_129
BROKEN, GOOD, BAD = 0.949, 0.99, 0.80
CLAIMED, BEYOND = 0.05, 0.07


@dataclass(frozen=True, slots=True)
class Service:
    """A service measured for so many slots: its share of good ones, how long its outages last, and are assumed to."""

    slots: int
    share: float
    lasts: float
    assumed: float


# Pinned: what a kept promise must reach, what a broken one may, and what a run of a bad service must find.
FALSE = [Service(n, BROKEN, each, each) for n in (60, 180, 360, 720, 1_440) for each in (1, 3, 10)]
LONGER = [Service(1_440, BROKEN, lasts, 3) for lasts in (5, 10)]
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
    Service(180, BAD, 3, 3): 0.80,
}


def run(sitting: Sitting) -> Row:
    """The row. Its seed is fixed, so that whoever plays it finds the same."""
    runs = round(sitting.either(RUNS, 100))
    sitting.asks(
        f"errors of the verdict, target 95 %, {runs:,} simulated runs a cell, outages of geometric length",
        "false passes ≤ 5 % + 2 standard errors; outages longer than assumed, 1,440 slots: ≤ 7 %; kept promises pass "
        "and broken ones fail as often as pinned in bench/verdict.py",
    )
    found = sitting.untimed("judge", lambda: _shares(runs))
    return sitting.row(_told(found), held(found, runs))


def _shares(runs: int) -> Figures:
    rng = random.Random(SEED)
    passing = [*FALSE, *LONGER, *PASSES]
    return {
        **{_name(service, "pass"): share(service, "pass", runs, rng) for service in passing},
        **{_name(service, "fail"): share(service, "fail", runs, rng) for service in FAILS},
    }


def share(service: Service, verdict: str, runs: int, rng: random.Random) -> float:
    """Return the share of simulated runs of a service with this verdict."""
    found = (judge(outcomes(service, rng), TARGET, service.assumed).verdict for _ in range(runs))
    return sum(each == verdict for each in found) / runs


def outcomes(service: Service, rng: random.Random) -> Sequence[bool]:
    """Return the outcomes of a run: a stationary two-state chain in slots."""
    ends = 1 / service.lasts
    begins = (1 - service.share) / service.share * ends
    good, series = rng.random() < service.share, []
    for _ in range(service.slots):
        series.append(good)
        good = rng.random() >= begins if good else rng.random() < ends
    return series


def held(found: Figures, runs: int) -> bool:
    """Return whether every cell is within its bound, with two standard errors of so many runs."""
    most = [(found[_name(each, "pass")], CLAIMED) for each in FALSE] + [
        (found[_name(each, "pass")], BEYOND) for each in LONGER
    ]
    least = [(found[_name(each, "pass")], pinned) for each, pinned in PASSES.items()]
    least += [(found[_name(each, "fail")], pinned) for each, pinned in FAILS.items()]
    return all(seen <= bound + _slack(bound, runs) for seen, bound in most) and all(
        seen >= bound - _slack(bound, runs) for seen, bound in least
    )


def _slack(bound: float, runs: int) -> float:
    return 2 * sqrt(bound * (1 - bound) / runs)


def _name(service: Service, verdict: str) -> str:
    beyond = f" assumed {service.assumed:g}" if service.assumed != service.lasts else ""
    return f"{service.share:.1%} good, {service.slots:,} slots, L {service.lasts:g}{beyond}: {verdict}"


def _told(found: Figures) -> str:
    false = max(found[_name(each, "pass")] for each in FALSE)
    beyond = ", ".join(f"L {each.lasts:g} {found[_name(each, 'pass')]:.1%}" for each in LONGER)
    kept = ", ".join(f"{each.slots:,} slots L {each.lasts:g} {found[_name(each, 'pass')]:.1%}" for each in PASSES)
    bad = ", ".join(f"{each.slots:,} slots L {each.lasts:g} {found[_name(each, 'fail')]:.1%}" for each in FAILS)
    return (
        f"94.9% good passes at most {false:.1%} of runs ({len(FALSE)} cells); assumed L 3: {beyond}; "
        f"99% good passes: {kept}; 80% good fails: {bad}"
    ).replace("%", " %")
