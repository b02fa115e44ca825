"""Slots measured at the tutorial's shape: the probe takes 30 to 70 % of the interval."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench import command, truth
from bench.experiments import Experiment, timed
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

EVERY_S = 1.0
# The method keeps `chaos run` measuring, and ends before another slot beyond the planned ones would be due.
SHORT_S = 0.1
CONTINUOUSLY = ("--hypothesis-strategy", "continuously", "--hypothesis-frequency", str(EVERY_S))
ON_TIME_S = 0.05


def run(sitting: Sitting) -> Row:
    """The row."""
    planned = round(sitting.either(30, 1))
    sitting.asks(
        f"slots measured, every 1 s for {planned} s, answers of 0.3 to 0.7 s", f"{planned} of {planned}, every run"
    )
    # Slots are counted and no time is measured, so that all trials go at once, each with a target of its own.
    with ThreadPoolExecutor(2 * sitting.rounds) as pool:
        takes = [pool.submit(_trial, sitting, name, planned) for name in TAKES for _ in range(sitting.rounds)]
        found = [take.result() for take in takes]
    ours, theirs = found[: sitting.rounds], found[sitting.rounds :]
    return sitting.row(
        f"{spread(ours, 'slots').tell(digits=0)} of {planned}, within {1000 * ON_TIME_S:g} ms of due by the server's "
        f"clock {spread(ours, 'arrived').tell(digits=0)}; `chaos run --hypothesis-strategy continuously` "
        f"{spread(theirs, 'slots').tell(digits=0)}",
        all(figures["slots"] == figures["arrived"] == planned for figures in ours),
    )


def _trial(sitting: Sitting, name: str, planned: int) -> Figures:
    with truth.serving(low=0.3, high=0.7) as server:
        experiment = timed(server.url(), EVERY_S, planned * EVERY_S, 600, planned * EVERY_S - SHORT_S)
        return sitting.untimed(name, partial(TAKES[name], experiment, server))


def _verify(experiment: Experiment, server: truth.Truth) -> Figures:
    server.log()
    kept = command.verify(experiment)
    arrivals = [served.arrived - kept.began for served in server.log()]
    begun = [m for m in kept.begun if m.phase == "conditions"]  # the undo has slots of its own
    arrived = sum(any(0 <= at - m.due < ON_TIME_S for at in arrivals) for m in begun)
    return {"slots": len(begun), "missed": kept.missed, "arrived": arrived}


def _run(experiment: Experiment, _: truth.Truth) -> Figures:
    journal = command.run(experiment, *CONTINUOUSLY)
    return {"slots": len(journal["steady_states"]["during"])}


TAKES = {"chaos verify": _verify, "chaos run": _run}
