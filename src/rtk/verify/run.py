"""A run from its gate to its end, in the order of DESIGN §4.1. What is done is recorded before it is told."""

import logging
import math
import os
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chaoslib import __version__ as chaoslib_version
from chaoslib.exceptions import InterruptExecution
from msgspec.structs import replace

import rtk
from rtk.clock import Clock
from rtk.errors import CannotRecord, ToolkitError
from rtk.experiment.plan import Plan
from rtk.experiment.strategy import Strategy
from rtk.figures import chosen_duration
from rtk.insight.facts import Facts, Phase, Threshold
from rtk.insight.status import RunStatus
from rtk.insight.stops import StopCause, decided
from rtk.verify import beside, processes
from rtk.verify.beat import Beat
from rtk.verify.beside import Alone, Neighbours
from rtk.verify.crew import InFlight, Sample
from rtk.verify.decision import Decision
from rtk.verify.hypothesis import Hypothesis, Journal
from rtk.verify.hypothesis_recheck import HypothesisRecheck
from rtk.verify.limited import ValueLimited
from rtk.verify.measure import Measurer
from rtk.verify.method import Method, role_of
from rtk.verify.overdue import Overdue
from rtk.verify.phases import Measuring, Phases
from rtk.verify.progress import Progress
from rtk.verify.pulse import LifeSigns
from rtk.verify.readiness import GuardianReadiness, Ready
from rtk.verify.record import VERSION, Record
from rtk.verify.stop import StopRequest, cause_of
from rtk.verify.toolkit import Toolkit
from rtk.verify.undo_coordinator import UndoCoordinator

AT_ONCE_S = 0.1  # how long the first slot waits for an action that returns at once
ACTION_S = 5.0  # how long an action under way may go on once the run is to stop

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSpec:
    """What to run, and how. `limits` are the probes' time limits (seconds), `bounds_s` what those may take whose
    value is their own duration (None for others); `charted` is the position of the probe whose value is charted;
    `longest_s` ends a run that takes longer; `kept` is what the record keeps besides, for whoever ends the run
    after a crash."""

    run_id: str
    source: str
    plan: Plan
    toolkit: Toolkit
    limits: list[float]
    max_in_flight: int
    threshold: Threshold = field(default_factory=Threshold)
    bounds_s: tuple[float | None, ...] = ()
    charted: int = 0
    rollback_strategy: Strategy = Strategy.ALWAYS
    longest_s: float = float("inf")
    kept: dict[str, Any] = field(default_factory=dict)
    neighbours: Neighbours = field(default_factory=Alone)


