"""How a run shows that it makes progress, and how long it may show none before it is taken to stand still."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rtk.verify.longest import beside_s
from rtk.verify.patience import BESIDE_UNDO_S


class Pulse(NamedTuple):
    """`steps` changes with progress; `patience_s` is how much longer than within a phase it may stay as it is."""

    steps: int
    patience_s: float = 0.0


class LifeSigns:
    """The pulse of a run: that of its phases, and between and after them that of its undo, until all is undone."""

    def __init__(self, phases: Callable[[], int | None], rollbacks: Callable[[], int], before_s: float) -> None:
        """`phases` grows while one is tended and is None where none is, `rollbacks` with each that has ended; the first
        may be waited for `before_s` (seconds)."""
        self._phases = phases
        self._rollbacks = rollbacks
        self._before_s = before_s
        self._undo_s: float | None = None

    def expect_undo(self, document: Mapping[str, Any]) -> None:
        """From now on what a document's method does is to be undone, which takes as long as all limits together."""
        # Controls of the settings are in no document: they may hang once around the undo, and once beside it.
        self._undo_s = self._before_s + beside_s(document) + 2 * BESIDE_UNDO_S

    def expect_nothing(self) -> None:
        """From now on nothing is to be undone: outside of phases the run may take its time."""
        self._undo_s = None

    def __call__(self) -> Pulse | None:
        """Return the pulse, None where nothing is expected."""
        steps, undo_s = self._phases(), self._undo_s
        if steps is not None:
            return Pulse(steps)
        return None if undo_s is None else Pulse(self._rollbacks(), undo_s)
