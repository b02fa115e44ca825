"""When a job is done again: at the time that it names, at once when its worker ends, else later and later."""

import asyncio
from datetime import datetime

from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from rtk.console.notify.patience import delay

MOST_TRIES = 30  # of a job that fails in an unforeseen way: they take a day
BEHIND = -1  # the priority of what is tried again: what is tried first goes before


class Later(Exception):
    """There is more to do, but not before a time."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"again at {at.isoformat()}")
        self.at = at


class AsTold(BaseRetryStrategy):
    """What the job's exception says."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to do it again; None for never."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision()
        # With the lock of others it would keep them waiting until it is due itself, as the engine sees it.
        lock = f"{job.task_name} again {job.id}"
        if isinstance(exception, Later):
            return RetryDecision(retry_at=exception.at, priority=BEHIND, lock=lock)
        if job.attempts >= MOST_TRIES:
            return None
        seconds = int(delay(job.attempts + 1).total_seconds())
        return RetryDecision(retry_in={"seconds": seconds}, priority=BEHIND, lock=lock)
