"""The crew in virtual time: each slot is settled once, on its due time, by a thread of its own."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from rtk.clock import SystemClock
from rtk.insight.facts import MissedReason
from rtk.verify.crew import Crew, InFlight, Sample
from rtk.verify.schedule import Grid
from tests.verify.virtual import VirtualClock


@dataclass
class Kept:
    """A crew at work on a grid, and what it settled."""

    takes: float = 0.1
    limit: float = 30.0
    most: int = 32
    clock: VirtualClock = field(default_factory=VirtualClock)
    settled: list[tuple[int, Sample]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def measure(self, one: InFlight) -> Sample:
        self.threads.add(threading.get_ident())
        one.limit, one.deadline = self.limit, self.clock.monotonic() + self.limit
        self.clock.sleep(self.takes)
        return Sample("met", one.started, self.clock.monotonic(), 1.0)

    def keep(self, slots: int, frequency: float = 1.0, stop_at: float | None = None) -> dict[int, Sample]:
        """What came of each slot, once all is over."""
        crew = Crew(self.clock, self.measure, lambda _, slot, sample: self.settled.append((slot, sample)), self.most)
        grid = Grid("conditions", self.clock.monotonic(), frequency, slots)
        crew.open(grid)
        ends = grid.start + slots * frequency if stop_at is None else stop_at
        while self.clock.monotonic() < ends:
            crew.bell.clear()
            crew.tend()
            self.clock.wait(crew.bell, min(0.25, max(ends - self.clock.monotonic(), 1e-6)))
        enough = Sample.missed(MissedReason.STOPPED, why="stopped: enough")
        crew.close(grid, None if stop_at is None else enough)
        while crew.under_way():
            self.clock.sleep(0.1)
            crew.tend()
        crew.dismiss()
        assert len(dict(self.settled)) == len(self.settled), "a slot is settled once"
        return dict(sorted(self.settled))


@pytest.mark.parametrize("takes", [0.0, 0.4, 1.0, 7.3])
def test_measurements_begin_when_due_however_long_they_take(takes: float) -> None:
    samples = Kept(takes).keep(20)
    assert list(samples) == list(range(20))
    assert {sample.outcome for sample in samples.values()} == {"met"}
    assert [sample.started for sample in samples.values()] == pytest.approx(list(range(20)))


def test_what_is_past_its_limit_is_deviated() -> None:
    samples = Kept(takes=1e6, limit=5.0).keep(10)
    assert {sample.outcome for sample in samples.values()} == {"deviated"}
    assert {sample.reason for sample in samples.values()} == {"no answer within 5 s"}


def test_more_than_are_allowed_at_once_are_missed_and_say_so() -> None:
    samples = Kept(takes=3.5, most=2).keep(12)
    assert [s.outcome for s in samples.values()] == (["met"] * 2 + ["missed"] * 2) * 3
    assert samples[2].reason == "as many measurements were under way as may be at once (2)"
    assert samples[2].code is MissedReason.NO_SLOT_FREE


def test_a_stop_misses_what_was_not_begun_and_lets_the_rest_end() -> None:
    samples = Kept(takes=3.0).keep(10, stop_at=4.5)
    assert [s.outcome for s in samples.values()] == ["met"] * 5 + ["missed"] * 5
    assert (samples[9].reason, samples[9].code) == ("stopped: enough", MissedReason.STOPPED)


def test_a_quick_system_is_measured_by_few_threads() -> None:
    kept = Kept(takes=0.01)
    kept.keep(200)
    assert len(kept.threads) <= 4


def test_thousands_of_slots_a_second_are_each_settled_once() -> None:
    samples = Kept(takes=0.0).keep(2000, frequency=0.0001)
    assert list(samples) == list(range(2000))


def test_what_is_no_longer_under_way_is_settling_until_it_was_told() -> None:
    telling, goes_on = threading.Event(), threading.Event()

    def settled(*_: object) -> None:
        telling.set()
        goes_on.wait(10)

    crew = Crew(SystemClock(), lambda one: Sample("met", one.started, one.started, 1.0), settled, 4)
    grid = Grid("conditions", time.monotonic(), 10.0, 1)
    crew.open(grid)
    assert telling.wait(60)
    crew.close(grid)
    assert crew.under_way() == []
    assert crew.is_settling(), "whoever waits for the last measurement waits until it is in the record"
    goes_on.set()
    crew.dismiss()
    until = time.monotonic() + 60
    while crew.is_settling() and time.monotonic() < until:
        time.sleep(0.001)
    assert not crew.is_settling()
