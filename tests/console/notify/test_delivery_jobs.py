"""What a recipient is told, job by job, with a clock of its own."""

import logging
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify import delivery_jobs, recipients
from rtk.console.notify.delivery_jobs import IN_A_ROW, PATIENCE, put_back, tell, tidy
from rtk.console.notify.models import Notification, Recipient
from rtk.console.notify.patience import CLAIMED, delay
from rtk.console.notify.transports import Letter
from rtk.console.notify.undelivered import Undelivered
from rtk.console.store.models import Run
from tests.console.notify.told import a_run, notification, recipient
from tests.console.people.world import World

START = timezone.now()


class Post:
    """Somebody who delivers, and a clock. `failing` says what happens to letters from now on."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.failing: Exception | None = None
        self.time = START

    def deliver(self, letter: Letter) -> None:
        self.letters.append(letter)
        if self.failing:
            raise self.failing

    def tell(self, to: UUID, after: timedelta = timedelta()) -> datetime | None:
        """A job for a recipient, so long after the one before; when there is more to do."""
        self.time += after
        return tell(to, Event(), self.deliver, lambda: self.time)

    def told(self) -> list[UUID]:
        """The notifications that were sent, in order."""
        return [each.message.id for each in self.letters]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def waiting(world: World, run: Run) -> Notification:
    """A notification that is due."""
    return notification(recipient(world), run=run, created_at=START, due_at=START)


def several(world: World, to: Recipient, count: int) -> list[Notification]:
    """So many for one recipient, a second after each other, all of them due."""
    times = [START - timedelta(seconds=count - number) for number in range(count)]
    return [notification(to, run=a_run(world), created_at=time, due_at=time) for time in times]


def now_of(one: Notification) -> Notification:
    one.refresh_from_db()
    return one


def test_what_is_due_is_delivered_once(waiting: Notification, post: Post) -> None:
    assert [post.tell(waiting.recipient_id) for _ in range(2)] == [None, None]
    assert post.tell(waiting.recipient_id, timedelta(hours=1)) is None
    assert (now_of(waiting).state, waiting.tries, waiting.delivered_at) == ("delivered", 1, START)
    assert [each.address for each in post.letters] == ["https://hooks.example.org/secret-path"]


def test_what_is_not_due_waits(waiting: Notification, post: Post) -> None:
    due = START + timedelta(seconds=1)
    Notification.objects.update(due_at=due)
    assert (post.tell(waiting.recipient_id), post.letters) == (due, [])
    assert post.tell(waiting.recipient_id, timedelta(seconds=1)) is None
    assert post.told() == [waiting.id]


def test_a_recipient_is_told_in_order_and_others_have_their_turn_between(world: World, post: Post) -> None:
    to = recipient(world)
    noted = several(world, to, IN_A_ROW + 2)
    assert post.tell(to.id) == noted[IN_A_ROW].due_at
    assert post.tell(to.id) is None
    assert post.told() == [each.id for each in noted]


def test_what_failed_is_tried_again_later_and_later_and_then_given_up(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    waited = []
    while again := post.tell(waiting.recipient_id):
        waited.append((again - post.time).total_seconds())
        assert now_of(waiting).failure == "it answered 500"
        post.time = again
    assert waited[:6] == [10, 30, 90, 270, 810, 2430]
    assert set(waited[6:]) == {3600}
    assert now_of(waiting).state == "given up"
    assert timedelta() <= post.time - START - PATIENCE <= timedelta(hours=1)
    assert post.tell(waiting.recipient_id, timedelta(days=1)) is None


def test_what_failed_and_then_went_well_is_delivered(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    post.tell(waiting.recipient_id)
    post.failing = None
    post.tell(waiting.recipient_id, delay(1))
    assert (now_of(waiting).state, waiting.tries, waiting.failure) == ("delivered", 2, "")


def test_what_can_never_arrive_is_given_up_at_once(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 410", final=True)
    assert post.tell(waiting.recipient_id) is None
    assert (now_of(waiting).state, waiting.failure) == ("given up", "it answered 410")


def test_a_test_is_tried_once_and_by_its_own_job(world: World, post: Post) -> None:
    one = notification(recipient(world), "test", created_at=START, due_at=START)
    post.failing = Undelivered("it answered 500")
    assert (post.tell(one.recipient_id), now_of(one).state) == (None, "waiting")
    assert delivery_jobs.try_out(one.id, Event(), post.deliver, lambda: START) is None
    assert now_of(one).state == "given up"


def test_a_test_waits_for_nothing_that_failed(world: World, waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    post.tell(waiting.recipient_id)
    assert recipients.test(world.admin, waiting.recipient)
    post.failing = None
    one = Notification.objects.get(event="test")
    assert delivery_jobs.try_out(one.id, Event(), post.deliver) is None
    assert (now_of(one).state, now_of(waiting).state) == ("delivered", "waiting")


def test_whatever_else_is_raised_is_a_failure_like_others(waiting: Notification, post: Post) -> None:
    post.failing = RuntimeError("secret-path")
    assert post.tell(waiting.recipient_id) == START + delay(1)
    assert now_of(waiting).failure == "it failed in an unforeseen way (RuntimeError)"


def test_a_secret_key_that_changed_is_told(waiting: Notification, post: Post, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    post.tell(waiting.recipient_id)
    assert now_of(waiting).state == "given up"
    assert "secret key changed" in waiting.failure
    assert post.letters == []


def test_a_process_that_dies_while_it_tries_leaves_it_to_others(waiting: Notification, post: Post) -> None:
    assert delivery_jobs._claimed(Notification.objects.all(), START) == waiting
    assert (post.tell(waiting.recipient_id), post.letters) == (START + CLAIMED, [])
    assert post.tell(waiting.recipient_id, CLAIMED) is None
    assert post.told() == [waiting.id]


def test_a_recipient_that_is_down_is_tried_once_and_all_that_waits_for_it_waits(world: World, post: Post) -> None:
    to = recipient(world)
    noted = several(world, to, 3)
    post.failing = Undelivered("it answered 500")
    assert post.tell(to.id) == START + delay(1)
    assert [(now_of(each).tries, each.due_at) for each in noted] == [(n, START + delay(1)) for n in (1, 0, 0)]


def test_one_that_its_recipient_does_not_take_keeps_the_others_no_longer_than_a_try(world: World, post: Post) -> None:
    to = recipient(world)
    bad, *good = several(world, to, 3)

    def deliver(letter: Letter) -> None:
        post.deliver(letter)
        if letter.message.id == bad.id:
            raise Undelivered("it answered 500")

    assert tell(to.id, Event(), deliver, lambda: START) == START + delay(1)
    assert tell(to.id, Event(), deliver, lambda: START + delay(1)) == START + delay(1) + delay(2)
    assert [now_of(each).state for each in (bad, *good)] == ["waiting", "delivered", "delivered"]
    assert post.told() == [bad.id, *[each.id for each in good], bad.id]


def test_one_job_comes_back_for_a_recipient_that_is_down(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    again = post.tell(waiting.recipient_id)
    defer(Work.TELL, [waiting.recipient_id], again)
    assert post.tell(waiting.recipient_id) is None
    ProcrastinateJob.objects.get()  # that one


def test_a_job_that_comes_back_later_than_needed_does_not_count(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    defer(Work.TELL, [waiting.recipient_id], START + timedelta(hours=1))
    assert post.tell(waiting.recipient_id) == START + delay(1)


def test_a_worker_that_ends_begins_no_other_try(world: World, post: Post) -> None:
    to = recipient(world)
    noted = several(world, to, 2)
    over = Event()

    def deliver(letter: Letter) -> None:
        post.deliver(letter)
        over.set()

    assert tell(to.id, over, deliver, lambda: START) == noted[1].due_at
    assert post.told() == [noted[0].id]


def test_a_recipient_that_is_removed_meanwhile_is_told_nothing_more(waiting: Notification, post: Post) -> None:
    def deliver(_letter: Letter) -> None:
        Recipient.objects.get().delete()
        raise Undelivered("it answered 500")

    assert tell(waiting.recipient_id, Event(), deliver, lambda: START) is None
    assert not Notification.objects.exists()


def test_what_is_given_up_is_logged_without_secrets(
    waiting: Notification, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.failing = Undelivered("it answered 410", final=True)
    post.tell(waiting.recipient_id)
    assert "run.ended was not told to a recipient: it answered 410" in caplog.text
    assert "hooks.example.org" not in caplog.text
    assert "rtkwh_" not in caplog.text


@pytest.mark.parametrize(("state", "days", "kept"), [("delivered", 31, 0), ("delivered", 29, 1), ("waiting", 31, 1)])
def test_what_is_settled_for_long_is_forgotten(waiting: Notification, state: str, days: int, kept: int) -> None:
    Notification.objects.update(state=state)
    tidy(START + timedelta(days=days))
    assert Notification.objects.count() == kept


def test_what_an_earlier_release_noted_gets_a_job_once(world: World, post: Post) -> None:
    down, well = recipient(world), recipient(world, address="https://well.example.org/")
    several(world, down, 3)
    several(world, well, 1)
    notification(well, run=a_run(world), state="delivered")
    tested = notification(well, "test")
    assert (put_back(), put_back()) == (3, 0)
    jobs = {(each.task_name, each.args["id"]) for each in ProcrastinateJob.objects.all()}
    assert jobs == {("tell", str(down.id)), ("tell", str(well.id)), ("test", str(tested.id))}


def test_the_waiting_time_is_bounded_however_often_it_was_tried() -> None:
    assert max(delay(tries) for tries in range(1, 1000)) == timedelta(hours=1)
