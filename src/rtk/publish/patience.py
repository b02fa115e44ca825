"""How long to wait before the next try: longer each time, never at the same moment as everybody else."""

import random
from collections.abc import Callable

from rtk.backoff import Backoff

LONGEST_S = 20.0
PAUSES = Backoff(0.5, 2.0, LONGEST_S)
# Of the refusals, those that say to come again; all others would be the same next time.
RETRIED = frozenset((408, 425, 429, 500, 502, 503, 504, 507))


class Patience:
    """Pauses between tries (seconds): from half a second doubling to 20, each shortened by chance to half of it."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """`chance` gives numbers from 0 to 1."""
        self._chance = chance
        self.tries = 0

    def pause(self, told: str | None = None) -> float:
        """The next pause; `told` is what the answer's Retry-After says, where it says something."""
        whole = PAUSES.pause(self.tries)
        self.tries += 1
        asked = float(told) if told and told.strip().isdigit() else 0.0
        return max(min(asked, LONGEST_S), whole * (1 - self._chance() / 2))

    def rest(self) -> None:
        """It works again."""
        self.tries = 0


def is_passing(status: int) -> bool:
    """Whether an answer of this status may be another one later."""
    return status in RETRIED or status >= 500
