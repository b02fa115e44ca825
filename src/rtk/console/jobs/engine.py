"""The engine's workers of a process, in a thread with an event loop of its own; started again whenever they end.

They fetch jobs, do each in a thread aside, and note what became of it. They end by themselves when their database goes
away. What a worker had taken that was killed, whoever is still there puts back into its queue.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from procrastinate.exceptions import ConnectorException

from rtk.console.jobs.queue import Queue
from rtk.console.upkeep import Tending

if TYPE_CHECKING:
    from procrastinate import App

AGAIN_S = 1.0  # until workers that ended are started again, and before they are started first: a page comes before
# For jobs whose time has come; of one to be done at once a worker is told. No job of runs waits for a time.
LOOK_EVERY_S = {Queue.NOTIFICATIONS: 5.0, Queue.RUNS: 30.0}
HEARTBEAT_S, SILENCE_S = 10.0, 30.0  # a worker that was not heard of for so long has lost its jobs
UNSTICK_EVERY_S = 10.0
ABORT_EVERY_S = 60.0  # nobody aborts jobs
GRACE_S = 1.0  # for jobs under way at the end: which of them go on longer are done again
# For putting those back into their queue, on a busy machine too. A job that is not put back waits for SILENCE_S.
PUT_BACK_S = 5.0

logger = logging.getLogger(__name__)


class WorkersEnded(Exception):
    """The engine's workers ended though nobody told them to."""


class Engine:
    """The workers of this process, begun and ended with it."""

    def __init__(self) -> None:
        self._tending = Tending("jobs", self._turn, AGAIN_S)
        self._told = threading.Event()
        self._lock = threading.Lock()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def begin(self) -> None:
        """Begin."""
        self._tending.begin()

    async def end(self) -> None:
        """End. Jobs under way have a moment; what becomes of the others is for the next worker."""
        await asyncio.to_thread(self.stop)

    def leave(self) -> None:
        """Take no more jobs, and begin to end; whoever calls `end` later waits less for it."""
        self._told.set()
        with self._lock:
            if self._wake:
                loop, event = self._wake
                loop.call_soon_threadsafe(event.set)

    def stop(self) -> None:
        """End, for who has no event loop."""
        self.leave()
        self._tending.end(within_s=GRACE_S + PUT_BACK_S + 1)

    def _turn(self) -> None:
        if self._told.is_set():  # while requests under way have their last moment
            return
        try:
            asyncio.run(self._work())
        except (ConnectorException, psycopg.Error, OSError) as error:
            logger.warning(f"jobs are not done for now: {type(error).__name__}")

    async def _work(self) -> None:
        told = asyncio.Event()
        with self._lock:
            self._wake = asyncio.get_running_loop(), told
            if self._told.is_set():  # before there was a loop to wake
                told.set()
        try:
            async with opened() as (app, lost):
                going_on = (told.wait(), lost.wait(), *_workers(app))
                tasks = [asyncio.create_task(each) for each in going_on]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for each in tasks:
                    each.cancel()
                # A worker lets its jobs end first, for a while.
                over, _ = await asyncio.wait(tasks, timeout=GRACE_S + PUT_BACK_S)
                errors = [each.exception() for each in over if not each.cancelled()]
            if not self._told.is_set():
                raise WorkersEnded("the workers ended by themselves") from next(filter(None, errors), None)
        finally:
            with self._lock:
                self._wake = None


def _workers(app: "App") -> "Iterator[Any]":
    for queue in Queue:
        yield app.run_worker_async(
            queues=[queue],
            name=queue,
            concurrency=queue.at_once,
            fetch_job_polling_interval=LOOK_EVERY_S[queue],
            abort_job_polling_interval=ABORT_EVERY_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=SILENCE_S,
            shutdown_graceful_timeout=GRACE_S,
            delete_jobs="successful",  # the others stay for `retention`, so that somebody can look
            install_signal_handlers=False,  # signals are for the console
        )
    yield unstick_again_and_again(app)


@asynccontextmanager
async def opened() -> AsyncIterator[tuple["App", asyncio.Event]]:
    """The engine as its workers use it, with connections of its own, and an event for when they are lost.

    Django's app of it defers jobs in Django's transactions, and so keeps Django's connection: it is another one.
    What jobs need is loaded here: a console's first page comes before.
    """
    from procrastinate import App

    from rtk.console.jobs import duties
    from rtk.console.jobs.connections import JobConnector

    connector = JobConnector()
    app = App(connector=connector, periodic_defaults={"max_delay": duties.LATEST_S})
    duties.register(app)
    async with app.open_async():
        yield app, connector.lost


async def unstick_again_and_again(app: "App") -> None:
    """Put back what killed workers had taken, every few seconds."""
    while True:
        await asyncio.sleep(UNSTICK_EVERY_S)
        await unstick(app)


async def unstick(app: "App") -> int:
    """Put back the jobs of workers that are not heard of; how many those were."""
    stuck = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE_S))
    for job in stuck:
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException as error:
            # Another worker was faster; anything else the next look finds again.
            logger.info(f"a job was not put back: {error.__cause__}", extra={"job_id": job.id})
    return len(stuck)
