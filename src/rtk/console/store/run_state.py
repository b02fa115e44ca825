"""How a run is, as far as the console knows."""

from enum import StrEnum


class RunState(StrEnum):
    """How a run is at a moment; the values are part of the API."""

    RUNNING = "running"
    LOST_CONTACT = "lost contact"
    ABANDONED = "abandoned"
    ENDED = "ended"

    @property
    def is_under_way(self) -> bool:
        """Whether more may come of it."""
        return self in UNDER_WAY


class NotedState(StrEnum):
    """What was noted of it last, in its row; how it is follows from when it was heard of, too."""

    RUNNING = "running"
    LOST = "lost"
    ABANDONED = "abandoned"
    ENDED = "ended"


UNDER_WAY = frozenset({RunState.RUNNING, RunState.LOST_CONTACT})
OVER = (NotedState.ENDED, NotedState.ABANDONED)
