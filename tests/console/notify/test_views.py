"""The page of a team's notifications."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from rtk.console.notify.encryption import secret_of
from rtk.console.notify.models import Notification, Recipient
from rtk.console.notify.outbox import ENDED, EVENTS
from rtk.console.store.models import Run
from tests.console.notify.told import HOOK, notification, recipient
from tests.console.people.world import World, signed_in

PAGE = "/acme/shop/notifications"
FORM = {"kind": "webhook", "address": f" {HOOK} ", "events": list(EVENTS)}


def test_nobody_is_told_at_first(world: World) -> None:
    assert "Nobody is notified yet" in signed_in(world.admin).get(PAGE).content.decode()


def test_a_webhooks_secret_is_shown_once(world: World) -> None:
    admin = signed_in(world.admin)
    answer = admin.post(PAGE, FORM)
    [made] = Recipient.objects.all()
    [shown] = re.findall(r"rtkwh_[\w-]{43}", answer.content.decode())
    assert shown == secret_of(made.pk)
    assert answer["Cache-Control"] == "no-store"
    again = admin.get(PAGE).content.decode()
    assert "rtkwh_" not in again
    assert "https://hooks.example.org" in again
    assert "secret-path" not in again


def test_an_email_address_has_no_secret(world: World) -> None:
    form = {"kind": "email", "address": "ops@example.org", "events": [ENDED]}
    page = signed_in(world.admin).post(PAGE, form, follow=True).content.decode()
    assert "ops@example.org will be notified from now on" in page
    assert "rtkwh_" not in page


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"address": "http://x.org"}, "address", "begins with https://"),
        ({"address": "https://10.0.0.1/"}, "address", "own network"),
        ({"kind": "pigeon"}, "kind", "not one of the available choices"),
        ({"events": []}, "events", "required"),
        ({"events": ["run.began"]}, "events", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    world: World, wrong: dict[str, Any], field: str, why: str
) -> None:
    answer = signed_in(world.admin).post(PAGE, {**FORM, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert why in page
    assert f'id="id_{field}_error"' in page
    assert not Recipient.objects.exists()


def test_a_test_is_sent_and_the_page_looks_again_until_it_arrived(world: World) -> None:
    admin, to = signed_in(world.admin), recipient(world)
    page = admin.post(f"{PAGE}/{to.pk}/test", follow=True).content.decode()
    assert Notification.objects.get().event == "test"
    assert 'http-equiv="refresh"' in page
    assert "on its way already" in admin.post(f"{PAGE}/{to.pk}/test", follow=True).content.decode()
    Notification.objects.update(state="delivered", delivered_at=timezone.now())
    page = admin.get(PAGE).content.decode()
    assert "delivered" in page
    assert 'http-equiv="refresh"' not in page


def test_the_last_notifications_are_shown_with_what_became_of_them(world: World, run: Run) -> None:
    notification(recipient(world), run=run, failure="it answered 500", tries=1)
    page = signed_in(world.admin).get(PAGE).content.decode()
    assert run.verification.name in page
    assert "it answered 500" in page
    assert "tried again" in page


def test_a_recipient_is_removed(world: World) -> None:
    to = recipient(world)
    page = signed_in(world.admin).post(f"{PAGE}/{to.pk}/remove", follow=True).content.decode()
    assert "is no longer notified" in page
    assert not Recipient.objects.exists()


def test_a_recipient_of_another_team_is_not_found(world: World) -> None:
    to = recipient(world)
    for key in (to.pk, uuid4()):
        assert signed_in(world.admin).post(f"/acme/bank/notifications/{key}/remove").status_code == 404
    assert Recipient.objects.exists()


def test_admins_find_the_page_from_their_team(world: World) -> None:
    assert PAGE in signed_in(world.admin).get("/acme/shop/people").content.decode()
    assert PAGE not in signed_in(world.member).get("/acme/shop/people").content.decode()
