"""Threads that keep the slots: each claims the next slot, sleeps until it is due, and measures it itself.

Nothing stands between a due time and its measurement: no dispatcher hands work over, the thread that wakes
up is the one that measures, and the thread for the next slot is asleep already. A measurement that takes
long holds its own thread only.
"""

import threading
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from rtk.clock import Clock
from rtk.figures import chosen_duration, duration
from rtk.insight.facts import MissedReason, Outcome
from rtk.slices import ask_for_short_slices
from rtk.verify.missed import sentence
from rtk.verify.schedule import Grid

SPARE = 2  # threads asleep ahead of the slots, so that none has to be made when a slot is due
LATE_S = 1.0  # how much later than due (or one frequency, if longer) a measurement may still begin
HUNG = 1000  # measurements past their limit whose threads are left to hang, at most: Python cannot end a thread


class Sample(Struct):
    """What a measurement found. Times are monotonic; `probes` are the entries for the record."""

    outcome: Outcome
    started: float | None = None
    ended: float | None = None
    value: float | None = None
    reason: str | None = None
    probes: list[dict[str, Any]] = field(default_factory=list)
    code: MissedReason | None = None

    @classmethod
    def missed(cls, code: MissedReason, started: float | None = None, **details: Any) -> "Sample":
        """What came of a slot that the measurer missed; `details` are what the reason's sentence names."""
        return cls("missed", started, reason=sentence(code, **details), code=code)


class InFlight(Struct):
    """A measurement under way; `deadline` is when the probe at work is past its time limit."""

    grid: Grid
    slot: int
    started: float
    deadline: float = float("inf")
    limit: float = 0.0
    probes: list[dict[str, Any]] = field(default_factory=list)


Measure = Callable[[InFlight], Sample]
Settled = Callable[[Grid, int, Sample], None]
PausedSince = Callable[[float], float | None]


