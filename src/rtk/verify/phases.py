"""The phases of measuring, one grid of slots each without a gap between them, and what ends them."""

import logging
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.experiment.plan import Plan
from rtk.figures import chosen_duration
from rtk.insight.facts import PHASES, MissedReason, Phase
from rtk.insight.stops import StopCause
from rtk.verify.crew import Crew, InFlight, PausedSince, Sample
from rtk.verify.decision import Decision
from rtk.verify.overdue import Overdue
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.progress import Progress, Waiting
from rtk.verify.record import Record
from rtk.verify.rules import StopRules
from rtk.verify.schedule import Grid
from rtk.verify.stop import CTRL_C_S, StopRequest, was_signalled

TICK_S = 0.25  # how often the crew is tended at least
LEAST_TICK_S = 0.01  # and at most
LEAD_S = 1.0  # how long before the end of a phase its successor is made ready
DRAIN_S = 2.0  # how long measurements past their threshold may still bring their value at the end
HURRIED_S = 0.3  # the same when the run was interrupted

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measuring:
    """How slots are measured: by what, how many at once, when a measurement is overdue, and when we stood still."""

    measure: Callable[[InFlight], Sample]
    overdue: Overdue
    paused_since: PausedSince
    max_in_flight: int


class Phases:
    """Measures through one phase after another; every planned slot ends as exactly one recorded measurement.

    A phase's grid begins where the one before it was over, so that no time between them is without a slot.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        record: Record,
        stop: StopRequest,
        progress: Progress,
        measuring: Measuring,
        decision: Decision,
    ) -> None:
        self._decision = decision
        self._plan = plan
        self._clock = clock
        self._record = record
        self._stop = stop
        self._progress = progress
        self._measure = measuring.measure
        self._overdue = measuring.overdue
        self._over_at: float | None = None
        self.pulse: int | None = None  # grows as a phase is tended; None where none is
        self._planned = {phase: plan.slots(phase) for phase in PHASES}  # worked out exactly, which takes its time
        self._rules = StopRules(plan, stop.request)
        self.crew = Crew(clock, self._careful, self._settled, measuring.max_in_flight, measuring.paused_since)
        self.bell = self.crew.bell

    def run(
        self,
        phase: Phase,
        until: Callable[[], bool] | None = None,
        halted: Callable[[], bool] | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Measure one phase: for its planned length, and until a condition holds if there is one.

        `then` is called when the planned length is about to be over.
        """
        halted = halted or self._stop.asked.is_set
        grid = self._open(phase, (lambda: not until()) if until else (lambda: False), halted())
        ends = grid.start + self._plan.length(phase)
        try:
            over_at = self._watch(ends, until, halted, then)
        finally:
            self.pulse = None  # what ends a phase, and an undo above all, may take its time
        self._close(grid, over_at, self._cut() if halted() else None)

    @contextmanager
    def beside(self, phase: Phase) -> Iterator[None]:
        """Measure a phase for as long as a block of work takes. What may stop a run no longer does."""
        self._rules.over = True
        over, tended = threading.Event(), threading.Event()

        def tend() -> None:
            while not over.is_set():
                self.bell.clear()
                self.tend()
                self._clock.wait(self.bell, TICK_S)
            tended.set()

        grid = self._open(phase, lambda: not over.is_set(), halted=False)
        try:
            self._clock.spawn(tend, "rtk-tend")
        except RuntimeError as error:  # at the limit of threads the undo goes before the measuring of it
            self._record.note("event", text=f"nothing is measured while the rollbacks are played: {error}")
            tended.set()
        try:
            yield
        finally:
            over_at = self._clock.monotonic()
            over.set()
            self.bell.set()
            self._clock.wait(tended, TICK_S)
            self._close(grid, over_at, None)

    def _open(self, phase: Phase, goes_on: Callable[[], bool], halted: bool) -> Grid:
        """Begin a phase where the one before was over. One of no known length has one slot at least."""
        planned = self._planned[phase] or int(phase in ("onset", "undo"))
        start = self._clock.monotonic() if self._over_at is None else self._over_at
        grid = Grid(phase, start, self._plan.frequency_s, planned, goes_on)
        self._rules.open(grid)
        self._decision.open(grid)
        self._record.note("phase", phase=phase, state="started", planned=planned, at=start - self._progress.started)
        length = self._plan.length(phase)
        self._progress.begin(phase, start + length if length else None)
        if not halted:  # a run stopped before the phase measures nothing in it
            self.crew.open(grid)
        return grid

    def _close(self, grid: Grid, over_at: float, cut: Sample | None) -> None:
        if not cut and grid.planned:
            self._clock.wait(grid.begun, TICK_S)  # however short a phase is, its first slot is measured
        self._over_at = over_at
        self.crew.close(grid, cut)
        self._rules.close(grid)
        self._decision.close(grid)
        at = over_at - self._progress.started
        self._record.note("phase", phase=grid.phase, state="ended", planned=grid.planned, at=at)

    def _watch(
        self, ends: float, until: Callable[[], bool] | None, halted: Callable[[], bool], then: Callable[[], None]
    ) -> float:
        """Tend the crew until the phase is over; when it was."""
        asked = after = False
        while not halted():
            self.pulse = (self.pulse or 0) + 1
            self.bell.clear()
            self.tend()
            left = ends - self._clock.monotonic()
            if left <= LEAD_S and not asked:
                asked = True
                then()
            if left <= 0 and (until is None or until()):
                return self._clock.monotonic() if after else ends
            after = left <= 0
            tick = TICK_S
            if self._plan.stop_when.deviated_in_a_row:  # a row is stopped when it is one, not later
                due = self._overdue.next(self.crew.under_way()) - self._clock.monotonic()
                tick = min(TICK_S, max(due, LEAST_TICK_S))
            self._clock.wait(self.bell, min(tick, left) if left > 0 else tick)
        return self._clock.monotonic()

    def _cut(self) -> Sample:
        interrupted = self._stop.signal is not None
        code = MissedReason.INTERRUPTED if interrupted else MissedReason.STOPPED
        return Sample.missed(code, why=self._stop.reason or "stopped")

    def tend(self) -> None:
        """What is to be done a few times a second: threads, hung measurements, reasons to stop."""
        self.crew.tend()
        for one in self.crew.under_way():
            if self._overdue.deviates(one):
                self._rules.tell(one.grid, one.slot, "deviated")
        if self._decision.is_asked:
            self._decision.tend()
        if self._record.failure:
            self._stop.request(StopCause.RECORD, self._record.failure)

    def forgo(self) -> None:
        """Give up what is under way, because the run is about to end the processes it may need."""
        for one in self.crew.under_way():
            self._give_up(one, hurried=True)

    def _careful(self, one: InFlight) -> Sample:
        try:
            sample = self._measure(one)
            if sample.outcome == "deviated" and any(map(was_signalled, sample.probes)):
                # Ctrl-C reaches a process that is measured as soon as the run, which may hear of it a little later.
                self._clock.wait(self._stop.asked, CTRL_C_S)
                if self._stop.signal is not None:
                    return self._cut()
            return sample
        except InterruptExecution as error:
            self._stop.request(StopCause.CONTROL, str(error))
            return Sample.missed(MissedReason.STOPPED, why=f"stopped: {error}")
        except BaseException as error:
            logger.debug("measuring failed", exc_info=True)
            return Sample.missed(MissedReason.CONTROL_FAILED, error=f"{type(error).__name__}: {error}")

    def _settled(self, grid: Grid, slot: int, sample: Sample) -> None:
        began = self._progress.started
        self._record.note(
            "measurement",
            phase=grid.phase,
            slot=slot,
            due=grid.due(slot) - began,
            started=None if sample.started is None else sample.started - began,
            ended=None if sample.ended is None else sample.ended - began,
            outcome=sample.outcome,
            value=sample.value,
            reason=sample.reason,
            code=sample.code,
            probes=sample.probes,
        )
        self._progress.measured(sample.outcome, sample.value, beyond=slot >= self._planned[grid.phase])
        self._rules.tell(grid, slot, sample.outcome)
        if self._decision.is_asked:
            self._decision.settled(grid, slot, sample.outcome)

    def drain(self, hurried: Callable[[], bool]) -> None:
        """Let what is under way end: until it does, or is past its time limit.

        What is overdue is deviated without its value after a moment. When the run is `hurried`, what is not is missed,
        and so is what only a control keeps from its end for long.
        """
        began = self._clock.monotonic()
        while (left := self.crew.under_way()) or self.crew.is_settling():
            self.crew.tend()
            waited = self._clock.monotonic() - began
            if waited >= (HURRIED_S if hurried() else DRAIN_S):
                for one in left:
                    self._give_up(one, hurried())
            if waited >= BESIDE_UNDO_S:
                error = f"TimeoutError: no end within {chosen_duration(BESIDE_UNDO_S)} after the last slot"
                for one in left:
                    if math.isfinite(one.deadline):
                        continue  # a probe is at work, which has a time limit; a control has none
                    sample = Sample.missed(MissedReason.CONTROL_FAILED, one.started, error=error)
                    if self._overdue.deviates(one):
                        sample = Sample("deviated", one.started, self._clock.monotonic(), None, sample.reason)
                    self.crew.give_up(one, sample)
            self._clock.wait(threading.Event(), 0.05)
        self.crew.dismiss()

    def waiting(self) -> Waiting:
        """How many answers are waited for once a phase's time is over, and for how long at most."""
        left = self.crew.waited_for()
        ends = [one.deadline for one in left if math.isfinite(one.deadline)]
        return Waiting(len(left), max(0.0, max(ends, default=0.0) - self._clock.monotonic()))

    def _give_up(self, one: InFlight, hurried: bool) -> None:
        now = self._clock.monotonic()
        if self._overdue.is_past(one) or (hurried and self._overdue.deviates(one)):
            reason = "not done when the run ended, though past its threshold"
            self.crew.give_up(one, Sample("deviated", one.started, now, None, reason))
        elif hurried:
            self.crew.give_up(one, Sample.missed(MissedReason.STILL_RUNNING, one.started))
