"""What gets into the outbox, and when: in the transaction of what happens, once, for whoever wants to know."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from rtk.console.notify import outbox, recipients
from rtk.console.notify.models import Channel, Notification
from rtk.console.notify.outbox import ENDED, LOST_CONTACT, NOT_RESTORED
from rtk.console.store import insights, legacy_runs, runs, watch
from rtk.console.store.models import Run
from tests.console.notify.told import NOT_UNDONE, events_told, recipient, recorded
from tests.console.people.world import World

JOURNAL = b'{"status": "completed"}'


def ended(run: Run, at: Any = None) -> None:
    Run.objects.filter(id=run.id).update(state="ended", ended_at=at or now())
    run.refresh_from_db()


def test_a_run_that_its_client_ends_is_told_once(world: World, run: Run) -> None:
    to = recipient(world)
    for _ in range(2):
        runs.end(run, world.member, JOURNAL, None)
    assert events_told(to) == [ENDED]


def test_a_run_told_by_events_is_told_once(world: World, run: Run) -> None:
    to = recipient(world)
    for _ in range(2):
        legacy_runs.finish(run, JOURNAL, "completed", {"total_duration": 300})
    assert events_told(to) == [ENDED]


def test_a_run_that_is_no_longer_heard_of_is_told_once(world: World, run: Run) -> None:
    to = recipient(world)
    for _ in range(2):  # lost, heard of, and lost again
        Run.objects.filter(id=run.id).update(heard_at=now() - timedelta(seconds=31), state="running")
        watch.sweep()
    assert events_told(to) == [LOST_CONTACT]


def test_an_abandoned_run_was_told_of_when_contact_was_lost(world: World, run: Run) -> None:
    to = recipient(world)
    long_ago = now() - timedelta(hours=25)
    Run.objects.filter(id=run.id).update(heard_at=long_ago, due_at=long_ago, state="lost")
    assert watch.sweep()["abandoned"] == 1
    assert events_told(to) == []


def test_a_run_that_is_not_restored_is_told_once_when_its_insight_says_so(world: World, run: Run) -> None:
    to = recipient(world)
    recorded(run, NOT_UNDONE, state="ended", ended_at=now())
    for _ in range(2):
        insights.keep(run)
    assert run.insight
    assert run.insight["restored"] is False
    assert events_told(to) == [NOT_RESTORED]


def test_a_run_that_left_nothing_behind_is_not_told_as_not_restored(world: World, run: Run) -> None:
    to = recipient(world)
    recorded(run, state="ended", ended_at=now())
    insights.keep(run)
    assert events_told(to) == []


def test_each_is_told_what_it_wants_to_know(world: World, run: Run) -> None:
    one, another = recipient(world, [LOST_CONTACT]), recipient(world, [ENDED, NOT_RESTORED])
    runs.end(run, world.member, JOURNAL, None)
    assert (events_told(one), events_told(another)) == ([], [ENDED])


def test_other_teams_are_not_told(world: World, run: Run) -> None:
    theirs = recipients.add(world.owner, world.bank, Channel.WEBHOOK, "https://hooks.example.org/bank", [ENDED])
    runs.end(run, world.member, JOURNAL, None)
    assert events_told(theirs) == []


def test_what_ended_before_a_recipient_was_there_is_not_told_to_it(world: World, run: Run) -> None:
    ended(run, now() - timedelta(minutes=5))
    to = recipient(world, created_at=now() - timedelta(minutes=4))
    outbox.note(ENDED, run.id)
    assert events_told(to) == []


def test_what_ended_long_ago_is_no_news(world: World, run: Run) -> None:
    to = recipient(world, created_at=now() - timedelta(days=30))
    ended(run, now() - timedelta(days=8))
    outbox.note(NOT_RESTORED, run.id)
    assert events_told(to) == []


def test_what_did_not_happen_after_all_is_not_told(world: World, run: Run) -> None:
    to = recipient(world)
    with transaction.atomic():
        runs.end(run, world.member, JOURNAL, None)
        transaction.set_rollback(True)
    assert events_told(to) == []


def test_what_is_noted_is_due_at_once(world: World, run: Run) -> None:
    recipient(world)
    outbox.note(ENDED, run.id)
    [noted] = Notification.objects.all()
    assert (noted.state, noted.tries, noted.failure, noted.run_id) == ("waiting", 0, "", run.id)
    assert noted.due_at <= now()
