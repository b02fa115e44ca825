"""The sender, turn by turn, with a clock of its own."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from rtk.console.notify import sending
from rtk.console.notify.deliver import Letter
from rtk.console.notify.models import Notification, Recipient
from rtk.console.notify.patience import CLAIMED, delay
from rtk.console.notify.sending import AT_ONCE, PATIENCE, tidy, turn
from rtk.console.notify.webhook import Undelivered
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

    def turn(self, after: timedelta = timedelta()) -> int:
        """A turn, so long after the one before."""
        self.time += after
        return turn(self.deliver, lambda: self.time)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def waiting(world: World, run: Run) -> Notification:
    """A notification that is due."""
    return notification(recipient(world), run=run, created_at=START, due_at=START)


def now_of(one: Notification) -> Notification:
    one.refresh_from_db()
    return one


def test_what_is_due_is_delivered_once(waiting: Notification, post: Post) -> None:
    assert (post.turn(), post.turn(), post.turn(timedelta(hours=1))) == (1, 0, 0)
    assert (now_of(waiting).state, waiting.tries, waiting.delivered_at) == ("delivered", 1, START)
    assert post.letters[0].address == "https://hooks.example.org/secret-path"


def test_what_is_not_due_waits(waiting: Notification, post: Post) -> None:
    Notification.objects.update(due_at=START + timedelta(seconds=1))
    assert (post.turn(), post.turn(timedelta(seconds=1))) == (0, 1)


def test_what_failed_is_tried_again_later_and_later_and_then_given_up(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    waited = []
    while post.turn() and now_of(waiting).state == "waiting":
        waited.append((waiting.due_at - post.time).total_seconds())
        assert waiting.failure == "it answered 500"
        post.time = waiting.due_at
    assert waited[:6] == [10, 30, 90, 270, 810, 2430]
    assert set(waited[6:]) == {3600}
    assert waiting.state == "given up"
    assert timedelta() <= post.time - START - PATIENCE <= timedelta(hours=1)
    assert post.turn(timedelta(days=1)) == 0


def test_what_failed_and_then_went_well_is_delivered(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 500")
    post.turn()
    post.failing = None
    post.turn(delay(1))
    assert (now_of(waiting).state, waiting.tries, waiting.failure) == ("delivered", 2, "")


def test_what_can_never_arrive_is_given_up_at_once(waiting: Notification, post: Post) -> None:
    post.failing = Undelivered("it answered 410", final=True)
    post.turn()
    assert (now_of(waiting).state, waiting.failure) == ("given up", "it answered 410")


def test_a_test_is_tried_once(world: World, post: Post) -> None:
    one = notification(recipient(world), "test", created_at=START, due_at=START)
    post.failing = Undelivered("it answered 500")
    post.turn()
    assert now_of(one).state == "given up"


def test_whatever_else_is_raised_the_others_are_told(world: World, waiting: Notification, post: Post) -> None:
    post.failing = RuntimeError("secret-path")
    assert post.turn() == 1
    assert now_of(waiting).failure == "it failed in an unforeseen way (RuntimeError)"


def test_a_secret_key_that_changed_is_told(waiting: Notification, post: Post, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    post.turn()
    assert now_of(waiting).state == "given up"
    assert "secret key changed" in waiting.failure
    assert post.letters == []


def test_a_process_that_dies_while_it_tries_leaves_it_to_others(waiting: Notification, post: Post) -> None:
    [claimed] = sending._claim(START)
    assert claimed == waiting
    assert post.turn() == 0
    assert post.turn(CLAIMED) == 1


def test_what_waits_for_a_recipient_that_is_down_keeps_nobody_from_being_told(world: World, post: Post) -> None:
    down, well = recipient(world), recipient(world, address="https://well.example.org/")
    for number in range(3 * AT_ONCE):
        notification(down, run=a_run(world), created_at=START, due_at=START - timedelta(seconds=100 - number))
    last = notification(well, run=a_run(world), created_at=START, due_at=START)

    def deliver(letter: Letter) -> None:
        post.letters.append(letter)
        if letter.recipient == down.id:
            raise Undelivered("it answered 500")

    assert [turn(deliver, lambda: START) for _ in range(3)] == [AT_ONCE, 1, 0]
    assert now_of(last).state == "delivered"


def test_a_recipient_that_is_removed_meanwhile_is_told_nothing_more(waiting: Notification, post: Post) -> None:
    def deliver(_letter: Letter) -> None:
        raise Undelivered("it answered 500")

    sending._claim(START)
    Recipient.objects.get().delete()
    sending._settle(waiting, Undelivered("it answered 500"), START)
    assert not Notification.objects.exists()


def test_what_is_given_up_is_logged_without_secrets(
    waiting: Notification, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.failing = Undelivered("it answered 410", final=True)
    post.turn()
    assert "run.ended was not told to https://hooks.example.org: it answered 410" in caplog.text
    assert "secret-path" not in caplog.text
    assert "rtkwh_" not in caplog.text


@pytest.mark.parametrize(("state", "days", "kept"), [("delivered", 31, 0), ("delivered", 29, 1), ("waiting", 31, 1)])
def test_what_is_settled_for_long_is_forgotten(waiting: Notification, state: str, days: int, kept: int) -> None:
    Notification.objects.update(state=state)
    tidy(START + timedelta(days=days))
    assert Notification.objects.count() == kept


def test_the_waiting_time_is_bounded_however_often_it_was_tried() -> None:
    assert max(delay(tries) for tries in range(1, 1000)) == timedelta(hours=1)
    assert isinstance(START, datetime)
