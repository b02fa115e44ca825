"""Nobody uses the console to mail strangers as many or whatever mails they like."""

import re
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from rtk.console.notify import delivery_jobs, recipients
from rtk.console.notify.models import Notification
from rtk.console.notify.transports import deliver
from rtk.console.people import confirmation_reminder
from rtk.console.people.models import Invitation, Organization, Role, User
from tests.console.people.world import PASSWORD, World, new_browser, people, signed_in

TEXT = "Your account is locked. Visit https://evil.example/unlock or www.evil.example, evil.example"
RESET, SIGN_UP, EMAIL = "/accounts/password/reset/", "/accounts/signup/", "/accounts/email/"


@pytest.fixture(autouse=True)
def _mails(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def strangers(number: int, of: str = "s") -> list[str]:
    return [f"{of}{each}@example.com" for each in range(number)]


def invite(client: Client, emails: list[str], org: str = "acme") -> Any:
    return client.post(f"/{org}/invitations", {"emails": " ".join(emails), "role": Role.VIEWER})


def refusal(answer: Any) -> str:
    """The sentence of an answer that refuses what is too much, and has a time to wait."""
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    [sentence] = re.findall(r"No more than [^<]+\.", answer.content.decode())
    return str(sentence)


# How many


def test_one_person_invites_no_more_than_fifty_strangers_an_hour(world: World) -> None:
    admin = signed_in(world.admin)
    for number in range(5):
        assert invite(admin, strangers(10, f"round{number}-")).status_code == 302
    sentence = refusal(invite(admin, ["one-more@example.com"]))
    assert sentence == ("No more than 50 mails to others for one person are possible within 1 h: try again in 1 h.")
    assert len(mail.outbox) == 50
    assert not Invitation.objects.filter(email="one-more@example.com").exists()


def test_what_is_too_much_is_refused_as_a_whole_and_counts_nothing(world: World) -> None:
    admin = signed_in(world.admin)
    assert invite(admin, strangers(49)).status_code == 302
    assert invite(admin, strangers(2, "t")).status_code == 429
    assert len(mail.outbox) == Invitation.objects.count() == 49
    assert invite(admin, strangers(1, "t")).status_code == 302


def test_nor_do_several_people_of_one_organization_more_than_a_hundred(world: World) -> None:
    extra = people("Amy", "Ann")
    for user in extra:
        world.org.memberships.create(user=user, role=Role.ADMIN)
    answers = [invite(signed_in(user), strangers(40, user.name.lower())) for user in (world.admin, *extra)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "100 mailed invitations of an organization" in refusal(answers[-1])


def test_nor_does_one_person_by_several_organizations(world: World) -> None:
    for number in range(3):
        org = Organization.objects.create(name=f"Org{number}", slug=f"org{number}")
        org.memberships.create(user=world.admin, role=Role.OWNER)
    admin = signed_in(world.admin)
    statuses = [invite(admin, strangers(20, f"of{number}-"), f"org{number}").status_code for number in range(3)]
    assert statuses == [302, 302, 429]


def test_nobody_is_mailed_the_same_invitation_again_and_again(world: World) -> None:
    admin = signed_in(world.admin)
    invite(admin, strangers(1))
    [asked] = Invitation.objects.all()
    answers = [admin.post(f"/acme/invitations/{asked.pk}/renew") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302] * 4 + [429]
    assert len(mail.outbox) == 5
    admin.post(f"/acme/invitations/{asked.pk}/withdraw")
    assert invite(admin, strangers(1)).status_code == 429


def test_a_mistake_in_a_form_counts_nothing(world: World) -> None:
    admin = signed_in(world.admin)
    for _ in range(6):
        assert invite(admin, ["s0@example.com", "mary@example.org"]).status_code == 422  # she is in already
    assert invite(admin, ["s0@example.com"]).status_code == 302


@pytest.mark.parametrize("known", [True, False])
def test_an_address_is_mailed_five_links_to_reset_a_password_an_hour(world: World, known: bool) -> None:
    email = world.owner.email if known else "nobody@example.org"
    sent = [new_browser().post(RESET, {"email": email}, REMOTE_ADDR=f"192.0.2.{number}") for number in range(6)]
    assert [each.status_code for each in sent] == [302] * 5 + [429]
    assert "5 mails to one address" in refusal(sent[-1])
    assert len(mail.outbox) == 5


def test_others_who_ask_for_resets_keep_nobody_from_their_own_mail(world: World) -> None:
    theirs = new_browser()
    theirs.post("/accounts/login/", {"login": world.owner.email, "password": PASSWORD})
    theirs.post("/accounts/logout/")
    for number in range(30):
        new_browser().post(RESET, {"email": world.owner.email}, REMOTE_ADDR=f"192.0.2.{number % 3}")
    mail.outbox.clear()
    assert theirs.post(RESET, {"email": world.owner.email}).status_code == 302
    assert len(mail.outbox) == 1


def test_a_network_of_visitors_has_no_more_than_twenty_mails_sent_an_hour(world: World, settings: Any) -> None:
    settings.SIGN_UP = "open"
    form = {"name": "Eve", "password1": PASSWORD, "password2": PASSWORD}
    for email in strangers(10):
        new_browser().post(RESET, {"email": email})
    for email in strangers(10, "new"):
        new_browser().post(SIGN_UP, {**form, "email": email})
    assert "20 mails for visitors" in refusal(new_browser().post(RESET, {"email": "s99@example.com"}))
    assert len(mail.outbox) == 20


def all_sent() -> int:
    """How many were mailed, once nothing is on its way that no page waits for."""
    for thread in threading.enumerate():
        if thread.name == confirmation_reminder.THREAD:
            thread.join()
    return len(mail.outbox)


def test_signing_in_again_and_again_mails_an_unconfirmed_address_no_more_than_that(world: World) -> None:
    [user] = people("Eve")
    EmailAddress.objects.filter(user=user).update(verified=False)
    for _ in range(8):
        new_browser().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert all_sent() == 5


# Whatever


@pytest.fixture
def talker(world: World) -> User:
    """Somebody who named themselves, an organization and a team by a text, before names were checked."""
    User.objects.filter(pk=world.admin.pk).update(name=f"Bcc: b@evil.example\r\n{TEXT}"[:100])
    Organization.objects.filter(pk=world.org.pk).update(name=f"\x1b[31m{TEXT}"[:100])
    world.org.teams.filter(slug="shop").update(name=f"{TEXT}\u202e"[:100])
    return User.objects.get(pk=world.admin.pk)


def is_no_message(sent: Any) -> bool:
    """Whether a mail carries nobody's text: no subject of their own, no line of theirs, nothing to click."""
    body = str(sent.body).replace("http://localhost:8000", "")
    assert "evil" not in str(sent.subject)
    assert sent.recipients() == sent.to
    assert not re.search(r"://|www\.|\w\.example/|evil\.", body)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", f"{sent.subject}{body}")
    assert "example, evil" not in body  # what is longer than a name is cut off
    return True


def test_an_invitation_carries_nobodys_text(talker: User) -> None:
    invite(signed_in(talker), strangers(1))
    [sent] = mail.outbox
    assert sent.subject == "[Reliability Toolkit] You are invited to an organization"
    assert is_no_message(sent)


def test_the_mail_that_confirms_an_address_carries_nobodys_text(talker: User) -> None:
    client = new_browser()
    client.post("/accounts/login/", {"login": talker.email, "password": PASSWORD})
    client.post(EMAIL, {"action_add": "", "email": "victim@example.com"})
    [sent] = mail.outbox
    assert sent.to == ["victim@example.com"]
    assert is_no_message(sent)


def test_a_sign_up_carries_nobodys_text(world: World, settings: Any) -> None:
    settings.SIGN_UP = "open"
    form = {"email": "victim@example.com", "password1": PASSWORD, "password2": PASSWORD}
    for name in ("Eve\nBuy now", "Your account is locked", "a" * 100):
        new_browser().post(SIGN_UP, {**form, "name": name})
    assert mail.outbox
    for sent in mail.outbox:
        assert not re.search(r"Buy|locked|aaaa", f"{sent.subject}{sent.body}")


@pytest.mark.parametrize(
    "name",
    [
        "see https://evil.example",
        "WWW.evil.example",
        "mailto:x@evil.example",
        "a\x1b[31mb",
        "a\u202eb",
        "a\x00b",
        "a\u200bb",
    ],
)
def test_no_name_holds_a_link_or_what_cannot_be_seen(world: World, name: str, settings: Any) -> None:
    settings.SIGN_UP = "open"
    owner = signed_in(world.owner)
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    for page in ("/organizations/new", "/acme/teams/new", "/acme/settings", "/acme/shop/settings", "/profile"):
        assert owner.post(page, {"name": name}).status_code == 422, page
    new_browser().post(SIGN_UP, {**form, "name": name})
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize("name", ["Ops", "Ünïcode & Söhne", "می‌خواهم", "Example.com", "👩‍🚀 crew", "A/B: 99.9 %"])
def test_names_are_names(world: World, name: str) -> None:
    assert signed_in(world.owner).post("/profile", {"name": name}).status_code == 302
    assert User.objects.get(pk=world.owner.pk).name == name


# Notifications


def mailed(notification: Notification, settings: Any) -> Any:
    """The mail of a notification, as it is sent."""
    deliver(delivery_jobs.letter_of(notification))
    return mail.outbox[-1]


def test_a_notification_carries_nobodys_text(talker: User, world: World, settings: Any) -> None:
    recipient = recipients.add(talker, world.shop, "email", "victim@example.com", ["run.ended"])
    recipients.test(talker, recipient)
    sent = mailed(Notification.objects.select_related("recipient__team__org").get(), settings)
    assert sent.subject == "[Reliability Toolkit] A test of notifications"
    assert not re.search(r"://|www\.|evil\.", str(sent.body))


def test_a_stranger_is_not_mailed_tests_without_end(world: World) -> None:
    recipient = recipients.add(world.admin, world.shop, "email", "victim@example.com", ["run.ended"])
    admin = signed_in(world.admin)
    answers = []
    for _ in range(51):
        answers.append(admin.post(f"/acme/shop/notifications/{recipient.pk}/test"))
        Notification.objects.all().delete()
    assert [answers[0].status_code, answers[-1].status_code] == [302, 429]
    assert "50 mails to others" in refusal(answers[-1])


def test_an_organization_notifies_strangers_within_a_limit_and_its_members_always(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTK_NOTIFICATION_MAILS", "2")
    tries = []
    for email in ("victim@example.com", world.owner.email):
        recipient = recipients.add(world.admin, world.shop, "email", email, ["run.ended"])
        for _ in range(4):
            Notification.objects.create(recipient=recipient, event="test")
    for each in Notification.objects.select_related("recipient__team__org").order_by("created_at"):
        delivery_jobs.try_out(each.pk, threading.Event())
        each.refresh_from_db()
        tries.append((each.recipient.label, each.state == "delivered"))
    assert [sent for label, sent in tries if label == "victim@example.com"] == [True, True, False, False]
    assert all(sent for label, sent in tries if label == world.owner.email)
    assert Notification.objects.exclude(failure="").count() == 2
