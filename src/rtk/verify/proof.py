"""Proof that a condition took hold, and that it is gone: the probes of a claim, asked until they are met."""

import threading
from collections.abc import Callable

from rtk.clock import Clock
from rtk.experiment.claim import EVERY_S, Claim
from rtk.experiment.limits import time_limit
from rtk.verify.crew import Sample
from rtk.verify.measure import Measurer
from rtk.verify.single_sample import measured_once
from rtk.verify.toolkit import Toolkit


class Prover:
    """Awaits claims."""

    def __init__(self, toolkit: Toolkit, clock: Clock, cut: threading.Event) -> None:
        self._toolkit = toolkit
        self._clock = clock
        self._cut = cut

    def asking(self, claim: Claim) -> Callable[[float], Sample]:
        """Return what asks a claim's probes once, and gives them up at a moment that it is told."""
        limits = [time_limit(p, self._toolkit.configuration, self._toolkit.secrets) for p in claim.probes]
        measurer = Measurer(self._toolkit, self._clock, limits, probes=claim.probes)
        return lambda until: measured_once(self._clock, measurer, self._cut.is_set, until)

    def await_(self, claim: Claim) -> str | None:
        """None once all probes are tolerated; else, when the time is over, what the last one said."""
        until = self._clock.monotonic() + claim.within
        asking = self.asking(claim)
        while True:
            sample = asking(until)
            if sample.outcome == "met":
                return None
            left = until - self._clock.monotonic()
            if left <= 0 or self._cut.is_set():
                return sample.reason or "not shown"
            self._clock.wait(self._cut, min(claim.every or EVERY_S, left))
            if (
                self._clock.monotonic() >= until
            ):  # a probe that is given up at once says less than the last that answered
                return sample.reason or "not shown"
