"""Nobody comes in by an invitation whose inviter may not give its role any more."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from rtk.console.people import invitations, memberships, revocation
from rtk.console.people.models import AuditEntry, Invitation, Membership, Role, User
from tests.console.people.world import PASSWORD, World, made, new_browser, person, signed_in

SECOND = "second@example.org"
NO_LONGER = "This invitation is no longer good"
NEW = "another correct horse"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # attempts are counted across tests


def removed(world: World) -> None:
    memberships.remove(world.owner, world.membership(world.admin))


def demoted(world: World) -> None:
    memberships.change_role(world.owner, world.membership(world.admin), Role.VIEWER)


def deleted(world: World) -> None:
    world.admin.delete()


def disabled(world: World) -> None:
    revocation.disable(world.admin)


def reset(world: World) -> None:
    client = new_browser()
    client.post("/accounts/password/reset/", {"email": world.admin.email})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=world.admin.pk).check_password(NEW)


WAYS: list[Callable[[World], Any]] = [removed, demoted, deleted, disabled, reset]


def asked(world: World, role: str = Role.ADMIN) -> Invitation:
    return invitations.invite(world.admin, world.org, SECOND, role)


def path(invitation: Invitation) -> str:
    return invitations.mailed_link(invitation).partition("8000")[2]


def made_an_account(browser: Any) -> Any:
    form = {"name": "Second", "email": SECOND, "password1": PASSWORD, "password2": PASSWORD}
    return browser.post("/accounts/signup/", form)


@pytest.mark.parametrize("how", WAYS)
def test_no_account_is_made_by_a_link_of_before(world: World, how: Callable[[World], Any]) -> None:
    link = path(asked(world))
    how(world)
    browser = new_browser()
    assert browser.get(link).status_code == 410
    made_an_account(browser)
    assert not Membership.objects.filter(user__email=SECOND).exists()


@pytest.mark.parametrize("how", WAYS)
def test_no_account_is_made_in_a_browser_that_had_opened_the_link(world: World, how: Callable[[World], Any]) -> None:
    browser = new_browser()
    browser.get(path(asked(world)))
    how(world)
    made_an_account(browser)
    assert not User.objects.filter(email=SECOND).exists()


@pytest.mark.parametrize("how", WAYS)
def test_no_account_that_is_there_joins_by_it(world: World, how: Callable[[World], Any]) -> None:
    second = person("Second")
    link = path(asked(world))
    how(world)
    assert signed_in(second).post(link).status_code == 410
    assert not Membership.objects.filter(user=second).exists()


@pytest.mark.parametrize("how", [removed, demoted])
def test_the_page_says_whom_to_ask(world: World, how: Callable[[World], Any]) -> None:
    link = path(asked(world))
    how(world)
    page = new_browser().get(link).content.decode()
    assert NO_LONGER in page
    assert "ask an owner or admin of the organization" in page
    assert "renew it in your name" in signed_in(world.owner).get("/acme/invitations").content.decode()


@pytest.mark.parametrize("how", [disabled, reset, deleted])
def test_what_was_open_is_withdrawn_and_noted(world: World, how: Callable[[World], Any]) -> None:
    asked(world)
    kept = invitations.invite(world.owner, world.org, "third@example.org", Role.VIEWER)
    how(world)
    assert list(Invitation.objects.all()) == [kept]
    assert AuditEntry.objects.filter(org=world.org, action="invitation.withdrawn", target=SECOND).exists()


def test_who_may_give_less_than_before_makes_nobody_more(world: World) -> None:
    """An owner who is an admin by now made nobody an owner in advance."""
    memberships.change_role(world.owner, world.membership(world.admin), Role.OWNER)
    owners, members = asked(world, Role.OWNER), invitations.invite(world.admin, world.org, "m@example.org", Role.MEMBER)
    memberships.change_role(world.owner, world.membership(world.admin), Role.ADMIN)
    assert new_browser().get(path(owners)).status_code == 410
    assert new_browser().get(path(members)).status_code == 200


def test_whoever_renews_it_backs_it(world: World) -> None:
    invitation = asked(world)
    removed(world)
    signed_in(world.owner).post(f"/acme/invitations/{invitation.pk}/renew")
    assert new_browser().get(path(invitation)).status_code == 200


@pytest.mark.usefixtures("committed")
def test_who_is_removed_at_the_same_moment_lets_nobody_in() -> None:
    world = made()
    invitation, second = asked(world), person("Second")
    refused = []

    def accept() -> None:
        try:
            invitations.accept(invitation, second)
        except ValidationError as error:
            refused.append(error.messages[0])
        finally:
            connection.close()

    with transaction.atomic():
        removed(world)
        thread = threading.Thread(target=accept)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()  # it waits for what becomes of its inviter
    thread.join(10)
    assert refused == [invitations.NOT_BACKED]
    assert not Membership.objects.filter(user=second).exists()
