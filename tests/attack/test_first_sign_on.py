"""Nobody's first single sign-on lands in an account of somebody else, and nobody is kept from it."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from rtk.console.people.models import Token, User
from tests.console.people.issuer import Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, person, signed_in

CEO = "ceo@example.org"
ADDRESSES, SIGN_UP = "/accounts/email/", "/accounts/signup/"


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()  # attempts are counted across tests


@pytest.fixture
def _open(settings: Any) -> None:
    settings.SIGN_UP = "open"


def says(issuer: Issuer, email: str, verified: object = True, sub: str = "ceo") -> None:
    issuer.person = {"sub": sub, "email": email, "email_verified": verified, "name": "The CEO"}


def who(client: Client) -> User | None:
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found) if found else None


@pytest.mark.parametrize("mails", ["mandatory", "none"])
@pytest.mark.usefixtures("_open")
def test_an_unconfirmed_address_matches_nobody(issuer: Issuer, world: World, settings: Any, mails: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mails
    signed_in(world.viewer).post(ADDRESSES, {"action_add": "", "email": CEO})
    assert EmailAddress.objects.filter(user=world.viewer, email=CEO, verified=False).exists()
    says(issuer, CEO)
    come_back(client := new_browser())
    ceo = who(client)
    assert ceo is not None
    assert ceo != world.viewer
    assert EmailAddress.objects.get(user=ceo).verified
    assert not SocialAccount.objects.filter(user=world.viewer).exists()


@pytest.mark.parametrize("mails", ["mandatory", "none"])
@pytest.mark.usefixtures("_open")
def test_an_account_signed_up_by_an_address_that_nobody_confirmed_is_not_its_owners(
    issuer: Issuer, world: World, settings: Any, mails: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mails
    form = {"name": "Eve", "email": CEO, "password1": PASSWORD, "password2": PASSWORD}
    new_browser().post(SIGN_UP, form)
    squatter = User.objects.get(email=CEO)
    says(issuer, CEO)
    come_back(client := new_browser())
    assert who(client) not in (None, squatter)


def test_without_an_invitation_the_owner_of_an_unconfirmed_address_is_a_stranger(issuer: Issuer, world: World) -> None:
    signed_in(world.viewer).post(ADDRESSES, {"action_add": "", "email": CEO})
    says(issuer, CEO)
    answer = come_back(client := new_browser())
    assert "By invitation" in answer.content.decode()
    assert who(client) is None


@pytest.mark.parametrize("email", ["mary@example.com", "mary@sub.example.org", "mary@notexample.org"])
@pytest.mark.usefixtures("_open")
def test_an_issuer_opens_no_account_of_a_domain_that_is_not_its_own(issuer: Issuer, world: World, email: str) -> None:
    User.objects.filter(pk=world.member.pk).update(email=email)
    EmailAddress.objects.filter(user=world.member).update(email=email)
    says(issuer, email)
    come_back(client := new_browser())
    assert who(client) != world.member
    assert not EmailAddress.objects.filter(email=email, verified=True).exclude(user=world.member).exists()


def test_an_issuer_without_domains_opens_no_account(issuer: Issuer, world: World, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"].pop("domains")
    says(issuer, "mary@example.org")
    come_back(client := new_browser())
    assert who(client) is None


@pytest.mark.parametrize("verified", [False, "false", "False", None, 0, "", "no", "1", 1, "yes", {"by": "phone"}])
@pytest.mark.usefixtures("_open")
def test_an_address_that_the_issuer_does_not_say_is_verified_opens_no_account(
    issuer: Issuer, world: World, verified: object
) -> None:
    says(issuer, "mary@example.org", verified)
    come_back(client := new_browser())
    assert who(client) != world.member


@pytest.mark.parametrize("verified", [True, "true"])
def test_an_authoritative_issuer_signs_in_whoever_confirmed_the_address_here(
    issuer: Issuer, world: World, verified: object
) -> None:
    says(issuer, "Mary@Example.ORG", verified)
    come_back(client := new_browser())
    assert who(client) == world.member


def test_an_account_that_only_goes_by_the_address_is_not_opened_by_it(issuer: Issuer, world: World) -> None:
    EmailAddress.objects.filter(user=world.member).update(verified=False)
    says(issuer, "mary@example.org")
    come_back(client := new_browser())
    assert who(client) is None


def test_whoever_is_shut_out_is_not_connected(issuer: Issuer, world: World) -> None:
    world.member.is_active = False
    world.member.save()
    says(issuer, "mary@example.org")
    come_back(client := new_browser())
    assert who(client) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("_open")
def test_nothing_of_the_one_who_named_the_address_reaches_the_owner(issuer: Issuer, world: World) -> None:
    squatter = person("Eve")
    EmailAddress.objects.create(user=squatter, email=CEO)
    Token.objects.create(user=squatter, name="x", scopes=["read"], digest=b"x", expires_at="2100-01-01T00:00Z")
    says(issuer, CEO)
    come_back(client := new_browser())
    ceo = who(client)
    assert not Token.objects.filter(user=ceo).exists()
    assert signed_in(squatter).get("/tokens").status_code == 200  # theirs is theirs as before


def test_an_address_that_somebody_named_can_still_be_confirmed_by_its_owner(
    world: World, mailoutbox: list[Any]
) -> None:
    EmailAddress.objects.create(user=world.viewer, email=CEO)
    owner = signed_in(world.member)
    owner.post(ADDRESSES, {"action_add": "", "email": CEO})
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)
    owner.post(link.removeprefix("http://localhost:8000").removeprefix("http://testserver"))
    assert EmailAddress.objects.get(email=CEO, verified=True).user == world.member


def test_a_password_is_not_reset_by_an_address_that_nobody_confirmed(world: World, mailoutbox: list[Any]) -> None:
    EmailAddress.objects.create(user=world.viewer, email=CEO)
    assert new_browser().post("/accounts/password/reset/", {"email": CEO}).status_code == 302
    assert "/password/reset/key/" not in mailoutbox[0].body
