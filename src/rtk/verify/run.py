"""A run from its gate to its end, in the order of DESIGN §4.1. What is done is recorded before it is told."""

import logging
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaoslib import __version__ as chaoslib_version
from chaoslib.exceptions import InterruptExecution

import rtk
from rtk.clock import Clock
from rtk.errors import CannotRecord
from rtk.experiment.plan import Plan
from rtk.insight.facts import Phase, Threshold
from rtk.verify import processes
from rtk.verify.crew import InFlight, Sample
from rtk.verify.measure import Measurer, state_of
from rtk.verify.method import Method, role_of
from rtk.verify.phases import Phases, is_past
from rtk.verify.progress import Progress
from rtk.verify.record import VERSION, Record
from rtk.verify.schedule import Grid
from rtk.verify.stop import Stop
from rtk.verify.toolkit import Toolkit
from rtk.verify.undo import Undo

GATE_TRIES = 3
GATE_PAUSE_S = 1.0
ACTION_S = 5.0  # how long an action under way may go on once the run is to stop
HYPOTHESIS_TICK_S = 0.25

logger = logging.getLogger("chaostoolkit")


@dataclass(frozen=True)
class Verification:
    """What to run, and how. `limits` are the probes' time limits (seconds); `charted` is the position of the
    probe whose value is charted, `threshold_s` its bound where its value is its own duration."""

    run_id: str
    source: str
    plan: Plan
    toolkit: Toolkit
    limits: list[float]
    max_in_flight: int
    threshold: Threshold = field(default_factory=Threshold)
    threshold_s: float | None = None
    charted: int = 0
    rollback_strategy: str = "always"


@dataclass
class Journal:
    """What the journal says of the whole run, while it is not over."""

    status: str = "completed"
    deviated: bool = False
    states: dict[str, Any] = field(default_factory=lambda: {"before": None, "after": None, "during": []})

    def as_dict(self, title: Any) -> dict[str, Any]:
        """The Chaos Toolkit's journal, for controls that look at it."""
        return {
            "experiment": title,
            "status": self.status,
            "deviated": self.deviated,
            "steady_states": self.states,
        }


