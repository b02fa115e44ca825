"""The whole way: a run that is told to a console that serves, and a receiver that is told of its end."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from rtk.console.jobs.deferral import defer
from rtk.console.jobs.engine import Engine
from rtk.console.jobs.queue import Work
from rtk.console.notify import recipients
from rtk.console.notify.encryption import secret_of
from rtk.console.notify.hmac_signature import signature
from rtk.console.notify.models import Channel, Notification
from rtk.console.notify.outbox import ENDED, EVENTS, NOT_RESTORED
from tests.console.live import PLAN, Live, live_console, verification, whole_record
from tests.console.notify.receivers import WebReceiver, serving
from tests.console.notify.told import NOT_UNDONE


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, without a transaction around each test: what the server stores is seen."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def live(db: None) -> Iterator[Live]:
    """A console that serves the world, whose webhooks may call this machine."""
    with override_settings(NOTIFY_OWN_NETWORK=True), live_console() as console:
        yield console


def wait_for(what: Callable[[], object]) -> None:
    """Wait until something is so, with patience."""
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, "it did not come to be"
        threading.Event().wait(0.05)


def ended_run(live: Live, more: list[dict[str, Any]]) -> str:
    """A run whose whole record was sent, twice."""
    run, machine = str(uuid4()), live.machine()
    path = f"{live.runs(f'file-{run}')}/{run}"
    assert machine("PUT", path, json={"plan": PLAN, "experiment": verification(f"file-{run}")}).status_code == 201
    record = whole_record(run, ["met"] * 30)
    entries = [*record[:-1], *more, record[-1]]
    for _ in range(2):
        assert machine("POST", f"{path}/record", json={"from": 0, "entries": entries}).status_code == 202
    assert machine("POST", f"{path}/end", json={"journal": {"status": "completed"}}).status_code == 200
    return run


def test_whoever_wants_to_know_is_told_of_an_end_and_of_what_is_left_once(live: Live, web: WebReceiver) -> None:
    to = recipients.add(live.world.admin, live.world.shop, Channel.WEBHOOK, web.url, EVENTS)
    run = ended_run(live, NOT_UNDONE)
    wait_for(lambda: Notification.objects.filter(recipient=to, state="delivered").count() == 2)
    told = {each.headers["Rtk-Event"]: each for each in web.came}
    assert set(told) == {ENDED, NOT_RESTORED}
    assert len({each.headers["Rtk-Notification"] for each in web.came}) == 2
    for each in told.values():
        stamp = int(each.headers["Rtk-Timestamp"])
        assert each.headers["Rtk-Signature"] == signature(secret_of(to.pk), stamp, each.body)
        assert json.loads(each.body)["run"]["id"] == run
    assert json.loads(told[ENDED].body)["run"]["verdict"]
    recipients.remove(live.world.admin, to)


def test_a_record_goes_in_while_a_receiver_does_not_answer(live: Live, web: WebReceiver) -> None:
    web.silent.set()
    to = recipients.add(live.world.admin, live.world.shop, Channel.WEBHOOK, web.url, [ENDED])
    ended_run(live, [])
    wait_for(lambda: web.came)
    began = time.monotonic()
    ended_run(live, [])
    assert time.monotonic() - began < 25  # of its three calls none waited for a try, which takes 10 s
    web.silent.clear()
    wait_for(lambda: Notification.objects.filter(recipient=to, state="delivered").count() == 2)
    recipients.remove(live.world.admin, to)


def test_two_who_send_from_one_outbox_do_not_tell_the_same_twice(live: Live, web: WebReceiver) -> None:
    bank = recipients.add(live.world.owner, live.world.bank, Channel.WEBHOOK, web.url, [ENDED])
    tests = Notification.objects.bulk_create(Notification(recipient=bank, event="test") for _ in range(20))
    engines = [Engine() for _ in range(2)]  # beside the console's own
    for each in engines:
        each.begin()
    defer(Work.TEST, [each.pk for each in tests for _ in range(3)])
    wait_for(lambda: Notification.objects.filter(recipient=bank, state="delivered").count() == 20)
    for each in engines:
        each.stop()
    assert len(web.came) == 20
    recipients.remove(live.world.owner, bank)


def test_another_receiver_can_be_told_at_the_same_time(live: Live, web: WebReceiver) -> None:
    with serving(WebReceiver()) as other:
        to = [
            recipients.add(live.world.admin, live.world.shop, Channel.WEBHOOK, each.url, [ENDED])
            for each in (web, other)
        ]
        ended_run(live, [])
        wait_for(lambda: web.came and other.came)
        for each in to:
            recipients.remove(live.world.admin, each)
