"""What publishing costs a run of `chaos verify`: its time, and how late its measurements start."""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench import command, truth
from bench.consoles import console as serving
from bench.experiments import timed
from bench.lateness import paired
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting
from bench.slowed import known, slowed, told_of

EVERY_S, MOST_RATIO, MOST_MORE_MS = 0.1, 1.05, 1.0
SLOW_S, LONGEST_WAIT_S = 2.0, 2.0
TOLD_S = 0.1  # the end of a record is looked for twenty times a second


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds, slow_s = sitting.either(40, 0.5), sitting.either(SLOW_S, 0.2)
    sitting.asks(
        f"`chaos verify` of {seconds:g} s, 10 a second, publishing to a console on this machine ÷ not publishing: "
        f"wall time, lateness p99; the same where the console adds {slow_s:g} s to each answer: end later than alone",
        f"≤ {MOST_RATIO:g}; ≤ + {MOST_MORE_MS:g} ms; ≤ {LONGEST_WAIT_S:g} s",
    )
    shared = sitting.quick
    with truth.serving() as server, serving(shared) as console, slowed(console.url, slow_s) as slow:
        verify = partial(_verify, server, seconds)
        found = sitting.interleaved(
            {
                "alone": partial(verify, {}),
                "publishing": partial(verify, told_of(console)),
                "slow console": partial(verify, told_of(console, slow)),
            }
        )
    alone, publishing, slowly = found["alone"], found["publishing"], found["slow console"]
    ratio = spread(publishing, "wall s").median / spread(alone, "wall s").median
    more = spread(publishing, "p99 ms").median - spread(alone, "p99 ms").median
    more_slowly = spread(slowly, "p99 ms").median - spread(alone, "p99 ms").median
    wait = spread(slowly, "wait s").median - spread(alone, "wait s").median
    return sitting.row(
        f"{ratio:.3f}; {more:+.2f} ms, slow console {more_slowly:+.2f} ms; wait {wait:.2f} s: "
        f"{spread(publishing, 'wall s').tell(' s')} ÷ {spread(alone, 'wall s').tell(' s')}",
        ratio <= MOST_RATIO and max(more, more_slowly) <= MOST_MORE_MS and wait <= LONGEST_WAIT_S + TOLD_S,
    )


def _verify(server: truth.Truth, seconds: float, environ: Mapping[str, str]) -> Figures:
    server.log()
    ended = 0.0

    def look(_: int, state: Path) -> None:
        nonlocal ended
        ended = max([ended, *(record.stat().st_mtime for record in command.records(state))])

    with known(environ):
        began = time.monotonic()
        kept = command.verify(timed(server.url("/wait/20"), EVERY_S, seconds), look)
        took, over = time.monotonic() - began, time.time()
    late = [1000 * (served.arrived - kept.began - m.due) for m, served in paired(kept, server.log())]
    return {
        "wall s": took,
        "wait s": over - ended,
        "p99 ms": percentile(late, 99),
        "missed": kept.missed,
        "CPU s": kept.cpu_s,
    }
