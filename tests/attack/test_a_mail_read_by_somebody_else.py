"""Nobody confirms an address for an account of somebody else by reading the mail that their typing it had sent."""

import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from rtk.console.people import addresses, confirmation_reminder, invitations
from rtk.console.people.models import Membership, Role, User
from tests.console.people.issuer import Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

CEO = "ceo@corp.example"


@pytest.fixture(autouse=True)
def _mails(settings: Any, world: World) -> None:
    cache.clear()
    settings.SIGN_UP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"


def signed_up(client: Client) -> Client:
    account = {"name": "Eve", "email": CEO, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", account).status_code == 302
    return client


def link() -> str:
    return str(re.findall(r"/accounts/confirm-email/\S+", str(mail.outbox[-1].body))[0])


def test_whoever_signed_up_by_an_address_does_not_get_it_by_its_owners_click() -> None:
    attacker, owner = signed_up(new_browser()), new_browser()
    page = owner.get(link()).content.decode()
    assert "somebody else typed your address" in page
    for answer in (owner.post(link()), owner.post(link(), {"password": "a guess of theirs"})):
        assert answer.status_code == 422
    assert addresses.holder(CEO) is None
    attacker.post("/accounts/login/", {"login": CEO, "password": PASSWORD})
    assert attacker.get("/tokens").status_code == 302


def test_an_inviter_who_used_the_link_themselves_is_not_in_by_the_click_of_the_invited(world: World) -> None:
    client = new_browser()
    client.get(invitations.path(invitations.invite(world.admin, world.org, CEO, Role.MEMBER)))
    signed_up(client)
    assert new_browser().post(link()).status_code == 422
    assert not Membership.objects.filter(user__email=CEO).exists()


def test_nor_does_somebody_who_put_it_into_their_account(world: World) -> None:
    signed_in(world.viewer).post("/accounts/email/", {"action_add": "", "email": CEO})
    assert new_browser().post(link()).status_code == 422
    assert signed_in(world.owner).post(link()).status_code == 422  # who is somebody else here
    assert addresses.holder(CEO) is None


def test_nor_does_an_account_of_the_issuer_which_has_no_password(issuer: Issuer) -> None:
    issuer.person = {"sub": "eve", "email": CEO, "email_verified": False, "name": "Eve"}
    come_back(new_browser())
    assert "Sign in first in this browser" in new_browser().get(link()).content.decode()
    assert new_browser().post(link(), {"password": ""}).status_code == 422
    assert addresses.holder(CEO) is None


def test_the_first_single_sign_on_of_the_owner_is_their_own_after_such_a_click(issuer: Issuer) -> None:
    signed_up(new_browser())
    new_browser().post(link())
    issuer.person = {"sub": "ceo", "email": CEO, "email_verified": True, "name": "The CEO"}
    come_back(new_browser())
    assert not User.objects.filter(email=CEO, socialaccount__uid="ceo").exclude(password__startswith="!").exists()


def test_passwords_are_not_guessed_there() -> None:
    signed_up(new_browser())
    tries = [new_browser().post(link(), {"password": f"guess {number}"}).status_code for number in range(6)]
    assert tries == [422] * 5 + [429]


def test_whoever_made_the_account_confirms_it_in_that_browser() -> None:
    client = signed_up(new_browser())
    assert "Password of the account" not in client.get(link()).content.decode()
    client.post(link())
    assert addresses.holder(CEO) == User.objects.get(email=CEO)


def test_and_in_another_one_by_its_password() -> None:
    signed_up(new_browser())
    phone = new_browser()
    assert "Password of the account" in phone.get(link()).content.decode()
    phone.post(link(), {"password": PASSWORD})
    assert addresses.holder(CEO) == User.objects.get(email=CEO)


def typed(client: Client, password: str) -> list[str]:
    """Where mails went that signing in by the address sent."""
    mail.outbox.clear()
    answer = client.post("/accounts/login/", {"login": CEO, "password": password})
    assert "is not confirmed yet" in answer.content.decode()
    for thread in threading.enumerate():
        if thread.name == confirmation_reminder.THREAD:
            thread.join()
    return [each.to[0] for each in mail.outbox]


def test_nobody_is_kept_from_confirming_an_address_by_others_who_sign_up_by_it_later() -> None:
    own, theirs = "a long phrase of the owner", "a long phrase of a stranger"
    for password in (own, *(f"{theirs} {number}" for number in range(3))):
        account = {"name": "Somebody", "email": CEO, "password1": password, "password2": password}
        assert new_browser().post("/accounts/signup/", account).status_code == 302
    assert typed(new_browser(), own) == [CEO]
    at = link()
    assert new_browser().post(at, {"password": f"{theirs} 0"}).status_code == 422
    assert new_browser().post(at, {"password": own}).status_code == 302
    holder = addresses.holder(CEO)
    assert holder is not None
    assert holder.check_password(own)
