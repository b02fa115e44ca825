"""What is done for each kind of work, and how often what nobody defers is due."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DatabaseError, connections
from procrastinate import App
from procrastinate.retry import BaseRetryStrategy

from rtk.console import mail
from rtk.console.jobs import insight_job, retention
from rtk.console.jobs.aside import aside
from rtk.console.jobs.queue import Work
from rtk.console.jobs.retry import AsTold, Later
from rtk.console.notify import delivery_jobs, token_mail
from rtk.console.upkeep import failed

LATEST_S = 7200.0  # what was due so long ago, when there was no worker, is still done

logger = logging.getLogger(__name__)
Do = Callable[[UUID | None, threading.Event], datetime | None]


class Duty(NamedTuple):
    """How work is done: with its job's id, until the event is set; what it returns is when there is more to do.

    `due` says when it is, as cron does, of what nobody defers. It is tried again unless it is soon due anyway.
    """

    do: Do
    due: str | None = None


def _mail(_id: UUID | None, _over: threading.Event) -> None:
    token_mail.turn()


DUTIES = {
    Work.TELL: Duty(delivery_jobs.tell),
    Work.TEST: Duty(delivery_jobs.try_out),
    Work.MAIL: Duty(_mail, "* * * * *"),
    Work.COMPUTE: Duty(insight_job.compute),
    Work.RETAIN: Duty(retention.retain, "7 * * * *"),
}


def register(app: App) -> None:
    """Let the engine know what there is to do."""
    for work, duty in DUTIES.items():
        retry: BaseRetryStrategy | bool = False if duty.due else AsTold()
        task = app.task(name=work, queue=work.queue, retry=retry)(_task(work, duty.do))
        if duty.due and (work != Work.MAIL or mail.is_sent()):
            app.periodic(cron=duty.due)(task)
    retention.register(app)


def _task(work: Work, do: Do) -> Callable[..., Any]:
    async def task(id: str | None = None, timestamp: int = 0) -> None:  # noqa: A002, ARG001 - as jobs call it
        again = await aside(partial(_done, work, do, UUID(id) if id else None), work)
        if again:
            raise Later(again)

    return task


def _done(work: Work, do: Do, of: UUID | None, over: threading.Event) -> datetime | None:
    try:
        return do(of, over)
    except DatabaseError as error:
        ids = {"job_of": str(of) if of else None}
        logger.warning(f"a job of {work!s} is done later: {type(error).__name__}", extra=ids)
        raise
    except Exception:
        failed(f"job {work}")
        raise
    finally:
        connections.close_all()  # the thread ends
