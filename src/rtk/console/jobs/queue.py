"""The kinds of work that are done by jobs, and in which of the engine's queues each waits.

A queue has workers of its own: what computes for long keeps no notification waiting.
"""

from enum import StrEnum


class Queue(StrEnum):
    """Where jobs wait. `at_once` is how many of one a process does at a time."""

    NOTIFICATIONS = "notifications"
    RUNS = "runs"

    @property
    def at_once(self) -> int:
        """How many jobs of this queue one process does at a time."""
        return 8 if self is Queue.NOTIFICATIONS else 1


class Work(StrEnum):
    """A kind of work, by the name that its jobs have in the database."""

    TELL = "tell"  # a recipient, whose id it is, of what waits for it
    TEST = "test"  # a notification, whose id it is, that somebody asked for to see whether it arrives
    MAIL = "mail"  # the owners of tokens that end soon; of no id
    COMPUTE = "compute"  # the insight of a run, whose id it is
    RETAIN = "retain"  # what is kept no longer goes; of no id
    PRUNE = "prune"  # jobs that failed long ago go; of no id

    @property
    def queue(self) -> Queue:
        """Where its jobs wait."""
        return Queue.RUNS if self in (Work.COMPUTE, Work.RETAIN, Work.PRUNE) else Queue.NOTIFICATIONS

    @property
    def one_at_a_time(self) -> bool:
        """Whether jobs of one id wait for each other."""
        return self is Work.TELL
