"""The three phases of measuring, one grid of slots each, and what ends them."""

import logging
import math
import threading
from collections.abc import Callable

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.experiment.plan import Plan
from rtk.insight.facts import MissedReason, Phase
from rtk.insight.stops import StopCause
from rtk.verify.crew import Crew, InFlight, Sample
from rtk.verify.progress import Progress, Waiting
from rtk.verify.record import Record
from rtk.verify.schedule import Grid
from rtk.verify.stop import Stop

TICK_S = 0.25  # how often the crew is tended at least
DRAIN_S = 2.0  # how long measurements past their threshold may still bring their value at the end
HURRIED_S = 0.3  # the same when the run was interrupted

logger = logging.getLogger("chaostoolkit")


class Phases:
    """Measures through one phase after another; every planned slot ends as exactly one recorded measurement."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        record: Record,
        stop: Stop,
        progress: Progress,
        measure: Callable[[InFlight], Sample],
        max_in_flight: int,
        longest_s: float = math.inf,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._record = record
        self._stop = stop
        self._progress = progress
        self._measure = measure
        self._longest_s = min(plan.stop_when.max_duration_s or math.inf, longest_s)
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._deviated = 0
        self.crew = Crew(clock, self._careful, self._settled, max_in_flight)
        self.bell = self.crew.bell

    def run(self, phase: Phase, until: threading.Event | None = None, halted: Callable[[], bool] | None = None) -> None:
        """Measure one phase: for its planned length, and until the event is set if there is one."""
        planned, length = self._plan.slots(phase), self._plan.length(phase)
        halted = halted or self._stop.asked.is_set
        self._record.note("phase", durable=True, phase=phase, state="started", planned=planned)
        goes_on = (lambda: not until.is_set()) if until else (lambda: False)
        grid = Grid(phase, self._clock.monotonic(), self._plan.frequency_s, planned, goes_on)
        self._progress.begin(phase, grid.start + length)
        if not halted():  # a run stopped before the phase measures nothing in it
            self.crew.open(grid)
            self._watch(grid.start + length, until, halted)
        self.crew.close(grid, self._cut() if halted() else None)
        self._record.note("phase", durable=True, phase=phase, state="ended", planned=grid.planned)

    def until(self, event: threading.Event) -> None:
        """Wait for something that comes before a phase, or for the stop."""
        while not event.is_set() and not self._stop.asked.is_set():
            self.bell.clear()
            self.tend()
            self._clock.wait(self.bell, TICK_S)

    def _watch(self, ends: float, until: threading.Event | None, halted: Callable[[], bool]) -> None:
        while not halted():
            self.bell.clear()
            self.tend()
            left = ends - self._clock.monotonic()
            if left <= 0 and (until is None or until.is_set()):
                return
            self._clock.wait(self.bell, min(TICK_S, left) if left > 0 else TICK_S)

    def _cut(self) -> Sample:
        interrupted = self._stop.signal is not None
        code = MissedReason.INTERRUPTED if interrupted else MissedReason.STOPPED
        return Sample.missed(code, why=self._stop.reason or "stopped")

    def tend(self) -> None:
        """What is to be done a few times a second: threads, hung measurements, reasons to stop."""
        self.crew.tend()
        if self._clock.monotonic() - self._progress.started >= self._longest_s:
            self._stop.request(StopCause.MAX_DURATION, f"the run reached its longest duration of {self._longest_s:g} s")
        if self._record.failure:
            self._stop.request(StopCause.RECORD, self._record.failure)

    def _careful(self, one: InFlight) -> Sample:
        try:
            return self._measure(one)
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
        self._progress.measured(sample.outcome, sample.value)
        self._stop_when(sample)

    def _stop_when(self, sample: Sample) -> None:
        rules, objective = self._plan.stop_when, self._plan.objective
        with self._lock:
            if sample.outcome == "missed":
                return
            self._in_a_row = self._in_a_row + 1 if sample.outcome == "deviated" else 0
            self._deviated += sample.outcome == "deviated"
            in_a_row, spent = self._in_a_row, self._deviated * self._plan.frequency_s
        if rules.deviated_in_a_row and in_a_row >= rules.deviated_in_a_row:
            self._stop.request(StopCause.DEVIATED_IN_A_ROW, f"{in_a_row} measurements deviated in a row")
        if rules.budget_spent and objective and objective.window_s:
            budget = (1 - objective.target) * objective.window_s
            if spent / budget >= rules.budget_spent:
                self._stop.request(
                    StopCause.BUDGET_SPENT, f"the run spent {rules.budget_spent:.0%} of the error budget"
                )

    def drain(self, past: Callable[[InFlight], bool]) -> None:
        """Let what is under way end: until it does, or is past its time limit.

        `past` tells whether a measurement is past its threshold already: after a moment it is deviated
        without its value. In a run that was interrupted, what is neither is missed.
        """
        began = self._clock.monotonic()
        while left := self.crew.under_way():
            self.crew.tend()
            waited = self._clock.monotonic() - began
            interrupted = self._stop.signal is not None
            if waited >= (HURRIED_S if interrupted else DRAIN_S):
                for one in left:
                    self._give_up(one, past(one), interrupted)
            self._clock.wait(threading.Event(), 0.05)
        self.crew.dismiss()

    def waiting(self) -> Waiting:
        """How many answers are waited for once a phase's time is over, and for how long at most."""
        left = self.crew.waited_for()
        ends = [one.deadline for one in left if math.isfinite(one.deadline)]
        return Waiting(len(left), max(0.0, max(ends, default=0.0) - self._clock.monotonic()))

    def _give_up(self, one: InFlight, past: bool, interrupted: bool) -> None:
        now = self._clock.monotonic()
        if past:
            reason = "not done when the run ended, though past its threshold"
            self.crew.give_up(one, Sample("deviated", one.started, now, None, reason))
        elif interrupted:
            self.crew.give_up(one, Sample.missed(MissedReason.STILL_RUNNING, one.started))


def is_past(threshold_s: float | None, charted: int, clock: Clock) -> Callable[[InFlight], bool]:
    """Whether the probe at work is the one whose value is its own duration, and has lasted longer than tolerated."""
    bound = math.inf if threshold_s is None else threshold_s

    def past(one: InFlight) -> bool:
        began = one.deadline - one.limit
        return len(one.probes) == charted and clock.monotonic() - began > bound

    return past
