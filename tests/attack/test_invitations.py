"""Nobody has a confirmed address by a link that somebody else can see, nor more than they were given."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from rtk.console.mail import ONLY_PRINTED
from rtk.console.people import addresses, invitations
from rtk.console.people.models import AuditEntry, Invitation, Membership, Role, User
from rtk.console.people.provision import provision
from tests.console.mails import through
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

STRANGER, SIGN_UP = "ceo@example.com", "/accounts/signup/"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # attempts are counted across tests


@pytest.fixture
def _mails(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def copied_link(world: World, role: str = Role.VIEWER) -> str:
    """The link of a stranger's invitation, as its inviter has it from their own page."""
    inviter = signed_in(world.admin)
    inviter.post("/acme/invitations", {"emails": STRANGER, "role": role})
    [link] = re.findall(r'http://localhost:8000(/join/[^\s"<]+)', inviter.get("/acme/invitations").content.decode())
    return str(link)


def signed_up_by(link: str, email: str = STRANGER) -> Client:
    client = new_browser()
    client.get(link)
    client.post(SIGN_UP, {"name": "Somebody", "email": email, "password1": PASSWORD, "password2": PASSWORD})
    return client


def link_in(body: object, path: str) -> str:
    [found] = re.findall(rf"https?://[^/\s]+({path}\S+)", str(body))
    return str(found)


@pytest.mark.parametrize("mails", ["mandatory", "none"])
def test_a_copied_link_confirms_no_address(world: World, settings: Any, mails: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mails
    signed_up_by(copied_link(world))
    assert User.objects.filter(email=STRANGER).count() == 1
    assert addresses.holder(STRANGER) is None


@pytest.mark.usefixtures("_mails")
def test_with_mail_nobody_is_in_before_a_mail_was_read(world: World) -> None:
    client = signed_up_by(copied_link(world))
    user = User.objects.get(email=STRANGER)
    assert client.get("/tokens").status_code == 302
    assert not Membership.objects.filter(user=user).exists()
    client.post(link_in(mail.outbox[-1].body, "/accounts/confirm-email/"))
    assert addresses.holder(STRANGER) == user
    assert Membership.objects.get(user=user).role == Role.VIEWER
    client.post("/accounts/login/", {"login": STRANGER, "password": PASSWORD})
    assert client.get("/acme/members").status_code == 200


def test_without_mail_who_is_in_is_shown_as_unconfirmed(world: World) -> None:
    signed_up_by(copied_link(world))
    page = signed_in(world.owner).get("/acme/members").content.decode()
    row = next(row for row in page.split("<tr>") if STRANGER in row)
    assert "unconfirmed" in row
    assert page.count(">unconfirmed<") == 1
    assert AuditEntry.objects.get(action="member.joined").detail == {"address": "unconfirmed"}


@pytest.mark.usefixtures("_mails")
def test_the_mail_was_read_by_whoever_comes_by_the_link_in_it(world: World) -> None:
    copied_link(world)
    client = signed_up_by(link_in(mail.outbox[0].body, "/join/"))
    assert addresses.holder(STRANGER) == User.objects.get(email=STRANGER)
    assert client.get("/acme/members").status_code == 200


@pytest.mark.usefixtures("_mails")
def test_who_signed_up_by_a_copied_link_keeps_nobody_out_who_read_the_mail(world: World) -> None:
    copied = copied_link(world)
    mailed = link_in(mail.outbox[0].body, "/join/")
    signed_up_by(copied)
    [stranger] = User.objects.filter(email=STRANGER)
    client = signed_up_by(mailed)
    owner = addresses.holder(STRANGER)
    assert owner not in (None, stranger)
    assert client.get("/acme/members").status_code == 200
    assert Membership.objects.filter(org=world.org, user=stranger).count() == 0
    assert Invitation.objects.get(email=STRANGER).accepted_at is not None


@pytest.mark.usefixtures("_mails")
def test_a_copied_link_is_good_once_all_the_same(world: World) -> None:
    copied = copied_link(world)
    signed_up_by(copied)
    client = new_browser()
    client.get(copied)
    answer = client.post(SIGN_UP, {"name": "B", "email": STRANGER, "password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, User.objects.filter(email=STRANGER).count()) == (410, 1)


@pytest.mark.usefixtures("_mails")
def test_no_page_of_the_inviter_holds_what_confirms(world: World) -> None:
    copied_link(world)
    [key] = re.findall(r"\?mailed=(\S+)", str(mail.outbox[0].body))
    inviter = signed_in(world.owner)
    for page in ("/acme/invitations", "/acme/members", "/acme/audit", "/profile"):
        assert key not in inviter.get(page).content.decode()


@pytest.mark.parametrize("key", ["", "x", "mailed", "é"])
def test_a_forged_second_key_confirms_nothing(world: World, key: str) -> None:
    signed_up_by(f"{copied_link(world)}?mailed={key}")
    assert addresses.holder(STRANGER) is None


def test_the_second_key_of_another_invitation_confirms_nothing(world: World) -> None:
    other = invitations.invite(world.stranger, world.rival, "own@example.com", Role.VIEWER)
    key = invitations.mailed_link(other).partition("?mailed=")[2]
    signed_up_by(f"{copied_link(world)}?mailed={key}")
    assert addresses.holder(STRANGER) is None


def test_a_mail_that_is_only_printed_holds_no_second_key(world: World, settings: Any, capfd: Any) -> None:
    through(settings, ONLY_PRINTED)
    copied_link(world)
    printed = capfd.readouterr().out
    assert "/join/" in printed
    assert "mailed" not in printed


@pytest.mark.usefixtures("_mails")
def test_a_withdrawn_invitation_lets_nobody_in_who_confirms_late(world: World) -> None:
    client = signed_up_by(copied_link(world))
    Invitation.objects.get(email=STRANGER).delete()
    client.post(link_in(mail.outbox[-1].body, "/accounts/confirm-email/"))
    assert not Membership.objects.filter(user__email=STRANGER).exists()


def test_an_account_that_goes_by_an_address_keeps_its_owner_from_no_invitation(world: World) -> None:
    signed_up_by(copied_link(world))
    invitations.invite(world.owner, world.org, STRANGER, Role.MEMBER)
    client = signed_up_by(invitations.mailed_link(Invitation.objects.get(accepted_at=None)).partition("8000")[2])
    assert addresses.holder(STRANGER) is not None
    assert client.get("/acme/members").status_code == 200


def test_an_admin_cannot_become_an_owner_by_the_link_of_an_owners_invitation(world: World) -> None:
    asked = invitations.invite(world.owner, world.org, STRANGER, Role.OWNER)
    assert invitations.path(asked) not in signed_in(world.admin).get("/acme/invitations").content.decode()
    assert invitations.path(asked) in signed_in(world.owner).get("/acme/invitations").content.decode()


def test_provisioning_finds_no_account_that_only_goes_by_the_address(world: World) -> None:
    signed_up_by(copied_link(world))
    provision(STRANGER, "Fresh", "Team")
    assert not EmailAddress.objects.get(email=STRANGER, verified=False).user.organizations.filter(name="Fresh").exists()
