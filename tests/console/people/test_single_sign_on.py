"""Signing in by an OpenID Connect issuer: a small real one, on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from rtk.console.people import invitations
from rtk.console.people.models import Membership, Role, User
from tests.console.people.world import World

LOGIN = "/accounts/oidc/sso/login/"


class Issuer(ThreadingHTTPServer):
    """Says of whoever asks that they are `person`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person: dict[str, Any] = {}

    def answer(self, path: str) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/token": {"access_token": "given", "token_type": "Bearer"},
            "/userinfo": self.person,
        }[path]


class Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        body = json.dumps(self.server.answer(urlsplit(self.path).path)).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    with Issuer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app = {
            "provider_id": "sso",
            "name": "Acme ID",
            "client_id": "rtk",
            "secret": "s",
            "settings": {"server_url": server.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield server
        server.shutdown()


def come_back(client: Client) -> Any:
    """Go to the issuer, and come back with its word."""
    leaving = client.post(LOGIN)
    assert leaving.status_code == 302
    asked = parse_qs(urlsplit(leaving["Location"]).query)
    return client.get(f"{LOGIN}callback/", {"code": "x", "state": asked["state"][0]}, follow=True)


def test_the_sign_in_page_offers_the_issuer_and_only_where_one_is_set(issuer: Issuer, world: World) -> None:
    assert "Acme ID" in Client().get("/accounts/login/").content.decode()


def test_the_page_that_leads_to_the_issuer_lets_its_form_go_there(issuer: Issuer, world: World) -> None:
    policy = Client().get(LOGIN)["Content-Security-Policy"]
    assert "form-action" not in policy
    assert "script-src 'self'" in policy


def test_who_has_an_account_of_that_address_is_signed_in_to_it(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "Mary@Example.org", "email_verified": True, "name": "Mary M"}
    client = Client()
    assert "Shop" in come_back(client).content.decode()
    assert client.get("/acme/shop/people").status_code == 200
    assert User.objects.count() == 6


def test_an_address_that_the_issuer_did_not_verify_opens_no_account(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "1", "email": "mary@example.org", "email_verified": False, "name": "Mary M"}
    client = Client()
    come_back(client)
    assert client.get("/acme/shop/people").status_code == 302
    assert User.objects.count() == 6


def test_a_stranger_is_let_in_by_invitation_only(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "2", "email": "new@example.org", "email_verified": True, "name": "New One"}
    assert "By invitation" in come_back(Client()).content.decode()
    invited = Client()
    invited.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER)))
    come_back(invited)
    assert Membership.objects.get(user__email="new@example.org").role == Role.MEMBER
    assert User.objects.get(email="new@example.org").name == "New One"


def test_an_invitation_of_another_address_lets_nobody_in(issuer: Issuer, world: World) -> None:
    issuer.person = {"sub": "3", "email": "eve@example.org", "email_verified": True, "name": "Eve"}
    client = Client()
    client.get(invitations.path(invitations.invite(world.owner, world.org, "new@example.org", Role.OWNER)))
    assert "By invitation" in come_back(client).content.decode()
    assert not User.objects.filter(email="eve@example.org").exists()
