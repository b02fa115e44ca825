"""The engine's workers of a process: they do what is deferred, end when told to, and are started again otherwise."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from rtk.console import upkeep
from rtk.console.jobs import duties, engine
from rtk.console.jobs.deferral import defer
from rtk.console.jobs.duties import Duty
from rtk.console.jobs.engine import Engine, opened, unstick
from rtk.console.jobs.queue import Queue, Work

pytestmark = pytest.mark.usefixtures("kept")
LIMIT = 30.0
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'"
OTHERS_END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
Do = Callable[[UUID | None, threading.Event], datetime | None]


class Doing:
    """Work that notes whom it was done for, and goes on until it may end where it is told to."""

    def __init__(self) -> None:
        self.done: list[UUID | None] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.again: datetime | None = None

    def __call__(self, of: UUID | None, _over: threading.Event) -> datetime | None:
        self.done.append(of)
        self.may_end.wait(LIMIT)
        again, self.again = self.again, None
        return again


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Doing:
    """What tells and tests are in place of the real ones."""
    work = Doing()
    monkeypatch.setattr(duties, "DUTIES", {Work.TELL: Duty(work), Work.TEST: Duty(work)})
    monkeypatch.setattr(engine, "AGAIN_S", 0.01)
    monkeypatch.setitem(engine.LOOK_EVERY_S, Queue.NOTIFICATIONS, 2.0)
    return work


@contextmanager
def at_work() -> Iterator[Engine]:
    one = Engine()
    one.begin()
    try:
        yield one
    finally:
        one.stop()


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.01)


def jobs() -> QuerySet[ProcrastinateJob]:
    """Those of the tests: others come by the clock, as the hourly pruning does."""
    return ProcrastinateJob.objects.filter(task_name__in=[Work.TELL, Work.TEST])


def statuses() -> list[str]:
    return list(jobs().order_by("id").values_list("status", flat=True))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_deferred_is_done_at_once_and_leaves_nothing(doing: Doing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.LOOK_EVERY_S, Queue.NOTIFICATIONS, 3600.0)  # so that it hears of it or never does it
    ids = [uuid4() for _ in range(3)]
    with at_work():
        wait_for(ProcrastinateWorker.objects.exists)
        defer(Work.TELL, ids)
        wait_for(lambda: set(doing.done) == set(ids))
        wait_for(lambda: statuses() == [])


def test_jobs_of_one_recipient_wait_for_each_other_and_those_of_others_do_not(doing: Doing) -> None:
    one, other = uuid4(), uuid4()
    doing.may_end.clear()
    defer(Work.TELL, [one, one, other])
    with at_work():
        wait_for(lambda: len(doing.done) == 2)
        assert set(doing.done) == {one, other}
        doing.may_end.set()
        wait_for(lambda: len(doing.done) == 3)


def test_what_says_that_there_is_more_to_do_is_done_then(doing: Doing) -> None:
    doing.again = timezone.now() + timedelta(seconds=0.2)
    defer(Work.TELL, [uuid4()])
    again = doing.again
    with at_work():
        wait_for(lambda: len(doing.done) == 2)
        assert timezone.now() >= again


def test_a_job_that_does_not_end_keeps_nobody_from_ending_and_is_done_by_the_next(doing: Doing) -> None:
    doing.may_end.clear()
    defer(Work.TELL, [uuid4()])
    with at_work() as first:
        wait_for(lambda: doing.done)
        began = time.monotonic()
        first.stop()
        assert time.monotonic() - began < LIMIT / 2  # and not after all of it, for which the job goes on
    wait_for(lambda: statuses() == ["todo"])
    doing.may_end.set()
    with at_work():
        wait_for(lambda: len(doing.done) == 2 and statuses() == [])


def test_who_is_about_to_end_takes_no_more_jobs(doing: Doing) -> None:
    with at_work() as one:
        wait_for(lambda: ProcrastinateWorker.objects.count() == len(Queue))
        one.leave()
        wait_for(lambda: not ProcrastinateWorker.objects.exists())
        defer(Work.TELL, [uuid4()])
        time.sleep(10 * engine.AGAIN_S)
        assert (doing.done, statuses()) == ([], ["todo"])


def test_a_database_that_is_slow_at_the_end_still_gets_the_job_back(doing: Doing) -> None:
    doing.may_end.clear()
    defer(Work.TELL, [uuid4()])
    with at_work() as first:
        wait_for(lambda: doing.done)
        end = threading.Thread(target=first.stop)
        with transaction.atomic():
            jobs().select_for_update().get()
            end.start()
            time.sleep(engine.GRACE_S + engine.PUT_BACK_S / 2)
        end.join()
    assert statuses() == ["todo"]


def test_workers_that_end_are_counted_and_started_again(doing: Doing) -> None:
    before = upkeep.failures["jobs"]
    with at_work():
        wait_for(lambda: ProcrastinateWorker.objects.count() == len(Queue))
        execute("DELETE FROM procrastinate_workers")  # as others do with one that they took for dead
        defer(Work.TELL, [uuid4()])
        wait_for(lambda: doing.done and not statuses())
    assert upkeep.failures["jobs"] == before + 1


def test_a_database_that_was_away_is_found_again(doing: Doing) -> None:
    with at_work():
        wait_for(lambda: ProcrastinateWorker.objects.count() == len(Queue))
        execute(OTHERS_END)
        defer(Work.TELL, [uuid4()])
        wait_for(lambda: doing.done and not statuses())


def test_what_a_killed_worker_had_taken_is_done_by_another(doing: Doing) -> None:
    defer(Work.TELL, [uuid4()])
    execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    execute("SELECT procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))")

    async def unstuck() -> int:
        async with opened() as (app, _):
            return await unstick(app)

    assert (statuses(), asyncio.run(unstuck())) == (["doing"], 0)
    execute(SILENT)
    assert (asyncio.run(unstuck()), statuses()) == (1, ["todo"])
    with at_work():
        wait_for(lambda: doing.done and not statuses())


def test_a_worker_that_nobody_hears_of_does_not_end_the_one_that_put_its_job_back(doing: Doing) -> None:
    async def both() -> Any:
        async with opened() as (one, _), opened() as (other, _):
            return await asyncio.gather(unstick(one), unstick(other))

    defer(Work.TELL, [uuid4()])
    execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    execute("SELECT procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))")
    execute(SILENT)
    assert sum(asyncio.run(both())) >= 1
    assert statuses() == ["todo"]
