"""What whoever runs the console does to accounts."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rtk.console.people import accounts, addresses, gate, revocation, sign_in_link, tokens
from rtk.console.people.models import AuditEntry, Organization, Role, User
from rtk.errors import BadInput
from tests.console.people.world import World, signed_in

MARY, NEXT = "mary@example.org", "next@example.org"


def told(org: Organization, action: str) -> AuditEntry:
    return AuditEntry.objects.get(org=org, action=action)


def test_who_is_disabled_has_no_way_in_until_enabled(world: World) -> None:
    secret = tokens.make(world.member, "CI")[1]
    browser = signed_in(world.member)
    assert accounts.disable(MARY)[revocation.Access.TOKENS] == 1
    assert gate.authenticate(f"Bearer {secret}") is None
    assert browser.get("/acme/shop/people").status_code == 302
    assert accounts.enable(str(world.member.pk)) == MARY
    assert browser.get("/acme/shop/people").status_code == 302
    assert signed_in(User.objects.get(email=MARY)).get("/acme/shop/people").status_code == 200
    for action in ("user.disabled", "user.enabled"):
        assert (told(world.org, action).actor_name, told(world.org, action).target) == ("the console", MARY)


def test_who_is_disabled_gets_no_link(world: World) -> None:
    accounts.disable(MARY)
    with pytest.raises(BadInput, match=r"mary@example.org is disabled; 'rtk users enable' lets them in again"):
        sign_in_link.link(MARY)


@pytest.mark.parametrize("may", [True, False])
def test_administrators_are_named_and_dismissed(world: World, may: bool) -> None:
    User.objects.filter(pk=world.member.pk).update(is_administrator=not may)
    assert accounts.administrate(f" {MARY.upper()} ", may=may) == MARY
    assert User.objects.get(pk=world.member.pk).is_administrator == may
    assert AuditEntry.objects.filter(org=world.org, action__startswith="user.administrator-").count() == 1


def test_an_account_that_is_handed_over_keeps_its_roles_and_nothing_that_lets_in(world: World) -> None:
    secret = tokens.make(world.owner, "CI")[1]
    browser = signed_in(world.owner)
    SocialAccount.objects.create(user=world.owner, provider="sso", uid="alice")
    EmailAddress.objects.create(user=world.owner, email="second@example.org", verified=True)
    assert accounts.hand_over("alice@example.org", NEXT) | {"sessions": 0} == {
        "tokens": 1,
        "sessions": 0,
        "second factors": 0,
        "connections": 1,
        "invitations": 0,
    }
    user = User.objects.get(pk=world.owner.pk)
    assert (user.email, user.name, user.has_usable_password()) == (NEXT, "", False)
    assert addresses.holder(NEXT) == user
    assert [each.email for each in EmailAddress.objects.filter(user=user)] == [NEXT]
    assert gate.authenticate(f"Bearer {secret}") is None
    assert browser.get("/acme").status_code == 302
    assert world.membership(user).role == Role.OWNER
    assert told(world.org, "user.handed-over").detail == {"from": "alice@example.org"}
    assert told(world.org, "user.access-ended").detail["why"] == "handed-over"


@pytest.mark.parametrize(
    ("address", "why"),
    [("nobody", "is no e-mail address"), (MARY, "the address of an account already")],
)
def test_an_account_is_handed_to_no_address_that_cannot_have_it(world: World, address: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        accounts.hand_over("alice@example.org", address)
    assert User.objects.get(pk=world.owner.pk).email == "alice@example.org"


def test_nobody_and_several_are_refused_with_what_to_do(world: World) -> None:
    with pytest.raises(BadInput, match=r"there is no user eve@example\.net; 'rtk users list'"):
        accounts.disable("eve@example.net")
    for _ in range(2):
        User.objects.create_user("both@example.net")
    with pytest.raises(BadInput, match=r"several users go by both@example\.net"):
        accounts.disable("both@example.net")


def test_the_list_says_what_is_special(world: World) -> None:
    User.objects.create_user("typed@example.net", is_active=False)
    listed = {each.email: (each.state, each.last_login) for each in accounts.listed()}
    assert listed["alice@example.org"] == ("administrator", "never")
    assert listed[MARY] == ("", "never")
    assert listed["typed@example.net"] == ("disabled, unconfirmed", "never")


def test_ending_the_sessions_of_one_reads_none_of_others(world: World) -> None:
    def asked(sessions: int) -> int:
        for _ in range(sessions):
            signed_in(world.owner)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            revocation.end_access(world.member, revocation.RevocationReason.HANDED_OVER)
        assert not [q for q in queries.captured_queries if "session_data" in q["sql"]]
        return len(queries)

    assert asked(0) == asked(20)
