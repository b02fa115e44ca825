"""Recipients: added, tested, removed, and what is kept of them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from rtk.console.mail import ONLY_PRINTED
from rtk.console.notify import recipients
from rtk.console.notify.encryption import secret_of, unseal
from rtk.console.notify.models import Channel, Notification, Recipient
from rtk.console.notify.outbox import ENDED, EVENTS
from rtk.console.people.models import AuditEntry
from tests.console.mails import through
from tests.console.notify.told import HOOK, notification, recipient
from tests.console.people.world import World


def test_a_recipient_is_kept_with_its_address_sealed(world: World) -> None:
    made = recipients.add(world.admin, world.shop, Channel.WEBHOOK, HOOK, [ENDED, ENDED])
    made.refresh_from_db()
    assert (made.label, made.events, made.created_by) == ("https://hooks.example.org", [ENDED], world.admin)
    assert unseal(made.address) == HOOK


@pytest.mark.parametrize(
    ("kind", "address", "label"),
    [
        (Channel.EMAIL, "ops@example.org", "ops@example.org"),
        (Channel.SERVICE, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "Slack"),
    ],
)
def test_each_kind_has_what_may_be_shown_of_it(world: World, kind: str, address: str, label: str) -> None:
    assert recipients.add(world.admin, world.shop, kind, address, EVENTS).label == label


@pytest.mark.parametrize(
    ("kind", "address", "why"),
    [
        (Channel.WEBHOOK, "https://127.0.0.1/", "own network"),
        (Channel.EMAIL, "nobody", "valid email address"),
        (Channel.EMAIL, "a@example.org\nBcc: b@example.org", "valid email address"),
        (Channel.SERVICE, "json://127.0.0.1/", "beginning with one of"),
    ],
)
def test_what_cannot_be_told_is_refused(world: World, kind: str, address: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        recipients.add(world.admin, world.shop, kind, address, EVENTS)
    assert not Recipient.objects.exists()


def test_without_a_mail_server_nobody_is_told_by_mail(world: World, settings: Any) -> None:
    through(settings, ONLY_PRINTED)
    with pytest.raises(ValidationError, match="RTK_MAIL_URL"):
        recipients.add(world.admin, world.shop, Channel.EMAIL, "ops@example.org", EVENTS)


def test_a_team_has_so_many_at_most(world: World) -> None:
    for _ in range(recipients.MOST):
        recipient(world)
    with pytest.raises(ValidationError, match="at most 20"):
        recipient(world)


def test_a_test_is_put_into_the_outbox_once_while_it_waits(world: World) -> None:
    to = recipient(world)
    assert [recipients.test(world.admin, to) for _ in range(2)] == [True, False]
    assert Notification.objects.get().event == "test"


def test_a_removed_recipient_is_gone_with_what_it_was_to_be_told(world: World) -> None:
    to = recipient(world)
    notification(to, "test")
    recipients.remove(world.admin, to)
    assert not Recipient.objects.exists()
    assert not Notification.objects.exists()


def test_what_was_done_is_in_the_audit_log_without_secrets(world: World) -> None:
    to = recipient(world)
    recipients.test(world.admin, to)
    recipients.remove(world.owner, to)
    entries = list(AuditEntry.objects.order_by("created_at").values_list("action", "actor_name", "target"))
    assert entries == [
        ("notification.recipient-added", "adam@example.org", "https://hooks.example.org"),
        ("notification.recipient-tested", "adam@example.org", "https://hooks.example.org"),
        ("notification.recipient-removed", "alice@example.org", "https://hooks.example.org"),
    ]
    assert "secret-path" not in str(list(AuditEntry.objects.values()))


def test_no_table_holds_an_address_or_a_secret(world: World) -> None:
    to = recipient(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text, encode(address, 'escape') FROM notify_recipient r")
        held = str(cursor.fetchall())
    assert "secret-path" not in held
    assert secret_of(to.pk).removeprefix("rtkwh_") not in held
