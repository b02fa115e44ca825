"""CPU time of one HTTP measurement, all included."""

from functools import partial

from bench import command, truth
from bench.experiments import timed
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

RATE = 50
MOST_MS = 1.5


def run(sitting: Sitting) -> Row:
    """The row."""
    long_s, short_s = sitting.either(22, 2.5), sitting.either(2, 0.5)
    sitting.asks(
        "CPU time per HTTP measurement, all included: user and system time of the whole command for "
        f"{long_s:g} s at {RATE} per second less that for {short_s:g} s, by the difference in measurements",
        f"≤ {MOST_MS:g} ms",
    )
    with truth.serving() as server:
        found = sitting.interleaved({"chaos verify": partial(_cost, server, long_s, short_s)})["chaos verify"]
    ms = spread(found, "ms")
    return sitting.row(ms.tell(" ms"), ms.median <= MOST_MS)


def _cost(server: truth.Truth, long_s: float, short_s: float) -> Figures:
    few, many = (command.verify(timed(server.url("/wait/20"), 1 / RATE, seconds)) for seconds in (short_s, long_s))
    more = len(many.begun) - len(few.begun)
    return {"ms": 1000 * (many.cpu_s - few.cpu_s) / more, "CPU s": many.cpu_s, "missed": many.missed}
