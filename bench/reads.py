"""Ordinary calls of the API: lists and things that are read."""

from functools import partial

from bench.consoles import EXPERIMENT, PLAN, Console, console, entry, reading
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

CONNECTIONS = 20
RUNS = 60
LEAST_PER_S = 300


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(10, 0.3)
    sitting.asks(
        f"ordinary API calls over {CONNECTIONS} connections: in turn a page of 50 runs, a run, its insight, a page of "
        f"verifications, a verification, {seconds:g} s a trial",
        f"≥ {LEAST_PER_S} per second",
    )
    with console(sitting.quick) as one:
        paths = furnished(one, round(sitting.either(RUNS, 3)))
        read(one, paths, seconds / 10)
        found = sitting.interleaved({"read": partial(read, one, paths, seconds)})["read"]
    rate = spread(found, "per s")
    return sitting.row(
        f"{rate.tell(' per second', 0)}, p50 {spread(found, 'p50 ms').tell(' ms', 1)}, "
        f"p99 {spread(found, 'p99 ms').tell(' ms', 1)}",
        rate.median >= LEAST_PER_S,
    )


def furnished(one: Console, runs: int) -> list[str]:
    """Paths to read, of a console in which there is something."""
    head = {"kind": "run", "t": 0.0, "run": "r", "at": 0.0, "title": "t", "plan": PLAN, "experiment": EXPERIMENT}
    for _ in range(runs):
        path = one.run()
        one.call("POST", f"{path}/record", {"from": 0, "entries": [head, *map(entry, range(100))]})
        one.call("POST", f"{path}/end", {"journal": {"status": "completed"}})
    return [f"{one.verification}/runs", path, f"{path}/insight", f"{one.team}/verifications", one.verification]


def read(one: Console, paths: list[str], seconds: float) -> Figures:
    """All connections read in turn, each beginning with another."""
    took = one.talk([reading(paths, first) for first in range(CONNECTIONS)], seconds).took
    return {"per s": len(took) / seconds, "p50 ms": 1000 * percentile(took, 50), "p99 ms": 1000 * percentile(took, 99)}
