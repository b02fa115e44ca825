"""The issuer as allauth has it: which person an answer is of."""

import time
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.test import RequestFactory

from rtk.console.people import sign_on
from rtk.console.people.adapters import SocialAdapter
from tests.console.people.issuer import Issuer
from tests.console.people.world import World


def read(issuer: Issuer, **told: Any) -> SocialLogin:
    request = RequestFactory().get("/")
    provider = SocialAdapter().get_provider(request, "sso")
    assert isinstance(provider, sign_on.SignOnProvider)
    return provider.sociallogin_from_response(request, told)


def said(**claims: Any) -> dict[str, Any]:
    return {"iss": "https://id.example.org", "sub": "1", "iat": time.time(), "exp": time.time() + 60, **claims}


def test_who_came_is_whom_both_answers_name(issuer: Issuer, db: None) -> None:
    login = read(issuer, id_token=said(), userinfo={"sub": "1", "name": "Ada", "email": 5})
    assert (login.account.uid, login.user.name, login.user.email) == ("1", "Ada", "")


def test_the_token_alone_will_do(issuer: Issuer, db: None) -> None:
    assert read(issuer, id_token=said(email="ada@example.org")).user.email == "ada@example.org"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "no ID token"),
        ({"id_token": said(sub="")}, "names nobody"),
        ({"id_token": said(iat=True)}, "since and until when"),
        ({"id_token": said(iat=time.time() + 600)}, "of the future"),
        ({"id_token": said(nbf=time.time() + 600)}, "of the future"),
        ({"id_token": said(nbf="x")}, "since and until when"),
        ({"id_token": said(azp="other")}, "another client"),
        ({"id_token": said(aud=["rtk", "other"])}, "for several clients"),
        ({"id_token": said(), "userinfo": {"sub": "2"}}, "not about the person whom its ID token names"),
        ({"id_token": said(), "userinfo": {}}, "not about the person whom its ID token names"),
        ({"id_token": said(), "userinfo": []}, "not about the person whom its ID token names"),
    ],
)
def test_answers_that_belong_to_nobody_are_refused(issuer: Issuer, db: None, told: dict[str, Any], why: str) -> None:
    with pytest.raises(OAuth2Error, match=why):
        read(issuer, **told)


def test_an_account_that_was_connected_before_issuers_were_noted_is_connected_to_nobody_else(
    issuer: Issuer, world: World
) -> None:
    SocialAccount.objects.create(user=world.member, provider="sso", uid="old")
    assert not sign_on.connected(read(issuer, id_token=said()), world.member)
