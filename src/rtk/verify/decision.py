"""What slots that settled decide before the end: that the baseline is broken, or that the run fails in any case.

Only what settled counts, for it settles once and for all; what is under way may still be good. Where probes show the
effect of a condition, a slot counts once they were asked after it, since it is no evidence where the effect was gone.
So what is decided here is what the verdict will be: it is told by the functions that the verdict is told by.
"""

import threading
from collections import deque
from collections.abc import Callable

from rtk.experiment.plan import Plan
from rtk.insight.baseline import Baseline
from rtk.insight.facts import Outcome
from rtk.insight.verdict import deciding, rules_out
from rtk.verify.effect import EffectWatch
from rtk.verify.schedule import Grid


class Decision:
    """Counts slots as they settle, where the plan asks for it. Safe to call from any thread."""

    def __init__(self, plan: Plan, began: float, decided: Callable[[int, int], None]) -> None:
        """`began` is when the run did; `decided` is told once how many of how many slots decide that it fails."""
        self._target = plan.objective.target if plan.objective else None
        self._quantile = plan.objective.quantile if plan.objective else ""
        self._tell = decided
        self._began = began
        self._lock = threading.Lock()
        self._before = dict.fromkeys(("met", "deviated", "missed"), 0)
        self._before_planned = self._before_left = plan.slots("baseline")
        self._before_slots = 0  # that there were once the baseline was over
        self._planned = self._slots = plan.slots("conditions")  # the latter without those that were missed
        self._needed: int | None = None
        if plan.stop_when.decided and self._target is not None:
            self._needed = deciding(self._planned, self._target)
        self._settled = self._counted = self._lapsed = self._deviated = 0
        self._unsure: deque[tuple[float, Outcome]] = deque()
        self._grid: Grid | None = None
        self.is_asked = self._needed is not None or plan.require_baseline
        self.effects: EffectWatch | None = None

    @property
    def is_baseline_known(self) -> bool:
        """Whether every slot that was planned in the baseline has settled."""
        return self._before_left == 0

    def baseline(self) -> Baseline:
        """Return the baseline as far as it has settled."""
        with self._lock:
            return self._as_settled()

    def settled(self, grid: Grid, slot: int, outcome: Outcome) -> None:
        """Tell what came of a slot."""
        if grid.phase == "baseline":
            with self._lock:
                self._before[outcome] += 1
                self._before_left -= slot < self._before_planned
        elif grid.phase == "conditions" and self._needed is not None:
            with self._lock:
                self._settled += slot < self._planned
                if self.effects and self.effects.is_watching:
                    self._unsure.append((grid.due(slot) - self._began, outcome))
                else:
                    self._count(outcome)
            if outcome != "met":
                self.tend()

    def close(self, grid: Grid) -> None:
        """A phase is over: all slots of the baseline are known now; after the conditions nothing is to be stopped."""
        with self._lock:
            if grid.phase == "baseline":
                self._before_slots = grid.planned
            elif grid.phase == "conditions":
                self._needed = None

    def open(self, grid: Grid) -> None:
        """A phase begins."""
        if grid.phase == "conditions":
            self._grid = grid

    def tend(self) -> None:
        """Count what has become sure, and tell it once that is enough."""
        with self._lock:
            if self._unsure:
                assert self.effects is not None
                until = self.effects.sure_until()
                while self._unsure and self._unsure[0][0] <= until:
                    due, outcome = self._unsure.popleft()
                    self._count(outcome, self.effects.is_lapsed(due))
            if self._needed is None or self._deviated < self._needed:
                return
            # With no slot left there is nothing to stop for, and without an effect for most of them the run is invalid.
            if self._settled >= self._planned or 2 * self._lapsed > self._counted:
                return
            # A broken baseline makes it invalid too, and nobody knows of one while slots of it are under way.
            if sum(self._before.values()) < self._before_slots or self._as_settled().is_broken:
                return
            # Slots beyond the plan are judged too: where one has begun, nobody knows how many there will be.
            if self._grid is None or not self._grid.confine():
                return
            self._needed = None
            told = self._deviated, self._planned
        # Outside the lock: it is written to the record, and no slot that settles waits for a disk.
        self._tell(*told)

    def _as_settled(self) -> Baseline:
        return Baseline(self._before["met"], self._before["deviated"], self._target, self._quantile)

    def _count(self, outcome: Outcome, lapsed: bool = False) -> None:
        self._counted += 1
        self._lapsed += lapsed
        if lapsed or outcome == "missed":
            # It is no evidence: of fewer slots fewer deviated ones may be enough.
            assert self._target is not None
            self._slots -= 1
            while self._needed and (good := self._slots - self._needed + 1) >= 0:
                if not rules_out(good, self._slots, self._target):
                    break
                self._needed -= 1
        elif outcome == "deviated":
            self._deviated += 1
