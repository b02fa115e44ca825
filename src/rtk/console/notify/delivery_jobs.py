"""What a recipient is told, try by try, as jobs of the console do it.

A notification is claimed before it is tried, by moving its due time past the try: whatever dies meanwhile, it is due
again afterwards. So each is told at least once, and twice only when a process dies between telling and noting it; its
id tells. Jobs of one recipient wait for each other: it is told in order, and one that is down keeps no other waiting.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, Min, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify import encryption
from rtk.console.notify.message import message_of
from rtk.console.notify.models import Channel, DeliveryState, Notification
from rtk.console.notify.outbox import TEST
from rtk.console.notify.patience import CLAIMED, delay
from rtk.console.notify.transports import Letter, deliver
from rtk.console.notify.undelivered import Undelivered
from rtk.console.people import mailing

IN_A_ROW = 8  # tries of one job: then others have their turn
PATIENCE = timedelta(hours=24)
KEPT = timedelta(days=30)

Deliver = Callable[[Letter], None]
Now = Callable[[], datetime]
logger = logging.getLogger(__name__)


def tell(
    recipient: UUID | None, over: threading.Event, deliver: Deliver = deliver, now: Now = timezone.now
) -> datetime | None:
    """Try what is due for a recipient, what was tried least and waits longest first; when more is due, if anything."""
    waiting = Notification.objects.filter(recipient=recipient, state=DeliveryState.WAITING).exclude(event=TEST)
    for _ in range(IN_A_ROW):
        if over.is_set() or not _tried(waiting, deliver, now):
            break
    again = _next(waiting)
    # One job that comes back is enough, however many were noted while the recipient was down.
    return None if again and _jobs(Work.TELL, recipient).filter(scheduled_at__lte=again).exists() else again


def try_out(
    notification: UUID | None, _over: threading.Event, deliver: Deliver = deliver, now: Now = timezone.now
) -> datetime | None:
    """Send a test, which waits for nothing else; when it is due if another process may be at it."""
    assert notification is not None
    waiting = Notification.objects.filter(pk=notification, state=DeliveryState.WAITING)
    _tried(waiting, deliver, now)
    return _next(waiting)


def _tried(waiting: "QuerySet[Notification]", deliver: Deliver, now: Now) -> bool:
    """Try one of what waits; false when nothing is due."""
    notification = _claimed(waiting, now())
    if notification is None:
        return False
    failure = _failure(notification, deliver)
    _settle(notification, failure, now())
    return True


@transaction.atomic
def _claimed(waiting: "QuerySet[Notification]", now: datetime) -> Notification | None:
    due = waiting.filter(due_at__lte=now).order_by("tries", "due_at", "created_at", "id")
    # Another worker may have the first one: this one takes the next.
    found = due.select_for_update(skip_locked=True).values_list("id", flat=True).first()
    if found is None:
        return None
    mine = Notification.objects.filter(id=found)
    mine.update(due_at=now + CLAIMED)
    return mine.select_related("recipient__team__org", "run__verification", "run__experiment", "run__team").first()


def _next(waiting: "QuerySet[Notification]") -> datetime | None:
    found: datetime | None = waiting.aggregate(due=Min("due_at"))["due"]
    return found


def _failure(notification: Notification, deliver: Deliver) -> Undelivered | None:
    """Why a try failed; None for one that went well."""
    try:
        letter = letter_of(notification)
        if not connection.in_atomic_block:
            connection.close()  # a try may take ten seconds
        deliver(letter)
    except Undelivered as undelivered:
        return undelivered
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a service's code raises, the others are sent
        return Undelivered(f"it failed in an unforeseen way ({type(error).__name__})")
    return None


def letter_of(notification: Notification) -> Letter:
    """What is sent, and to where. Raises Undelivered where nothing can be."""
    recipient = notification.recipient
    try:
        address = encryption.unseal(recipient.address)
        if recipient.kind == Channel.EMAIL and (refused := mailing.notified(recipient.team.org, address)):
            raise Undelivered(str(refused))
        return Letter(recipient.id, recipient.kind, address, message_of(notification))
    except encryption.Unreadable:
        why = "its address cannot be read since the console's secret key changed: remove it and add it again"
        raise Undelivered(why, final=True) from None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        logger.error(f"a notification cannot be put into words: {why}", extra=_ids(notification))
        raise Undelivered("it could not be put into words") from None


def _settle(notification: Notification, failure: Undelivered | None, now: datetime) -> None:
    """Note what became of a try. Whoever removed the recipient meanwhile removed this as well."""
    mine = Notification.objects.filter(id=notification.id)
    tries = notification.tries + 1
    if failure is None:
        mine.update(state=DeliveryState.DELIVERED, delivered_at=now, tries=tries, failure="")
        return
    late = now - notification.created_at >= PATIENCE
    if failure.final or late or notification.event == TEST:
        mine.update(state=DeliveryState.GIVEN_UP, tries=tries, failure=str(failure))
        logger.warning(f"{notification.event} was not told to a recipient: {failure}", extra=_ids(notification))
        return
    again = now + delay(tries)
    mine.update(due_at=again, tries=tries, failure=str(failure))
    # What else waits for the same recipient waits as long: one that is down keeps the others from nothing.
    waiting = Notification.objects.filter(
        recipient=notification.recipient_id, state=DeliveryState.WAITING, due_at__lt=again
    )
    waiting.exclude(event=TEST).update(due_at=again)


def _ids(notification: Notification) -> dict[str, str | None]:
    """By what one finds it, its recipient and its run; their names are nobody's business in a log."""
    run = notification.run_id
    return {
        "notification_id": str(notification.id),
        "recipient_id": str(notification.recipient_id),
        "run_id": str(run) if run else None,
    }


def tidy(now: datetime) -> None:
    """Forget what is settled for long."""
    Notification.objects.exclude(state=DeliveryState.WAITING).filter(created_at__lt=now - KEPT).delete()


def _jobs(work: Work, of: Any) -> "QuerySet[ProcrastinateJob]":
    """The jobs of an id that wait to be done."""
    named = ProcrastinateJob.objects.annotate(of=KeyTextTransform("id", "args"))
    found: QuerySet[ProcrastinateJob] = named.filter(task_name=work, status="todo", of=of)
    return found


@transaction.atomic
def put_back() -> int:
    """Defer jobs for what waits without one: noted by an earlier release, or its job failed; how many those are."""
    waiting = Notification.objects.filter(state=DeliveryState.WAITING).order_by()
    told = _jobs(Work.TELL, Cast(OuterRef("recipient_id"), TextField()))
    tested = _jobs(Work.TEST, Cast(OuterRef("pk"), TextField()))
    recipients = waiting.exclude(event=TEST).filter(~Exists(told)).values_list("recipient_id", flat=True).distinct()
    tests = waiting.filter(~Exists(tested), event=TEST).values_list("id", flat=True)
    found = {Work.TELL: list(recipients), Work.TEST: list(tests)}
    for work, ids in found.items():
        defer(work, ids)
    return sum(map(len, found.values()))
