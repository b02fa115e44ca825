"""A crew of real threads, in a process that a test stops and lets go on."""

import threading
import time

from rtk.clock import SystemClock
from rtk.insight.facts import Outcome
from rtk.verify.beat import Beat
from rtk.verify.crew import Crew, InFlight, Sample
from rtk.verify.schedule import Grid

TAKES_S = 0.15  # of a measurement, three of which are under way at any time
TOLERATED_S = 0.65  # less than the shortest stop


def keep(seconds: float) -> None:
    """Keep slots for so long, then print what came of each: its outcome, or why it was missed."""
    clock = SystemClock()
    beat, told = Beat(clock), dict[int, str]()
    beat.start()

    def measure(one: InFlight) -> Sample:
        one.deadline = time.monotonic() + 30.0
        time.sleep(TAKES_S)
        took = time.monotonic() - one.started
        outcome: Outcome = "met" if took <= TOLERATED_S else "deviated"
        return Sample(outcome, one.started, time.monotonic(), took)

    def settled(_: Grid, slot: int, sample: Sample) -> None:
        told[slot] = sample.code or sample.outcome

    crew = Crew(clock, measure, settled, 32, beat.paused_since)
    grid = Grid("conditions", time.monotonic(), 0.05, int(seconds / 0.05))
    crew.open(grid)
    print("ready", flush=True)
    while time.monotonic() < grid.start + seconds:
        crew.tend()
        crew.bell.wait(0.1)
        crew.bell.clear()
    crew.close(grid)
    while crew.under_way():
        crew.tend()
        threading.Event().wait(0.05)
    print(*(told[slot] for slot in sorted(told)))
