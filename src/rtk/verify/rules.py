"""The rules of `stop-when`: judged over slots in their order, not over answers in theirs."""

import threading
from collections.abc import Callable

from rtk.experiment.plan import Plan
from rtk.figures import chosen_share
from rtk.insight.facts import Outcome
from rtk.insight.stops import StopCause
from rtk.verify.schedule import Grid

_UNSETTLED, _MET, _DEVIATED, _MISSED = range(4)
_STATES: dict[Outcome, int] = {"met": _MET, "deviated": _DEVIATED, "missed": _MISSED}


class StopRules:
    """Asks for the stop once a rule holds. Safe to call from any thread; grids are told one after another.

    A row is of consecutive slots, also across phases: a missed one is skipped, an unsettled one ends the row for now.
    """

    def __init__(self, plan: Plan, request: Callable[[StopCause, str], None]) -> None:
        self._row = plan.stop_when.deviated_in_a_row
        self._share = plan.stop_when.budget_spent
        self._frequency_s = plan.frequency_s
        objective = plan.objective
        window_s = objective.window_s if objective else None
        self._budget_s = (1 - objective.target) * window_s if objective and window_s else None
        self._request = request
        self._lock = threading.Lock()
        self._slots = bytearray()
        self._bases: dict[Grid, int] = {}
        self._deviated = 0
        self.over = False  # set once nothing is left that could be stopped

    def open(self, grid: Grid) -> None:
        """A grid's slots come after all that came before."""
        with self._lock:
            self._bases[grid] = len(self._slots)

    def close(self, grid: Grid) -> None:
        """Every slot of a grid is known now: the next grid's come after them."""
        with self._lock:
            self._grow(self._bases[grid] + grid.planned)

    def tell(self, grid: Grid, slot: int, outcome: Outcome) -> None:
        """Tell what came of a slot, or what must come of it; what is told last counts."""
        if not self._row and not self._share:
            return
        with self._lock:
            place = self._bases[grid] + slot
            self._grow(place + 1)
            before, self._slots[place] = self._slots[place], _STATES[outcome]
            if before == self._slots[place] or self.over:
                return
            self._deviated += (outcome == "deviated") - (before == _DEVIATED)
            row = 0 if outcome == "met" or not self._row else self._row_at(place)
            spent = self._deviated * self._frequency_s
        if self._row and row >= self._row:
            self._request(StopCause.DEVIATED_IN_A_ROW, f"{row} measurements deviated in a row")
        if self._share and self._budget_s and spent / self._budget_s >= self._share:
            self._request(StopCause.BUDGET_SPENT, f"the run spent {chosen_share(self._share)} of the error budget")

    def _grow(self, length: int) -> None:
        self._slots.extend(bytes(max(0, length - len(self._slots))))

    def _row_at(self, place: int) -> int:
        """How many deviated in the row through this place, no further than matters."""
        row = int(self._slots[place] == _DEVIATED)
        for step in (-1, 1):
            at = place + step
            while 0 <= at < len(self._slots) and self._slots[at] in (_DEVIATED, _MISSED) and row < (self._row or 0):
                row += self._slots[at] == _DEVIATED
                at += step
        return row