class Crew:
    """Keeps the slots of one grid after another. `settled` is told each slot's sample, exactly once a slot."""

    def __init__(
        self,
        clock: Clock,
        measure: Measure,
        settled: Settled,
        max_in_flight: int,
        paused_since: PausedSince = lambda _: None,
    ) -> None:
        """`paused_since` tells how long the measurer itself stood still since a moment, None where it did not."""
        self.bell = threading.Event()  # rings when the crew needs the one who tends it
        self._clock = clock
        self._measure = measure
        self._settled = settled
        self._max = max_in_flight
        self._paused_since = paused_since
        self._refused: str | None = None  # why the last thread could not be started
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._grid: Grid | None = None
        self._gone = False
        self._waiting = 0
        self._starting = 0
        self._hung = 0
        self._settling = 0  # no longer under way, and not yet told
        self._under_way: dict[tuple[int, int], InFlight] = {}

    def open(self, grid: Grid) -> None:
        """Begin to keep a grid's slots."""
        with self._lock:
            self._grid = grid
            self._work.set()
        self.tend()

    def close(self, grid: Grid, cut: Sample | None = None) -> None:
        """End a grid; planned slots that never began are missed, `cut` where that is before the time.

        Measurements under way go on.
        """
        with self._lock:
            self._work.clear()
            self._grid = None
        for slot in grid.close(cut is not None):
            if cut:
                missed = cut
            elif (length := self._paused_since(grid.due(slot))) is not None:
                missed = Sample.missed(MissedReason.PAUSED, long=duration(length))
            elif self._refused:
                missed = Sample.missed(MissedReason.NO_THREADS, error=self._refused)
            else:
                missed = self._no_slot_free()
            self._settle(grid, slot, missed)

    def dismiss(self) -> None:
        """Let every idle thread end."""
        self._gone = True
        self._work.set()

    def tend(self) -> None:
        """Make threads where they are needed and end what is past its limit; called a few times a second."""
        for one in self.under_way():
            if paused := self._paused(one.started):
                self.give_up(one, paused)
            elif self._clock.monotonic() >= one.deadline:
                # A hung system must never look better than a slow one: past the limit is deviated, not missed.
                reason = f"no answer within {chosen_duration(one.limit)}"
                self.give_up(one, Sample("deviated", one.started, self._clock.monotonic(), None, reason))
        with self._lock:
            room = self._max + SPARE - len(self._under_way) - self._waiting - self._starting
            lacking = max(0, min(SPARE - self._waiting - self._starting, room)) if self._grid else 0
            self._starting += lacking
        # Outside the lock, which every slot needs: a thread that does not begin is waited for.
        for _ in range(lacking):
            try:
                self._clock.spawn(self._keep, "rtk-measure")
                self._refused = None
            except RuntimeError as error:  # at the limit of threads or processes
                self._refused = str(error)
                with self._lock:
                    self._starting -= 1

    def under_way(self) -> list[InFlight]:
        """The measurements that have begun and are not settled."""
        with self._lock:
            return list(self._under_way.values())

    def is_settling(self) -> bool:
        """Whether what became of a measurement that is no longer under way is still being told."""
        return self._settling > 0

    def waited_for(self) -> list[InFlight]:
        """The measurements under way once no slot is left to keep; none before that."""
        return [] if self._grid else self.under_way()

    def give_up(self, one: InFlight, sample: Sample) -> None:
        """Settle a measurement from outside; what it says later is not heard."""
        with self._lock:
            if self._under_way.pop((id(one.grid), one.slot), None) is None:
                return  # it has just ended by itself
            self._hung += 1
            self._settling += 1
        # A copy: the thread that was given up may add to its own when its probe ends after all.
        if sample.outcome != "missed":
            sample.probes = list(one.probes)
        self._tell(one, sample)

    def _keep(self) -> None:
        ask_for_short_slices()
        with self._lock:
            self._starting -= 1
            self._waiting += 1
        try:
            while not self._gone:
                grid = self._grid
                slot = grid.claim() if grid else None
                if grid is None or slot is None:
                    self._clock.wait(self._work if grid is None else grid.closed)
                else:
                    self._keep_slot(grid, slot)
        finally:
            with self._lock:
                self._waiting -= 1

    def _keep_slot(self, grid: Grid, slot: int) -> None:
        """Sleep until a slot is due, then measure it or tell why it is missed."""
        due = grid.due(slot)
        self._clock.wait(grid.closed, due - self._clock.monotonic())
        with self._lock:  # it is under way in the same moment, or whoever looks in between takes all for done
            if not grid.begin(slot):
                return
            one = InFlight(grid, slot, self._clock.monotonic())
            self._under_way[(id(grid), slot)] = one
            self._waiting -= 1
        missed: Sample | None = None
        late = one.started - due
        if len(self._under_way) > self._max:
            missed = self._no_slot_free()
        elif self._hung >= HUNG:
            missed = Sample.missed(MissedReason.HANGING, measurements=self._hung)
        elif late > max(LATE_S, grid.frequency):
            missed = self._paused(self._clock.monotonic() - late)
            missed = missed or Sample.missed(MissedReason.LATE, long=duration(late))
        # Without the lock: a ring too many costs a look, and the tender looks a few times a second anyway.
        if not missed and self._waiting + self._starting < SPARE:
            self.bell.set()
        sample = missed or self._measure(one)
        if not missed:
            sample = self._paused(one.started) or sample
        with self._lock:
            # Who takes it out tells it: this thread, or `give_up` before it. So each slot is told once.
            heard = self._under_way.pop((id(grid), slot), None) is not None
            self._waiting += 1
            self._hung -= not heard
            self._settling += heard
        if heard:
            self._tell(one, sample)

    def _paused(self, since: float) -> Sample | None:
        length = self._paused_since(since)
        return None if length is None else Sample.missed(MissedReason.PAUSED, since, long=duration(length))

    def _no_slot_free(self) -> Sample:
        return Sample.missed(MissedReason.NO_SLOT_FREE, measurements=min(len(self._under_way), self._max))

    def _tell(self, one: InFlight, sample: Sample) -> None:
        try:
            self._settle(one.grid, one.slot, sample)
        finally:
            with self._lock:
                self._settling -= 1

    def _settle(self, grid: Grid, slot: int, sample: Sample) -> None:
        if grid.settle(slot):
            self._settled(grid, slot, sample)
