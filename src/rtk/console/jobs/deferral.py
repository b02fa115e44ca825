"""Defer work to whichever worker is free: a job is noted in the transaction of what makes it necessary.

So no job is lost and none is there for what did not happen. A job's only argument is an id; what it needs it reads
when it is done. The engine's tables know no organizations, and hold neither text nor secrets.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from rtk.console.jobs.queue import Work

_ELSEWHERE = JobManager(PsycopgConnector())  # never opened: it uses the connections that it is given


def defer(work: Work, ids: Iterable[UUID], at: datetime | None = None) -> None:
    """Defer a job for each id, in the transaction that is open on Django's connection; not to be done before `at`."""
    if jobs := made(work, ids, at):
        with connection.wrap_database_errors, _the_database_s_errors():
            app.job_manager.batch_defer_jobs(jobs)


async def defer_on(raw: "psycopg.AsyncConnection[Any]", work: Work, ids: Iterable[UUID]) -> None:
    """Defer the same in the transaction that is open on a connection of our own."""
    if jobs := made(work, ids):
        with _the_database_s_errors():
            await _ELSEWHERE.batch_defer_jobs_async(jobs, connection=raw)


def made(work: Work, ids: Iterable[UUID], at: datetime | None = None) -> list[Job]:
    """A job for each id."""
    return [
        Job(
            queue=work.queue,
            task_name=work,
            lock=f"{work} {each}" if work.one_at_a_time else None,
            queueing_lock=None,
            task_kwargs={"id": str(each)},
            scheduled_at=at,
        )
        for each in ids
    ]


@contextmanager
def _the_database_s_errors() -> Iterator[None]:
    """Let out what the database said instead of what the engine makes of it: callers know what it means."""
    try:
        yield
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.Error):
            raise error.__cause__ from None
        raise
