"""How late measurements start on an idle machine, by the server's arrival clock."""

from collections.abc import Sequence
from functools import partial

from bench import command, truth
from bench.experiments import timed
from bench.row import Figures, Row, percentile, spread
from bench.sitting import Sitting
from bench.truth import Served
from rtk.insight.facts import SlotMeasurement

EVERY_S = 0.1
MOST_MS = 5.0


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(60, 0.5)
    sitting.asks(
        f"start lateness by the server's arrival clock, 10 per second for {seconds:g} s, idle", f"p99 ≤ {MOST_MS:g} ms"
    )
    with truth.serving() as server:
        found = sitting.interleaved({"chaos verify": partial(_verify, server, seconds)})["chaos verify"]
    p99 = spread(found, "p99 ms")
    return sitting.row(
        f"p99 {p99.tell(' ms')}, p50 {spread(found, 'p50 ms').tell(' ms')}; "
        f"p99 by its own clock {spread(found, 'own p99 ms').tell(' ms')}",
        p99.median <= MOST_MS,
    )


def _verify(server: truth.Truth, seconds: float) -> Figures:
    server.log()
    kept = command.verify(timed(server.url("/wait/20"), EVERY_S, seconds))
    pairs = paired(kept, server.log())
    late = [1000 * (served.arrived - kept.began - m.due) for m, served in pairs]
    return {
        "slots": len(late),
        "p50 ms": percentile(late, 50),
        "p99 ms": percentile(late, 99),
        "own p99 ms": percentile(kept.late_ms, 99),
        **readings(pairs),
        "missed": kept.missed,
    }


def paired(kept: command.Kept, log: Sequence[Served]) -> list[tuple[SlotMeasurement, Served]]:
    """Each measurement that began with its request; `log` is in the order of arrival.

    The requests of the slots follow the gate's one and come before that of the hypothesis after the method, so
    slot and request are paired by their order. Raises `CommandFailed` where their numbers differ.
    """
    of_slots = log[1:-1]
    if len(of_slots) != len(kept.begun):
        raise command.CommandFailed(f"{len(kept.begun)} measurements, yet {len(of_slots)} requests at the server")
    return list(zip(sorted(kept.begun, key=lambda m: m.due), of_slots, strict=True))


def readings(pairs: Sequence[tuple[SlotMeasurement, Served]]) -> Figures:
    """What the reading error is inside a run: the probe's value less what the server served."""
    errors = [m.value - served.served_ms for m, served in pairs if m.value is not None]
    return {f"reading p{p} ms": percentile(errors, p) for p in (50, 99)}
