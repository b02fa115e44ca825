"""A small real OpenID Connect issuer on this machine, authoritative for example.org."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

LOGIN = "/accounts/oidc/sso/login/"


class Issuer(ThreadingHTTPServer):
    """Says of whoever asks that they are `person`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person: dict[str, Any] = {}
        self.metadata = {"issuer": self.url}
        self.token = {"access_token": "given", "token_type": "Bearer"}

    def answer(self, path: str) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {
                **self.metadata,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/token": self.token,
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
            "settings": {"server_url": server.url, "domains": ["example.org"]},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield server
        server.shutdown()


def come_back(client: Client, leaving: Any = None) -> Any:
    """Go to the issuer, and come back with its word."""
    leaving = leaving or client.post(LOGIN)
    assert leaving.status_code == 302
    asked = parse_qs(urlsplit(leaving["Location"]).query)
    return client.get(f"{LOGIN}callback/", {"code": "x", "state": asked["state"][0]}, follow=True)
