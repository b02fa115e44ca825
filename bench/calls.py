"""Single entries, each a call, over many connections: how the clients of 2020 tell their runs."""

from functools import partial

from bench.consoles import Console, console, telling
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

CONNECTIONS = 50
LEAST_PER_S = 2_500
MOST_P99_MS = 60


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(10, 0.3)
    sitting.asks(
        f"single entries, each a call that is answered once it is durable, over {CONNECTIONS} connections in a closed "
        f"loop, {seconds:g} s a trial",
        f"≥ {LEAST_PER_S:,} per second, p99 ≤ {MOST_P99_MS} ms",
    )
    with console(sitting.quick) as one:
        told(one, seconds / 10)
        found = sitting.interleaved({"record": partial(told, one, seconds)})["record"]
    rate, slowest = spread(found, "per s"), spread(found, "p99 ms")
    return sitting.row(
        f"{rate.tell(' per second', 0)}, p50 {spread(found, 'p50 ms').tell(' ms', 1)}, p99 {slowest.tell(' ms', 1)}",
        rate.median >= LEAST_PER_S and slowest.median <= MOST_P99_MS,
    )


def told(one: Console, seconds: float) -> Figures:
    """As many runs as connections, each telling entry by entry."""
    runs = [one.run() for _ in range(CONNECTIONS)]
    took = one.talk([telling(run, 1) for run in runs], seconds).took
    return {"per s": len(took) / seconds, "p50 ms": 1000 * percentile(took, 50), "p99 ms": 1000 * percentile(took, 99)}
