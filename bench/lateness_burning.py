"""How late measurements start while every core burns, against a bare loop that sleeps until due."""

from functools import partial

from bench import bare, command, truth
from bench.burners import burning
from bench.experiments import timed
from bench.lateness import paired, readings
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting

EVERY_S = 0.1
MOST_MS = 20.0
MOST_TIMES = 3.0


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(20, 0.5)
    sitting.asks(
        f"start lateness by its own clock, 10 per second for {seconds:g} s, {sitting.burners} CPU burners",
        f"p99 ≤ {MOST_TIMES:g} × a bare loop's and ≤ {MOST_MS:g} ms",
    )
    with truth.serving() as server, burning(sitting.burners):
        contenders = {
            "chaos verify": partial(_verify, server, seconds),
            "bare loop": partial(_bare, seconds),
        }
        found = sitting.interleaved(contenders)
    ours, loop = spread(found["chaos verify"], "p99 ms"), spread(found["bare loop"], "p99 ms")
    return sitting.row(
        f"p99 {ours.tell(' ms')}; bare loop {loop.tell(' ms')}; ratio {ours.median / loop.median:.2f}",
        ours.median <= min(MOST_TIMES * loop.median, MOST_MS),
    )


def _verify(server: truth.Truth, seconds: float) -> Figures:
    server.log()
    kept = command.verify(timed(server.url("/wait/20"), EVERY_S, seconds))
    return {**_figures(kept.late_ms), **readings(paired(kept, server.log())), "missed": kept.missed}


def _bare(seconds: float) -> Figures:
    return _figures(bare.lateness_ms(EVERY_S, seconds))


def _figures(late_ms: list[float]) -> Figures:
    return {"slots": len(late_ms), "p50 ms": percentile(late_ms, 50), "p99 ms": percentile(late_ms, 99)}
