"""What is kept no longer goes: partitions, counts, what was told, and jobs that have ended."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from procrastinate import App, JobContext
from procrastinate.builtin_tasks import remove_old_jobs

from rtk.console.database import unhurried
from rtk.console.jobs.queue import Work
from rtk.console.notify import delivery_jobs
from rtk.console.people import tally
from rtk.console.store import watch

LONG_S = 300.0  # for a statement: nobody waits for what is done here
FAILED_JOBS_H = 30 * 24  # in which somebody can look why they failed


@contextmanager
def unhurriedly() -> Iterator[None]:
    """Give this thread's connection of Django's the time that what nobody waits for may take."""
    connection.ensure_connection()
    with unhurried(connection.connection, LONG_S):
        yield


def retain(_id: UUID | None, _over: threading.Event) -> datetime | None:
    """Drop what is too old, and see to what waits without a job: noted by an earlier release, or its job failed."""
    with unhurriedly():
        delivery_jobs.put_back()
        watch.keep_recent_insights()
        watch.retain()
        tally.tidy()
        SessionStore.clear_expired()  # nobody else does, and visitors have sessions, too
        delivery_jobs.tidy(timezone.now())
    return None


def register(app: App) -> None:
    """Let the engine forget jobs that ended otherwise than well; all others it forgets at once."""

    async def prune(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - as jobs call it
        await remove_old_jobs(
            context, max_hours=FAILED_JOBS_H, remove_failed=True, remove_cancelled=True, remove_aborted=True
        )

    task = app.task(name=Work.PRUNE, queue=Work.PRUNE.queue, pass_context=True)(prune)
    app.periodic(cron="37 * * * *")(task)
