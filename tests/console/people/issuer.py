"""A small real OpenID Connect issuer on this machine, authoritative for example.org."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client

LOGIN = "/accounts/oidc/sso/login/"


class Issuer(ThreadingHTTPServer):
    """Says of whoever asks that they are `person`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {"issuer": self.url}
        self.token: dict[str, Any] = {"access_token": "given", "token_type": "Bearer"}
        self.claims: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []

    def id_token(self, form: str) -> str:
        """A token for the code of a form, in which it says what it answers."""
        sent = {name: values[0] for name, values in parse_qs(form).items()}
        nonce, _, challenge = sent.get("code", "").partition(".")
        assert challenge in ("", generate_challenge(sent.get("code_verifier", "")))
        now = time.time()
        said = {"iss": self.url, "aud": "rtk", "iat": now, "exp": now + 60, "nonce": nonce}
        said |= {"sub": self.person["sub"]} if "sub" in self.person else {}
        return jwt.encode(said | self.claims, "x" * 32)

    def answer(self, path: str, form: str) -> Any:
        self.asked.append((path, form))
        if path == "/token" and "error" not in self.token:
            return {"id_token": self.id_token(form), **self.token}
        return {
            "/.well-known/openid-configuration": {
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                **self.metadata,
            },
            "/token": self.token,
            "/userinfo": self.person,
        }[path]


class Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        body = json.dumps(self.server.answer(urlsplit(self.path).path, form)).encode()
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
        threading.Thread(target=server.serve_forever, args=[0.005], daemon=True).start()
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


def generate_challenge(verifier: str) -> str:
    """As RFC 7636 has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def come_back(client: Client, leaving: Any = None) -> Any:
    """Go to the issuer, and come back with its word."""
    leaving = leaving or client.post(LOGIN)
    assert leaving.status_code == 302
    return client.get(f"{LOGIN}callback/", answer_to(leaving["Location"]), follow=True)


def answer_to(location: str) -> dict[str, str]:
    """What a browser brings back from the issuer, to which it was led; the code says what was asked."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    return {"code": f"{asked['nonce']}.{asked['code_challenge']}", "state": asked["state"]}
