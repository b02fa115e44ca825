"""What there is to do, and how often what nobody defers is due."""

import threading
from typing import Any

import pytest
from django.db import OperationalError
from procrastinate import App
from procrastinate.testing import InMemoryConnector

from rtk.console import upkeep
from rtk.console.jobs import duties
from rtk.console.jobs.queue import Queue, Work
from rtk.console.mail import ONLY_PRINTED
from tests.console.mails import nowhere, through


def registered() -> App:
    app = App(connector=InMemoryConnector())
    duties.register(app)
    return app


def due(app: App) -> dict[str, str]:
    return {each.task.name: each.cron for each in app.periodic_registry.periodic_tasks.values()}


def test_every_kind_of_work_is_done_by_something() -> None:
    app = registered()
    assert set(Work) <= set(app.tasks)
    assert {app.tasks[each].queue for each in Work} == set(Queue)


def test_what_nobody_defers_is_due_by_the_clock_and_mail_only_where_there_is_a_mail_server(settings: Any) -> None:
    hourly = {"retain": "7 * * * *", "prune": "37 * * * *"}
    through(settings, ONLY_PRINTED)
    assert due(registered()) == hourly
    nowhere(settings)
    assert due(registered()) == {**hourly, "mail": "* * * * *"}


def test_what_fails_is_counted_and_a_database_that_is_away_is_not() -> None:
    def fail(error: Exception) -> Any:
        def do(*_: Any) -> None:
            raise error

        return do

    before = upkeep.failures["job tell"]
    for error in (ValueError("no"), OperationalError("away")):
        with pytest.raises(type(error)):
            duties._done(Work.TELL, fail(error), None, threading.Event())
    assert upkeep.failures["job tell"] == before + 1
