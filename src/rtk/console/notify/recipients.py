"""Recipients of a team's notifications: added, tested, removed, each noted in the audit log."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rtk.console import mail
from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify import encryption, services, ssrf_guard
from rtk.console.notify.models import LABEL_LENGTH, Channel, DeliveryState, Notification, Recipient
from rtk.console.notify.outbox import EVENTS, TEST
from rtk.console.people import audit, mailing
from rtk.console.people.models import Team, User

MOST = 20  # of a team


def add(actor: User, team: Team, kind: str, address: str, events: Iterable[str]) -> Recipient:
    """A new recipient. Raises ValidationError for an address that cannot be one of this kind."""
    label = label_of(kind, address)
    wanted = set(events)
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)  # two who add at once must not pass the bound
        if team.recipients.count() >= MOST:
            raise ValidationError(f"A team has at most {MOST} recipients; remove one first.")
        recipient = Recipient.objects.create(
            team=team,
            created_by=actor,
            kind=kind,
            label=label[:LABEL_LENGTH],
            address=encryption.seal(address),
            events=[event for event in EVENTS if event in wanted],
        )
        detail = {"team": team.name, "kind": kind, "events": recipient.events}
        audit.record(team.org, actor, "notification.recipient-added", label, detail)
    return recipient


def label_of(kind: str, address: str) -> str:
    """What may be shown of an address. Raises ValidationError when it cannot be one of this kind."""
    if kind == Channel.WEBHOOK:
        return ssrf_guard.place(ssrf_guard.checked(address, settings.NOTIFY_OWN_NETWORK))
    if kind == Channel.SERVICE:
        return services.name_of(address)
    if not mail.is_sent():
        raise ValidationError("This console has no mail server; RTK_MAIL_URL names one.")
    validate_email(address)
    return address


def test(actor: User, recipient: Recipient) -> bool:
    """Put a test into the outbox; false when one waits there already. Raises TooMany."""
    with transaction.atomic():
        Recipient.objects.select_for_update(no_key=True).get(pk=recipient.pk)
        if recipient.notifications.filter(event=TEST, state=DeliveryState.WAITING).exists():
            return False
        if recipient.kind == Channel.EMAIL:
            mailing.tested(actor, recipient.team.org, recipient.label)
        defer(Work.TEST, [Notification.objects.create(recipient=recipient, event=TEST).pk])
        _record(actor, recipient, "notification.recipient-tested")
    return True


def remove(actor: User, recipient: Recipient) -> None:
    """Tell a recipient nothing any more."""
    with transaction.atomic():
        # Whoever puts something into the outbox for it either has done so, or waits and then finds it gone.
        Recipient.objects.select_for_update().get(pk=recipient.pk)
        _record(actor, recipient, "notification.recipient-removed")
        recipient.delete()


def _record(actor: User, recipient: Recipient, action: str) -> None:
    audit.record(recipient.team.org, actor, action, recipient.label, {"team": recipient.team.name})
