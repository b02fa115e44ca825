"""Whether the effect of a condition still shows: its probes are asked on, through the whole phase.

Asked in threads of their own, off the measuring path, every frequency and at most once a second. Only changes are
recorded, each with the moment of the last ask that found otherwise: in between nobody looked.
"""

import logging
import threading
from dataclasses import dataclass, field
from typing import Any

from chaoslib.exceptions import InterruptExecution

from rtk.clock import Clock
from rtk.experiment.claim import Claim
from rtk.insight.effect import EffectChange, EffectState, Lapsed, lapses_of
from rtk.insight.stops import StopCause
from rtk.verify.crew import Sample
from rtk.verify.proof import Prover
from rtk.verify.record import Record
from rtk.verify.results import sentence_of
from rtk.verify.shortage import shortage_of
from rtk.verify.stop import CTRL_C_S, StopRequest, was_signalled
from rtk.verify.toolkit import Toolkit

LEAST_S = 1.0  # apart

logger = logging.getLogger(__name__)


@dataclass
class Shown:
    """An effect that showed: when it was asked for (seconds since the run began), and until when it is to last."""

    index: int
    name: str
    claim: Claim
    asked: float
    until: float = float("inf")
    state: EffectState = field(default=EffectState.SHOWN)


class EffectWatch:
    """Asks on for the effects that have shown, until their time or the conditions' is over."""

    def __init__(self, toolkit: Toolkit, clock: Clock, record: Record, stop: StopRequest, frequency_s: float) -> None:
        self._toolkit = toolkit
        self._clock = clock
        self._record = record
        self._stop = stop
        self._every_s = frequency_s
        self._over = threading.Event()
        self._shown: list[Shown] = []
        self._changes: list[EffectChange] = []
        self._lapsed = Lapsed(())
        self._lock = threading.Lock()

    @property
    def is_watching(self) -> bool:
        """Whether any effect has shown, so that it is asked for."""
        return bool(self._shown)

    def sure_until(self) -> float:
        """Return until when it is known of every effect that showed whether it still did."""
        return min((shown.asked for shown in self._shown), default=float("inf"))

    def is_lapsed(self, due: float) -> bool:
        """Return whether a slot that was due at a moment, of which that is known, was without an effect."""
        return self._lapsed(due)

    def begin(self, shown: Shown) -> None:
        """Record that an effect shows, and go on asking in a thread of its own; returns at once."""
        self._note(shown, shown.asked)
        self._shown.append(shown)
        self._clock.spawn(lambda: self._watch(shown), "rtk-effect")

    def end(self) -> None:
        """Ask no more: the conditions are to be undone."""
        self._over.set()

    def _watch(self, shown: Shown) -> None:
        prover = Prover(self._toolkit, self._clock, self._over)
        # A probe that takes longer than the effect had to show at first shows no effect.
        patience_s = max(LEAST_S, shown.claim.within)
        every_s = max(LEAST_S, shown.claim.every or self._every_s)
        try:
            asking = prover.asking(shown.claim)
            due = self._record.seconds()
            while not self._is_over(shown):
                due = max(due + every_s, self._record.seconds())
                if self._clock.wait(self._over, min(due, shown.until) - self._record.seconds()):
                    return
                if self._is_over(shown):
                    break
                asked = self._record.seconds()
                try:
                    sample = asking(self._clock.monotonic() + patience_s)
                except InterruptExecution:
                    raise
                except BaseException as error:  # noqa: BLE001 - an effect that cannot be asked for is not shown
                    if lacking := shortage_of(error):
                        sample = Sample.missed(lacking, error=sentence_of(error))
                    else:
                        sample = Sample("deviated", reason=f"its probe failed with {type(error).__name__}: {error}")
                if self._over.is_set() or self._stop.is_complete:  # the answer may be of what is being undone
                    return
                self._settle(shown, asked, sample)
            shown.state = EffectState.OVER
            self._note(shown, shown.until)
            shown.asked = float("inf")
        except InterruptExecution as error:
            self._stop.request(StopCause.CONTROL, str(error))

    def _is_over(self, shown: Shown) -> bool:
        return self._record.seconds() >= shown.until

    def _settle(self, shown: Shown, asked: float, sample: Sample) -> None:
        if sample.outcome == "missed":  # that says nothing of the effect
            return
        if any(map(was_signalled, sample.probes)):  # the signal that ended what was asked may be the run's own
            self._clock.wait(self._stop.asked, CTRL_C_S)
        if sample.outcome == "deviated" and self._stop.signal is not None:
            return
        state = EffectState.SHOWN if sample.outcome == "met" else EffectState.GONE
        if state is not shown.state:
            shown.state = state
            self._note(shown, asked, shown.asked, sample.reason)
            logger.warning(f"The effect of {shown.name} {'shows again' if sample.outcome == 'met' else 'is gone'}")
        shown.asked = asked

    def _note(self, shown: Shown, asked: float, before: float | None = None, reason: str | None = None) -> None:
        told: dict[str, Any] = {"asked": asked, "before": before, "reason": reason}
        with self._lock:
            self._changes.append(EffectChange(shown.name, shown.index, asked, shown.state, before, reason))
            self._lapsed = Lapsed(lapses_of(self._changes))
        self._record.note(
            "proof",
            role="condition",
            index=shown.index,
            name=shown.name,
            proves="effect",
            missing=None,  # else who reads the first format would take a lapse for a condition that never took effect
            state=shown.state,
            **told,
        )
