"""When a job is done again."""

import asyncio
from datetime import UTC, datetime, timedelta

from procrastinate.jobs import Job
from procrastinate.retry import RetryDecision

from rtk.console.jobs.retry import BEHIND, MOST_TRIES, AsTold, Later

AT = datetime(2026, 1, 2, tzinfo=UTC)


def decided(exception: BaseException, attempts: int = 0) -> RetryDecision | None:
    job = Job(id=7, queue="q", lock="tell a", queueing_lock=None, task_name="tell", attempts=attempts)
    return AsTold().get_retry_decision(exception=exception, job=job)


def waits(attempts: int) -> int:
    found = decided(ValueError(), attempts)
    assert found
    assert found.retry_at
    return round((found.retry_at - datetime.now(UTC)).total_seconds())


def test_what_says_when_it_is_done_again_is_done_then() -> None:
    found = decided(Later(AT), attempts=1000)
    assert found
    assert (found.retry_at, found.priority) == (AT, BEHIND)


def test_what_is_done_again_keeps_nothing_of_the_same_recipient_waiting() -> None:
    found = decided(Later(AT))
    assert found
    assert found.lock == "tell again 7"


def test_what_its_worker_left_at_its_end_is_done_again_at_once_and_in_its_turn() -> None:
    found = decided(asyncio.CancelledError())
    assert found
    assert (found.retry_at, found.priority, found.lock) == (None, None, None)


def test_what_fails_is_done_later_and_later_and_after_a_day_no_more() -> None:
    assert [waits(attempts) for attempts in range(4)] == [10, 30, 90, 270]
    assert waits(MOST_TRIES - 1) == 3600
    assert decided(ValueError(), MOST_TRIES) is None
    assert timedelta(seconds=sum(waits(n) for n in range(MOST_TRIES))) > timedelta(hours=24)
