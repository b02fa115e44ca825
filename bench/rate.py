"""The highest rate at which slots are kept."""

from functools import partial

from bench import command, truth
from bench.experiments import timed
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

LEAST_PER_S = 150
RATES = (150, 300, 600, 1000)
ON_TIME_MS = 10.0
SHARE = 0.999


def run(sitting: Sitting) -> Row:
    """The row. Each round climbs until a rate does not hold; its figure is the last one that did."""
    seconds = sitting.either(10, 0.5)
    sitting.asks(
        f"highest rate with ≥ {SHARE:.1%} of slots on time (± {ON_TIME_MS:g} ms by its own clock) and none missed, "
        f"answers of 20 ms, {seconds:g} s each",
        f"≥ {LEAST_PER_S} per second",
    )
    with truth.serving() as server:
        rounds: list[Figures] = [{"per s": _climb(sitting, server, seconds)} for _ in range(sitting.rounds)]
    highest = spread(rounds, "per s")
    return sitting.row(highest.tell(" per second", digits=0), highest.median >= LEAST_PER_S)


def _climb(sitting: Sitting, server: truth.Truth, seconds: float) -> int:
    held = 0
    for rate in RATES[: round(sitting.either(len(RATES), 1))]:
        figures = sitting.trial(f"{rate} per second", partial(_at, rate, seconds, server))
        if figures["on time %"] < 100 * SHARE or figures["missed"]:
            break
        held = rate
    return held


def _at(rate: int, seconds: float, server: truth.Truth) -> Figures:
    server.log()  # so that it does not grow from rate to rate
    kept = command.verify(timed(server.url("/wait/20"), 1 / rate, seconds))
    on_time = sum(abs(late) <= ON_TIME_MS for late in kept.late_ms)
    return {"on time %": 100 * on_time / len(kept.measurements), "missed": kept.missed}
