"""Grid and crew on real threads that get in each other's way: each slot is claimed, begun and settled once."""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from rtk.clock import SystemClock
from rtk.insight.facts import MissedReason
from rtk.verify import crew, schedule
from rtk.verify.crew import Crew, InFlight, Sample
from rtk.verify.schedule import Grid

THREADS, SLOTS, TIMES = 8, 40, 6
TRIED = frozenset((str(crew.__file__), str(schedule.__file__)))
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def hasty() -> Iterator[None]:
    """Threads give way to others between any two lines of what is tried: Python by itself hardly ever does there."""
    chance = random.Random(12)

    def gives_way(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRIED:
            return None
        if event == "line" and chance.random() < 0.3:
            time.sleep(0 if chance.random() < 0.95 else 1e-4)
        return gives_way

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threading.settrace(gives_way)
    yield
    threading.settrace(None)  # which is how it is undone
    sys.setswitchinterval(before)


def together(work: Callable[[], None]) -> None:
    """Do the same in many threads that begin at one moment."""
    begin, failed = threading.Barrier(THREADS), list[BaseException]()

    def run() -> None:
        try:
            begin.wait(PATIENCE_S)
            work()
        except Exception as error:  # noqa: BLE001 - told by who waits
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failed == []


@pytest.mark.parametrize("seed", range(TIMES))
def test_a_slot_is_claimed_begun_and_settled_by_one_thread(seed: int) -> None:
    grid = Grid("conditions", 0.0, 1.0, SLOTS, lambda: True)
    claimed, begun, settled, missed = Counter[int](), Counter[int](), Counter[int](), list[int]()
    lock, over = threading.Lock(), threading.Event()

    def work() -> None:
        chance = random.Random(seed)
        mine, taken, ended = list[int](), list[int](), list[int]()
        while len(mine) < SLOTS and (slot := grid.claim()) is not None:
            mine.append(slot)
            if chance.random() < 0.9 and grid.begin(slot):
                taken.append(slot)
            others = chance.randrange(slot + 1)  # somebody else may settle it first, as one that is past its limit
            ended += [each for each in (slot, others) if chance.random() < 0.5 and grid.settle(each)]
            if slot > SLOTS * 5 and not over.is_set() and chance.random() < 0.2:
                over.set()
                missed.extend(grid.close(stopped=True))
        with lock:
            claimed.update(mine)
            begun.update(taken)
            settled.update(ended)

    together(work)
    for counted in (claimed, begun, settled):
        assert set(counted.values()) <= {1}
    assert sorted(claimed) == list(range(len(claimed))), "no slot is passed over"
    assert not set(missed) & set(begun), "what never began is told, and nothing else"
    rest = [slot for slot in range(len(claimed)) if grid.settle(slot)]
    assert sorted([*settled, *rest]) == list(range(len(claimed)))


class Kept:
    """A crew at work on real threads, whose measurements take no time, some, or longer than their limit."""

    def __init__(self, seed: int) -> None:
        self.settled = Counter[int]()
        self.outcomes = Counter[str]()
        self.crew = Crew(SystemClock(), self.measure, self.settle, 64)
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def measure(self, one: InFlight) -> Sample:
        with self._lock:
            takes = self._chance.choice((0.0, 0.0, 0.001, 0.004, 0.012))
        one.limit = 0.004
        one.deadline = time.monotonic() + one.limit
        time.sleep(takes)
        return Sample("met", one.started, time.monotonic(), 1.0)

    def settle(self, _: Grid, slot: int, sample: Sample) -> None:
        with self._lock:
            self.settled[slot] += 1
            self.outcomes[sample.outcome] += 1

    def keep(self, grid: Grid, until: float, cut: Sample | None) -> None:
        """Tend it without a pause until a moment, from two threads; then end the phase."""
        self.crew.open(grid)
        over = threading.Event()

        def tends() -> None:
            while not over.is_set():
                self.crew.tend()
                time.sleep(0.0005)

        also = threading.Thread(target=tends)
        also.start()
        while time.monotonic() < until:
            self.crew.tend()
            self.crew.bell.wait(0.001)
            self.crew.bell.clear()
        self.crew.close(grid, cut)
        patience = time.monotonic() + PATIENCE_S
        while (self.crew.under_way() or self.crew.is_settling()) and time.monotonic() < patience:
            time.sleep(0.002)
        over.set()
        also.join()
        assert self.crew.under_way() == []

    def counts(self) -> tuple[int, int, int]:
        """The threads that the crew knows of: asleep, about to begin, hung."""
        return self.crew._waiting, self.crew._starting, self.crew._hung


@pytest.mark.parametrize("seed", range(TIMES))
@pytest.mark.parametrize("stopped", [False, True], ids=["to its end", "stopped"])
def test_every_slot_of_a_crew_is_settled_once(seed: int, stopped: bool) -> None:
    kept = Kept(seed)
    for phase in range(2):  # one grid after another, while threads of the first are still at it
        kept.settled.clear()
        grid = Grid("conditions", time.monotonic(), 0.002, 150)
        until = grid.start + (0.15 if stopped else 150 * 0.002)
        enough = Sample.missed(MissedReason.STOPPED, why="stopped: enough")
        kept.keep(grid, until, enough if stopped else None)
        assert sorted(kept.settled) == list(range(150)), f"phase {phase}"
        assert set(kept.settled.values()) == {1}, f"phase {phase}"
    assert kept.outcomes["met"], "nothing was measured, so nothing got into anybody's way"
    kept.crew.dismiss()
    patience = time.monotonic() + PATIENCE_S
    while kept.counts() != (0, 0, 0) and time.monotonic() < patience:
        time.sleep(0.005)
    assert kept.counts() == (0, 0, 0), "threads are counted as they are"
