"""The sender: a thread of the console's process that empties the outbox, off everybody's way.

Several processes may send from one outbox. A notification is claimed before it is tried, by moving its due time past
the try: whatever dies meanwhile, it is due again afterwards. So each is told at least once, and twice only when a
process dies between telling and noting it; its id tells.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from rtk.console.notify import sealing, token_mail
from rtk.console.notify.deliver import Letter, deliver
from rtk.console.notify.message import message_of
from rtk.console.notify.models import Kind, Notification, State
from rtk.console.notify.outbox import TEST
from rtk.console.notify.patience import CLAIMED, delay
from rtk.console.notify.webhook import Undelivered
from rtk.console.people import mailing
from rtk.console.tending import failed

AT_ONCE = 8
PATIENCE = timedelta(hours=24)
KEPT = timedelta(days=30)
LOOK_EVERY_S, MAIL_EVERY_S, TIDY_EVERY_S = 2.0, 60.0, 3600.0
GRACE_S = 2.0

Deliver = Callable[[Letter], None]
logger = logging.getLogger(__name__)


def turn(deliver: Deliver = deliver, now: Callable[[], datetime] = timezone.now) -> int:
    """Try what is due, a few at once; how many that were."""
    claimed = _claim(now())
    tries = [Try(each, deliver) for each in claimed]
    for each in tries:
        each.thread.start()
    for each in tries:
        each.thread.join()
    for each in tries:
        _settle(each.notification, each.failure, now())
    return len(tries)


class Try:
    """One notification being tried in a thread of its own, which leaves the database alone."""

    def __init__(self, notification: Notification, deliver: Deliver) -> None:
        self.notification = notification
        # What could not even be written down counts as failed; only its try says otherwise.
        self.failure: Undelivered | None = Undelivered("it could not be put into words")
        self._deliver = deliver
        self._letter = self._written()
        self.thread = threading.Thread(target=self._work, name="notification", daemon=True)

    def _written(self) -> Letter | None:
        recipient = self.notification.recipient
        try:
            address = sealing.unseal(recipient.address)
            if recipient.kind == Kind.EMAIL and (refused := mailing.notified(recipient.team.org, address)):
                self.failure = Undelivered(str(refused))
                return None
            return Letter(recipient.id, recipient.kind, address, message_of(self.notification))
        except sealing.Unreadable:
            why = "its address cannot be read since the console's secret key changed: remove it and add it again"
            self.failure = Undelivered(why, final=True)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"
            logger.error(f"a notification cannot be put into words: {why}", extra=_ids(self.notification))
        return None

    def _work(self) -> None:
        if self._letter is None:
            return
        try:
            self._deliver(self._letter)
            self.failure = None
        except Undelivered as undelivered:
            self.failure = undelivered
        except Exception as error:  # noqa: BLE001 - whatever a service's code raises, the others are sent
            self.failure = Undelivered(f"it failed in an unforeseen way ({type(error).__name__})")


@transaction.atomic
def _claim(now: datetime) -> list[Notification]:
    due = Notification.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at")
    found = list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:AT_ONCE])
    if not found:
        return []
    mine = Notification.objects.filter(id__in=found)
    mine.update(due_at=now + CLAIMED)
    return list(mine.select_related("recipient__team__org", "run__verification", "run__experiment", "run__team"))


def _settle(notification: Notification, failure: Undelivered | None, now: datetime) -> None:
    """Note what became of a try. Whoever removed the recipient meanwhile removed this as well."""
    mine = Notification.objects.filter(id=notification.id)
    tries = notification.tries + 1
    if failure is None:
        mine.update(state=State.DELIVERED, delivered_at=now, tries=tries, failure="")
        return
    late = now - notification.created_at >= PATIENCE
    if failure.final or late or notification.event == TEST:
        mine.update(state=State.GIVEN_UP, tries=tries, failure=str(failure))
        logger.warning(f"{notification.event} was not told to a recipient: {failure}", extra=_ids(notification))
        return
    again = now + delay(tries)
    mine.update(due_at=again, tries=tries, failure=str(failure))
    # What else waits for the same recipient waits as long: one that is down keeps the others from nothing.
    waiting = Notification.objects.filter(recipient=notification.recipient_id, state=State.WAITING, due_at__lt=again)
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
    Notification.objects.exclude(state=State.WAITING).filter(created_at__lt=now - KEPT).delete()


class Sending:
    """Begun and ended with the server."""

    def __init__(self, look_every_s: float = LOOK_EVERY_S) -> None:
        self._look_every_s = look_every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, name="notifications", daemon=True)

    def begin(self) -> None:
        """Begin to send."""
        self._thread.start()

    async def end(self) -> None:
        """Send no more; a try under way is made again by the next process when it does not end at once."""
        self._over.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, GRACE_S)

    def _send(self) -> None:
        looks = 0
        while not self._over.is_set():
            sent = 0
            try:
                sent = turn()
                if looks % max(1, int(MAIL_EVERY_S / self._look_every_s)) == 0:
                    token_mail.turn()
                if looks % int(TIDY_EVERY_S / self._look_every_s) == 0:
                    tidy(timezone.now())
            except DatabaseError as error:
                logger.warning(f"notifications are not sent for now: {type(error).__name__}")
            except Exception:  # noqa: BLE001 - whatever it is, nobody else would send them
                failed("notifications")
            finally:
                close_old_connections()
            if sent < AT_ONCE:
                looks += 1
                self._over.wait(self._look_every_s)