class Run:
    """One run of a verification."""

    def __init__(
        self, verification: Verification, clock: Clock, record: Record, stop: Stop, progress: Progress
    ) -> None:
        self._v = verification
        self._toolkit = verification.toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self._progress = progress
        self.journal = Journal()
        self._left = set[int]()
        self._measurer = Measurer(self._toolkit, clock, verification.limits, verification.charted)
        self._phases = Phases(
            verification.plan, clock, record, stop, progress, self._measurer, verification.max_in_flight
        )
        self._method = Method(self._toolkit, clock, record, stop, self._phases.bell)
        stop.on_request = self._phases.bell.set

    def play(self) -> None:
        """Play it all. Ends in order whatever happens in between; the record then says what did."""
        self._begin()
        journal = self.journal.as_dict(self._toolkit.document)
        with _environment(self._v.run_id), self._toolkit.session(journal):
            try:
                with self._toolkit.controlled("experiment", self._toolkit.experiment) as state:
                    self._in_order()
                    state(lambda: self.journal.as_dict(self._toolkit.document))
            except (InterruptExecution, CannotRecord) as error:
                self._stop.request(f"stopped: {error}")
            finally:
                self._end()

    def _in_order(self) -> None:
        try:
            self._measured()
        finally:
            self._undo()
            self._recover()

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
            client={
                "rtk": rtk.__version__,
                "chaoslib": chaoslib_version,
                "platform": platform.platform(),
                "node": platform.node(),
            },
        )

    def _measured(self) -> None:
        try:
            if not self._gate():
                return
            if self._v.plan.warm_up_s:
                self._log_phase("baseline")
                self._phases.run("baseline")
            if not self._stop.asked.is_set():
                self._conditions()
            if not self._stop.asked.is_set():
                self._after()
        except (InterruptExecution, CannotRecord) as error:
            self._stop.request(f"stopped: {error}")

    def _gate(self) -> bool:
        logger.info(f"Steady state hypothesis: {self._toolkit.hypothesis.get('title')}")
        self._progress.begin("gate")
        self._toolkit.registry.start_hypothesis_before(self._toolkit.experiment)
        for tries in range(1, GATE_TRIES + 1):
            sample = self._hypothesis("before")
            if self._stop.asked.is_set():
                return False
            if sample.outcome == "met":
                break
            logger.warning(
                f"The steady state is not met before the method (try {tries} of {GATE_TRIES}): {sample.reason}"
            )
            if tries < GATE_TRIES:
                self._clock.wait(self._stop.asked, GATE_PAUSE_S)
        self._toolkit.registry.hypothesis_before_completed(
            self._toolkit.experiment,
            self.journal.states["before"],
            self.journal.as_dict(self._toolkit.document),
        )
        if sample.outcome == "met":
            logger.info("Steady state hypothesis is met!")
            return True
        self.journal.status = "failed"
        return False

    def _hypothesis(self, which: str) -> Sample:
        """The hypothesis once, outside the slots; a probe past its limit or a request to hurry ends the waiting."""
        done, box = threading.Event(), list[Sample]()
        one = InFlight(Grid("conditions", self._clock.monotonic(), 1.0, 1), 0, self._clock.monotonic())

        def work() -> None:
            try:
                box.append(self._measurer(one))
            except InterruptExecution as error:
                self._stop.request(f"stopped: {error}")
            finally:
                done.set()

        self._clock.spawn(work, "rtk-hypothesis")
        while not self._clock.wait(done, HYPOTHESIS_TICK_S):
            if self._stop.asked.is_set() or self._clock.monotonic() >= one.deadline:
                break
        sample = (
            box[0]
            if box
            else Sample("deviated", reason=f"no answer within {one.limit:g} s", probes=list(one.probes))
        )
        self._record.note(
            "hypothesis", which=which, met=sample.outcome == "met", reason=sample.reason, probes=sample.probes
        )
        state = state_of(sample.probes, self._toolkit.probes())
        self.journal.states[which] = {**state, "steady_state_met": sample.outcome == "met"}
        return sample

    def _conditions(self) -> None:
        self._log_phase("conditions")
        logger.info("Playing your experiment's method now...")
        self._toolkit.registry.start_continuous_hypothesis(self._v.plan.frequency_s)
        self._method.start()
        self._phases.run("conditions", until=self._method.done)
        if self._stop.asked.is_set():
            logger.warning(f"Ending the run: {self._stop.reason}")
            self._clock.wait(self._method.done, ACTION_S)
        if self._stop.signal is not None:
            self.journal.status = "interrupted"

    def _after(self) -> None:
        registry, experiment = self._toolkit.registry, self._toolkit.experiment
        registry.start_hypothesis_after(experiment)
        sample = self._hypothesis("after")
        self.journal.deviated = sample.outcome != "met" and not self._stop.asked.is_set()
        registry.hypothesis_after_completed(
            experiment, self.journal.states["after"], self.journal.as_dict(self._toolkit.document)
        )

    def _undo(self) -> None:
        if not self._method.begun:
            return
        played = self._is_to_undo()
        reason = None if played else f"rollback strategy {self._v.rollback_strategy}"
        self._record.note("rollbacks", durable=True, state="started" if played else "skipped", reason=reason)
        if not played:
            logger.warning(f"Rollbacks are not played: {reason}")
            return
        self._progress.begin("rollbacks")
        before = processes.marked(self._v.run_id)
        self._toolkit.registry.start_rollbacks(self._toolkit.experiment)
        Undo(self._toolkit, self._clock, self._record, self._stop).play()
        self._toolkit.registry.rollbacks_completed(
            self._toolkit.experiment, self.journal.as_dict(self._toolkit.document)
        )
        self._record.note("rollbacks", durable=True, state="ended")
        self._left = before

    def _is_to_undo(self) -> bool:
        strategy = self._v.rollback_strategy
        if not self._stop.rollbacks or strategy == "never":
            return False
        if strategy == "deviated":
            return self.journal.deviated
        return strategy == "always" or self.journal.status not in ("failed", "interrupted")

    def _recover(self) -> None:
        def hurried() -> bool:
            return self._stop.signal is not None or self._method.failed is not None

        if self._v.plan.cool_down_s and self._method.begun and not hurried():
            self._log_phase("recovery")
            self._toolkit.registry.start_cooldown(int(self._v.plan.cool_down_s))
            self._phases.run("recovery", halted=hurried)
            self._toolkit.registry.cooldown_completed()
        self._phases.drain(is_past(self._v.threshold_s, self._v.charted, self._clock))

    def _end(self) -> None:
        if self._stop.asked.is_set() and self.journal.status == "completed":
            self.journal.status = "aborted" if self._method.failed else "interrupted"
        left = processes.end(
            (self._left & processes.marked(self._v.run_id)) | processes.descendants(os.getpid())
        )
        if left:
            self._record.note("event", text=f"ended {left} process(es) that the run had left behind")
            logger.info(f"Ended {left} process(es) that the run had left behind")
        self._record.note(
            "end",
            durable=True,
            status=self.journal.status,
            deviated=self.journal.deviated,
            stopped=self._stop.reason,
            signal=self._stop.signal,
            invalid=self._method.failed,
        )

    def _log_phase(self, phase: Phase) -> None:
        slots, length = self._v.plan.slots(phase), self._v.plan.length(phase)
        logger.info(
            f"Phase {phase}: {slots} measurements, every {self._v.plan.frequency_s:g} s for {length:g} s"
        )


def conditions_of(experiment: dict[str, Any]) -> list[str]:
    """The names of an experiment's conditions."""
    return [a["name"] for a in experiment.get("method", []) if "name" in a and role_of(a) == "condition"]


@contextmanager
def _environment(run_id: str) -> Iterator[None]:
    before = os.environ.get(processes.MARKER)
    os.environ[processes.MARKER] = run_id
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(processes.MARKER, None)
        else:
            os.environ[processes.MARKER] = before
