"""The hypothesis before and after the method: the gate that lets a run begin, and the journal's deviation."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rtk.clock import Clock
from rtk.figures import number
from rtk.insight.facts import Outcome
from rtk.insight.status import ActivityStatus, RunStatus
from rtk.verify.crew import Sample
from rtk.verify.measure import Measurer, state_of
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.record import Record
from rtk.verify.redact import told
from rtk.verify.single_sample import measured_once
from rtk.verify.stop import StopRequest
from rtk.verify.toolkit import Toolkit

TRIES = 3
PAUSE_S = 1.0
GAVE = 120  # how many letters are told of what a probe gave

logger = logging.getLogger(__name__)


@dataclass
class Journal:
    """What the journal says of the whole run, while it is not over."""

    document: dict[str, Any]
    status: str = RunStatus.COMPLETED
    deviated: bool = False
    states: dict[str, Any] = field(default_factory=lambda: {"before": None, "after": None, "during": []})

    @property
    def is_undone_by_default(self) -> bool:
        """Whether the strategy `default` plays the rollbacks: not where a probe failed at the gate, or on a stop."""
        if self.status != RunStatus.FAILED:
            return self.status != RunStatus.INTERRUPTED
        before = self.states["before"] or {"probes": []}
        return all(run["status"] == ActivityStatus.SUCCEEDED for run in before["probes"])

    def as_dict(self) -> dict[str, Any]:
        """The Chaos Toolkit's journal, for controls that look at it; measurements are not in it."""
        return {
            "experiment": self.document,
            "status": str(self.status),  # a text and no more: an extension may write it anywhere
            "deviated": self.deviated,
            "steady_states": self.states,
            "run": [],
            "rollbacks": [],
        }


class Hypothesis:
    """Asks the hypothesis outside the slots."""

    def __init__(
        self, toolkit: Toolkit, clock: Clock, record: Record, stop: StopRequest, measurer: Measurer, journal: Journal
    ) -> None:
        self._toolkit = toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self._measurer = measurer
        self._journal = journal

    def gate(self) -> bool:
        """Whether the system is in its steady state: up to three tries, met if one is."""
        logger.info(f"Steady state hypothesis: {self._toolkit.hypothesis.get('title')}")
        registry, experiment = self._toolkit.registry, self._toolkit.experiment
        registry.start_hypothesis_before(experiment)
        met, why = False, ""
        for count in range(1, TRIES + 1):
            if self._stop.asked.is_set():
                break
            outcome, reason = self._ask("before", self._stop.asked.is_set)
            if met := outcome == "met":
                break
            # What a stop cut off says nothing of the system.
            if not self._stop.asked.is_set():
                why = self._toolkit.redact(reason or "")
                logger.warning(f"The steady state is not met before the method (try {count} of {TRIES}): {why}")
                self._clock.wait(self._stop.asked, PAUSE_S if count < TRIES else 0)
        registry.hypothesis_before_completed(experiment, self._journal.states["before"], self._journal.as_dict())
        if met:
            logger.info("Steady state hypothesis is met!")
        # A run that is stopped at its gate has not failed there.
        elif not self._stop.asked.is_set():
            self._journal.status = RunStatus.FAILED
            gate = {"tries": TRIES, "reason": why}
            self._record.note("event", text=f"the hypothesis was not met: {why}", gate=gate)
        return met

    def after(self, is_cut: Callable[[], bool]) -> Outcome | None:
        """What it is after the method; None when `is_cut` said that there is no time for it."""
        registry, experiment = self._toolkit.registry, self._toolkit.experiment
        registry.start_hypothesis_after(experiment)
        outcome, _ = self._ask("after", is_cut, BESIDE_UNDO_S)
        registry.hypothesis_after_completed(experiment, self._journal.states["after"], self._journal.as_dict())
        return None if is_cut() else outcome

    def _ask(self, which: str, is_cut: Callable[[], bool], controls_s: float = math.inf) -> tuple[Outcome, str | None]:
        sample = measured_once(self._clock, self._measurer, is_cut, controls_s=controls_s)
        met = sample.outcome == "met"
        reason = None if met else reason_of(sample, self._measurer.probes)
        self._record.note("hypothesis", which=which, met=met, reason=reason, probes=sample.probes)
        state = state_of(sample.probes, self._measurer.probes)
        self._journal.states[which] = {**state, "steady_state_met": met}
        return sample.outcome, reason


def reason_of(sample: Sample, probes: list[dict[str, Any]]) -> str:
    """Why a hypothesis is not met, in a sentence: the first probe that deviated, and what it gave."""
    reason = sample.reason or ""
    for probe, run in zip(probes, sample.probes, strict=False):
        if not run["tolerance_met"]:
            return reason if run.get("exception") else f"{reason}, it gave {_gave(run['output'], probe)}"
    silent = probes[len(sample.probes) : len(sample.probes) + 1]
    return f"{silent[0]['name']}: {reason}" if silent else reason


def _gave(output: Any, probe: dict[str, Any]) -> str:
    """What its tolerance was held against, in few words; of an answer with a status that alone is told."""
    tolerance = probe.get("tolerance")
    target = (tolerance.get("target") if isinstance(tolerance, dict) else None) or "status"
    if isinstance(output, dict) and target in output:
        return f"{target} {_gave(output[target], {})}"
    text = number(output) if isinstance(output, float) else " ".join(told(output).split())
    return text if len(text) <= GAVE else f"{text[:GAVE]}…"
