"""Signing in by an OpenID Connect issuer: a small real one, on this machine."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator

from rtk.console.people import bootstrap_signup, invitations
from rtk.console.people.models import Membership, Role, User
from tests.console.people.issuer import LOGIN, Issuer, come_back
from tests.console.people.world import PASSWORD, World, new_browser, signed_in


def test_the_sign_in_page_offers_the_issuer_and_only_where_one_is_set(issuer: Issuer, world: World) -> None:
    assert "Acme ID" in new_browser().get("/accounts/login/").content.decode()


def test_the_page_that_leads_to_the_issuer_lets_its_form_go_there(issuer: Issuer, world: World) -> None:
    policy = new_browser().get(LOGIN)["Content-Security-Policy"]
    assert "form-action" not in policy
    assert "script-src 'self'" in policy


def test_who_has_an_account_of_that_address_is_signed_in_to_it(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "Mary@Example.org", "email_verified": True, "name": "Mary M"}
    client = new_browser()
    assert "Shop" in come_back(client).content.decode()
    assert client.get("/acme/shop/people").status_code == 200
    assert User.objects.count() == 6


def test_an_address_that_the_issuer_did_not_verify_opens_no_account(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": False, "name": "Mary M"}
    client = new_browser()
    come_back(client)
    assert client.get("/acme/shop/people").status_code == 302
    assert User.objects.count() == 6


def test_a_stranger_is_let_in_by_invitation_only(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "2", "email": "new@example.org", "email_verified": True, "name": "New One"}
    assert "By invitation" in come_back(new_browser()).content.decode()
    invited = new_browser()
    invited.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER)))
    come_back(invited)
    assert Membership.objects.get(user__email="new@example.org").role == Role.MEMBER
    assert User.objects.get(email="new@example.org").name == "New One"


def test_an_invitation_of_another_address_lets_nobody_in(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "3", "email": "eve@example.org", "email_verified": True, "name": "Eve"}
    client = new_browser()
    client.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.OWNER)))
    assert "By invitation" in come_back(client).content.decode()
    assert not User.objects.filter(email="eve@example.org").exists()


def test_an_issuer_that_tells_nothing_of_addresses_signs_in_who_connected_it_before(
    issuer: Issuer, world: World
) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "name": "Mary M"}
    mary = signed_in(world.member)
    come_back(mary, mary.post(LOGIN, {"process": "connect"}, QUERY_STRING="process=connect"))
    client = new_browser()
    come_back(client)
    assert client.get("/acme/shop/people").status_code == 200


def test_the_address_to_come_back_to_is_the_one_to_register(issuer: Issuer, world: World) -> None:
    asked = parse_qs(urlsplit(new_browser().post(LOGIN)["Location"]).query)
    assert asked["redirect_uri"] == ["http://testserver/accounts/oidc/sso/login/callback/"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_a_password_goes_on_to_sign_in_beside_the_issuer(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}
    come_back(new_browser())
    client = new_browser()
    client.post("/accounts/login/", {"login": "mary@example.org", "password": PASSWORD})
    assert client.get("/acme/shop/people").status_code == 200


def test_signing_out_ends_the_session_here(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}
    client = new_browser()
    come_back(client)
    answer = client.post("/accounts/logout/")
    assert issuer.url not in answer["Location"]
    assert client.get("/acme/shop/people").status_code == 302


def away(issuer: Issuer) -> str:
    issuer.shutdown()
    issuer.server_close()
    return "openid-configuration cannot be read: no connection could be made"


def something_else(issuer: Issuer) -> str:
    issuer.metadata = {}
    return "is not of an OpenID Connect issuer: it does not tell its issuer"


@pytest.mark.parametrize("how", [away, something_else])
def test_an_issuer_that_fails_is_told_of_and_logged_in_one_line(
    issuer: Issuer, world: World, caplog: pytest.LogCaptureFixture, how: Any
) -> None:
    expected = how(issuer)
    with caplog.at_level(logging.WARNING):
        answer = new_browser().post(LOGIN)
    assert answer.status_code == 401
    assert "Acme ID did not say who you are" in answer.content.decode()
    (said,) = [each.getMessage() for each in caplog.records if each.name.startswith("rtk")]
    assert expected in said


def test_what_the_issuer_refuses_is_logged(issuer: Issuer, world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = new_browser()
    asked = parse_qs(urlsplit(client.post(LOGIN)["Location"]).query)
    told = {"error": "invalid_scope", "error_description": "no\nemail", "state": asked["state"][0]}
    with caplog.at_level(logging.WARNING):
        assert client.get(f"{LOGIN}callback/", told).status_code == 401
    assert "the issuer signed nobody in: invalid_scope no email" in caplog.text


def test_a_wrong_client_secret_is_told_of_in_the_log(
    issuer: Issuer, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.token = {"error": "invalid_client"}
    with caplog.at_level(logging.WARNING):
        assert come_back(new_browser()).status_code == 401
    assert "/token gave no access token: invalid_client" in caplog.text


def test_who_came_by_the_issuer_before_is_known_by_another_address_as_well(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}
    come_back(new_browser())
    issuer.person = {"sub": "1", "email": "mary@elsewhere.example", "email_verified": False, "name": "Mary M"}
    client = new_browser()
    come_back(client)
    assert client.get("/acme/shop/people").status_code == 200


def test_the_invited_need_no_verified_address(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "2", "email": "new@example.org", "name": "New One"}
    invited = new_browser()
    invited.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.VIEWER)))
    come_back(invited)
    assert Membership.objects.get(user__email="new@example.org").role == Role.VIEWER


def test_the_first_user_may_come_by_the_issuer(issuer: Issuer, db: None) -> None:
    issuer.person = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
    client = new_browser()
    client.get(bootstrap_signup.path())
    come_back(client)
    assert client.get("/organizations/new").status_code == 200


def test_a_second_factor_is_asked_for_after_the_issuer_too(issuer: Issuer, world: World) -> None:
    Authenticator.objects.create(user=world.member, type=Authenticator.Type.TOTP, data={"secret": "s"})
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": True, "name": "Mary M"}
    client = new_browser()
    assert come_back(client).redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert client.get("/acme/shop/people").status_code == 302