class VerificationRun:
    """One run of a verification."""

    def __init__(
        self,
        verification: RunSpec,
        clock: Clock,
        record: Record,
        stop: StopRequest,
        progress: Progress,
        guard: Ready | None = None,
    ) -> None:
        """`guard` is waited for before the first condition."""
        self._guard = guard
        self._v = verification
        self._toolkit = verification.toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self._progress = progress
        self.signal: int | None = None
        self._over = threading.Event()
        self._time_is_up = threading.Event()
        self._undo_begun = False
        self.journal = Journal(self._toolkit.document)
        self._measurer = measurer = Measurer(self._toolkit, clock, verification.limits, verification.charted)
        self._hypothesis = Hypothesis(self._toolkit, clock, record, stop, measurer, self.journal)
        self._afterwards = HypothesisRecheck(self._hypothesis, self.journal, clock, stop, progress)
        self._beat = Beat(clock)
        measure: Callable[[InFlight], Sample] = measurer
        if (limit := verification.plan.limit) is not None:
            name = self._toolkit.redact(str(measurer.probes[limit.position].get("name")))
            measure = ValueLimited(measurer, limit, name)
        late = Overdue(verification.bounds_s, clock)
        measuring = Measuring(measure, late, self._beat.paused_since, verification.max_in_flight)
        self._decision = Decision(verification.plan, progress.started, self._decided)
        self._phases = Phases(verification.plan, clock, record, stop, progress, measuring, self._decision)
        progress.waiting = self._phases.waiting
        self._method = Method(self._toolkit, clock, record, stop, self._phases.bell, verification.plan.frequency_s)
        self._decision.effects = self._method.effects
        self._undoing = UndoCoordinator(verification.run_id, self._toolkit, clock, record, stop)
        before_s = ACTION_S + sum(verification.limits)
        self.pulse = LifeSigns(lambda: self._phases.pulse, lambda: self._undoing.played, before_s)
        stop.on_request = self._phases.bell.set

    def play(self) -> None:
        """Play it all. Ends in order whatever happens in between; the record then says what did."""
        self._begin()
        self._watch_the_time()
        self._beat.start()
        journal = self.journal.as_dict()
        try:
            with processes.marking(self._v.run_id), self._toolkit.session(journal):
                self._controlled()
        except InterruptExecution as error:  # by a control as it was configured: nothing has happened
            self._stop.request(cause_of(error), str(error))
            self._end()

    def _controlled(self) -> None:
        def halted() -> bool:
            return self._stop.signal is not None or self._method.failed is not None

        try:
            with self._toolkit.controlled("experiment", self._toolkit.experiment) as state:
                try:
                    self._measured()
                finally:
                    self.pulse.expect_undo(self._toolkit.experiment)
                    self._undo()
                    self.pulse.expect_nothing()
                    if self._v.plan.cool_down_s and self._method.began and not halted():
                        self._log_phase("recovery")
                        self._toolkit.registry.start_cooldown(int(self._v.plan.cool_down_s))
                        self._phases.run("recovery", halted=halted)
                        self._toolkit.registry.cooldown_completed()
                    self._phases.drain(lambda: self._stop.signal is not None or self._time_is_up.is_set())
                    self._afterwards.wait(sum(self._v.limits))
                state(self.journal.as_dict)
        except (InterruptExecution, CannotRecord) as error:
            self._stop.request(cause_of(error), str(error))
        finally:
            self._end()

    def _begin(self) -> None:
        self._record.append(
            "run",
            durable=True,
            version=VERSION,
            run=self._v.run_id,
            at=self._clock.now(),
            monotonic=self._progress.started,
            title=self._toolkit.title,
            source=self._v.source,
            directory=os.getcwd(),  # noqa: PTH109 - the text, not a path to work with
            pid=os.getpid(),
            plan=self._v.plan,
            threshold=self._v.threshold,
            charted=self._v.charted,
            rollback_strategy=self._v.rollback_strategy,
            experiment=self._toolkit.document,
            configuration=self._toolkit.known(),
            kept=self._v.kept,
            boot=processes.boot_id(),
            command=processes.command_of(os.getpid()),
            client={
                "rtk": rtk.__version__,
                "chaoslib": chaoslib_version,
                "platform": platform.platform(),
                "node": platform.node(),
            },
        )
        beside.note(self._record, self._v.neighbours.first)

    def _measured(self) -> None:
        try:
            self._progress.begin("gate")
            if not self._hypothesis.gate():
                return
            self._baseline()
            if self._v.plan.require_baseline and not self._stop.asked.is_set():
                baseline = self._decision.baseline()
                if baseline.is_broken:  # as where the gate is not met, no condition is applied
                    self.journal.status = RunStatus.FAILED
                    self._stop.request(StopCause.BASELINE_BROKEN, baseline.already())
                    logger.warning(f"{(self._stop.reason or '').capitalize()}")
            if self._stop.asked.is_set():
                return
            logger.info("Playing your experiment's method now...")
            self._toolkit.registry.start_continuous_hypothesis(self._v.plan.frequency_s)
            awaits_effect = not self._method.took_hold.is_set()
            self.pulse.expect_undo(self._toolkit.experiment)
            self._method.start()
            if awaits_effect:
                self._phases.run("onset", until=self._method.took_hold.is_set)
            elif not self._v.plan.warm_up_s:
                # The first slot is to be one under the condition. After a baseline, waiting would leave a hole.
                self._clock.wait(self._method.first_returned, min(AT_ONCE_S, self._v.plan.frequency_s))
            self._log_phase("conditions")
            self._phases.run("conditions", until=self._method.is_over)
        except (InterruptExecution, ToolkitError) as error:
            self._stop.request(cause_of(error), str(error))

    def _baseline(self) -> None:
        """Measure the baseline until whoever guards the run is ready, for that must not leave a gap."""
        readiness = GuardianReadiness(self._guard, self._clock, self._phases.bell)
        if self._v.plan.warm_up_s:
            self._log_phase("baseline")
            latest = self._clock.monotonic() + self._v.plan.warm_up_s + sum(self._v.limits)

            def until() -> bool:
                if not readiness.done.is_set():
                    return False
                # One that is required is to be judged: once its slots have settled, or had their time to.
                known = not self._v.plan.require_baseline or self._decision.is_baseline_known
                return known or self._clock.monotonic() >= latest

            self._phases.run("baseline", until=until, then=readiness.ask)
        elif not self._stop.asked.is_set():
            readiness.ask()
            self._clock.wait(readiness.done)
        if readiness.error:
            raise readiness.error

    def _decided(self, deviated: int, slots: int) -> None:
        """End the run as one that fails whatever comes; recorded, so that this outlives it."""
        if not self._stop.asked.is_set():
            why = decided(deviated, slots)
            self._record.note("event", text=why.sentence, cause=why.cause, deviated=deviated, slots=slots)
            self._stop.request(why.cause, why.detail)

    def _undo(self) -> None:
        rollbacks = bool(self._toolkit.experiment.get("rollbacks"))
        strategy = self._v.rollback_strategy
        # Rollbacks may undo more than actions did, and more than this run did: the strategy decides, not what began.
        if self.journal.status == RunStatus.FAILED and rollbacks and self._undoing.is_asked(strategy, self.journal):
            self._undoing.undo(strategy, self.journal, [])
        if not self._method.started:
            return
        if self._method.done.is_set() and not (self._method.began or (rollbacks and self._method.is_played)):
            self._afterwards.start()
            return
        self._undo_begun = True
        with self._phases.beside("undo"):
            self._method.ask_no_more()
            # An action under way may end for a moment; one that hangs must not go on breaking what is mended.
            if self._stop.asked.is_set():
                logger.warning(f"Ending the run: {self._stop.reason}")
                self._clock.wait(self._method.done, ACTION_S)
            if self._stop.signal is not None:
                self.journal.status = RunStatus.INTERRUPTED
            if not self._method.done.is_set():
                self._phases.forgo()  # what is ended here may be a measurement's
                processes.end(processes.descendants(os.getpid()) & processes.marked(self._v.run_id))
            self._afterwards.start()
            if strategy == Strategy.DEVIATED:
                self._afterwards.decide(sum(self._v.limits))
            began = self._method.close()
            if began or self._method.is_played:
                self._undoing.undo(strategy, self.journal, began)

    def amend(self, facts: Facts) -> Facts:
        """The facts with what the record could not take: how the rollbacks went."""
        spans = self._undoing.spans
        return facts if spans is None else replace(facts, rollbacks=tuple(spans), rolled_back=True)

    def _watch_the_time(self) -> None:
        """End the run once it has taken as long as it may; never what undoes it."""
        longest_s = min(self._v.longest_s, self._v.plan.stop_when.max_duration_s or math.inf)
        if math.isinf(longest_s):
            return

        def watch() -> None:
            if self._clock.wait(self._over, longest_s):
                return
            self._time_is_up.set()
            self._afterwards.cut()
            if not self._undo_begun:  # afterwards there is nothing left to stop
                self._stop.request(
                    StopCause.MAX_DURATION, f"the run reached its maximum duration of {chosen_duration(longest_s)}"
                )

        self._clock.spawn(watch, "rtk-longest")

    def _end(self) -> None:
        self._over.set()
        self._beat.stop()
        # What comes after this moment has not stopped the run.
        why, self.signal = self._stop.why, self._stop.signal
        if why and self.journal.status == RunStatus.COMPLETED and not why.cause.completes:
            self.journal.status = RunStatus.ABORTED if self._method.failed else RunStatus.INTERRUPTED
        self._undoing.sweep()
        if cost := self._measurer.cost_of_controls():
            self._record.note("event", text=cost)
        beside.note(self._record, self._v.neighbours.joined())
        self._record.note(
            "end",
            durable=True,
            status=self.journal.status,
            deviated=self.journal.deviated,
            stopped=why and why.sentence,
            cause=why and why.cause,
            detail=why and why.detail,
            signal=self.signal,
            invalid=self._method.failed,
        )

    def _log_phase(self, phase: Phase) -> None:
        slots, length = self._v.plan.slots(phase), self._v.plan.length(phase)
        logger.info(
            f"Phase {phase}: {slots} measurements, every {chosen_duration(self._v.plan.frequency_s)} "
            f"for {chosen_duration(length)}"
        )


def conditions_of(experiment: dict[str, Any]) -> list[str]:
    """The names of an experiment's conditions."""
    return [a["name"] for a in experiment.get("method", []) if "name" in a and role_of(a) == "condition"]
