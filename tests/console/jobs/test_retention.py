"""What is kept no longer goes."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from rtk.console.jobs.engine import opened
from rtk.console.jobs.queue import Work
from rtk.console.jobs.retention import retain
from rtk.console.notify.models import Notification
from rtk.console.store import partitions
from tests.console.notify.told import a_run, notification, recipient
from tests.console.people.world import made

OLD = "UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = %s"
ENDED = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 'gone', %s) RETURNING id"
FAILED = "INSERT INTO procrastinate_events (job_id, type) VALUES (%s, 'failed')"


@pytest.mark.django_db
def test_what_was_told_long_ago_goes_and_what_waits_without_a_job_gets_one() -> None:
    world = made()
    to = recipient(world)
    run = a_run(world)
    notification(to, run=run, event="run.ended", state="delivered", created_at=timezone.now() - timedelta(days=31))
    waiting = notification(to, run=run, event="run.lost-contact")
    assert retain(None, threading.Event()) is None
    assert list(Notification.objects.all()) == [waiting]
    assert [each.args for each in ProcrastinateJob.objects.all()] == [{"id": str(to.id)}]
    assert timezone.now().date() in set(partitions.days())


@pytest.mark.django_db
def test_sessions_that_expired_go_and_others_stay() -> None:
    for key, days in (("over", -1), ("good", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(days=days))
    retain(None, threading.Event())
    assert [each.session_key for each in Session.objects.all()] == ["good"]


@pytest.mark.usefixtures("kept")
def test_jobs_that_failed_are_kept_for_thirty_days() -> None:
    ids = []
    with connection.cursor() as cursor:
        for status in ("failed", "failed", "todo"):
            cursor.execute(ENDED, [status])
            [(job,)] = cursor.fetchall()
            cursor.execute(FAILED, [job])
            ids.append(job)
        for old in (ids[0], ids[2]):
            cursor.execute(OLD, [old])

    async def pruned() -> Any:
        async with opened() as (app, _):
            await app.tasks[Work.PRUNE].configure(task_kwargs={"timestamp": 0}).defer_async()
            await app.run_worker_async(queues=[Work.PRUNE.queue], wait=False, delete_jobs="successful")

    asyncio.run(pruned())
    gone = ProcrastinateJob.objects.filter(task_name="gone")
    assert set(gone.values_list("id", flat=True)) == set(ids[1:])
