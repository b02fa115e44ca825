"""The insight of a run that has ended."""

import threading
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from rtk.console.jobs.insight_job import compute
from rtk.console.store import runs
from tests.console.notify.told import a_run, recorded
from tests.console.people.world import made

pytestmark = pytest.mark.django_db


def test_it_is_computed_by_a_job_of_the_transaction_that_ends_the_run() -> None:
    world = made()
    run = a_run(world)
    runs.end(run, world.member, b'{"status": "completed"}', None)
    assert [(each.task_name, each.args) for each in ProcrastinateJob.objects.all()] == [
        ("compute", {"id": str(run.id)})
    ]
    run.refresh_from_db()
    recorded(run, state="ended")
    assert compute(run.id, threading.Event()) is None
    run.refresh_from_db()
    assert run.insight
    assert run.insight_next == run.next


def test_of_a_run_that_is_gone_there_is_none() -> None:
    assert compute(uuid4(), threading.Event()) is None
