"""How long somebody else's code beside an undo is waited for: a control or a handler must not keep a rollback waiting.

A thread cannot be ended from outside. So such code gets one of its own, and is left there when its time is over.
"""

import logging
import threading
from collections.abc import Callable

from rtk.clock import Clock
from rtk.figures import chosen_duration

BESIDE_UNDO_S = 10.0

logger = logging.getLogger(__name__)


def directly(_what: str, call: Callable[[], object]) -> None:
    """Call what may take its time, in the thread there is."""
    call()


class UndoPatience:
    """Calls code beside one undo, each for so long at most; after one that had to be given up, none."""

    def __init__(self, clock: Clock, limit_s: float = BESIDE_UNDO_S) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._is_lost = False

    def __call__(self, what: str, call: Callable[[], object]) -> None:
        """Call it and wait; `what` names it, in the plural. Raises what it raises."""
        if self._is_lost:
            return
        done, raised = threading.Event(), list[BaseException]()

        def work() -> None:
            try:
                call()
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                raised.append(error)
            finally:
                done.set()

        try:
            self._clock.spawn(work, "rtk-beside-undo")
        except RuntimeError as error:  # at the limit of threads nobody could give it up
            self._lose(f"{what} cannot be called: {error}")
            return
        if not self._clock.wait(done, self._limit_s):
            self._lose(f"{what} have not ended within {chosen_duration(self._limit_s)}")
        elif raised:
            raise raised[0]

    def _lose(self, told: str) -> None:
        self._is_lost = True
        logger.warning(f"{told[:1].upper()}{told[1:]}; the rollbacks are played without controls")
