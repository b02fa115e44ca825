"""The insight of a run of a million slots: how much CPU, in turn with an earlier checkout where one is given."""

import subprocess
import sys
from functools import partial
from pathlib import Path

from bench.places import ROOT, environment
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

MANY = 1_000_000
MOST_S, MOST_TIMES = 3.0, 1.1
_SCRIPT = Path(__file__).with_name("insighted.py")


def run(sitting: Sitting) -> Row:
    """The row. It measures CPU and no time, so that no weather makes a trial void."""
    many = round(sitting.either(MANY, 2_000))
    before = sitting.beside
    sitting.asks(
        f"the insight of a run of {many:,} slots from its facts, 2 % of them bad in outages of 5, 0.2 % missed: CPU"
        + (" beside that of an earlier checkout" if before else ""),
        f"≤ {MOST_S:g} s" + (f", ≤ {MOST_TIMES:g} × the earlier one" if before else ""),
    )
    found: dict[str, list[Figures]] = {}
    contenders = {"insight": ROOT, **({"earlier": before} if before else {})}
    order = list(contenders)
    for _ in range(sitting.rounds):
        for name in order:
            take = partial(insighted, contenders[name], many)
            found.setdefault(name, []).append(sitting.untimed(name, take))
        order.append(order.pop(0))
    took, more = spread(found["insight"], "s"), spread(found["insight"], "more MiB")
    told, held = f"{took.tell(' s')}; {more.tell(' MiB', 0)} more memory", took.median <= MOST_S
    if before:
        earlier = spread(found["earlier"], "s")
        times = took.median / earlier.median
        told, held = f"{told}; {times:.2f} × the earlier {earlier.tell(' s')}", held and times <= MOST_TIMES
    return sitting.row(told, held)


def insighted(checkout: Path, many: int) -> Figures:
    """Return what the insight of a checkout takes, in a process of its own."""
    environ = {**environment(), "PYTHONPATH": str(checkout / "src")}
    # -P: the bench's own directory has modules that must not be found in place of others.
    done = subprocess.run(
        [sys.executable, "-P", str(_SCRIPT), str(many)], env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    took, more = map(float, done.stdout.split())
    return {"s": took, "more MiB": more}
