"""What an issuer that does not tell what it was asked is said to have done."""

import io
import json
from collections.abc import Iterator
from typing import NoReturn

import jwt
import pytest
import requests
from requests.adapters import BaseAdapter

from rtk.console.people.oidc_http import Asking
from rtk.console.people.oidc_transport import TooLarge

METADATA = "https://id.example.org/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
WHOLE: dict[str, object] = {
    "issuer": "https://id.example.org/",
    **{name: f"https://keys.example.org/{name}" for name in ENDPOINTS},
}
TOKEN = "https://id.example.org/token"
ID_TOKEN = jwt.encode({"sub": "1", "exp": 10**10}, "x" * 32)


class Refused(Exception):
    """It was refused."""


def refuse(why: str) -> NoReturn:
    raise Refused(why)


class Answering(BaseAdapter):
    """A transport that answers the same, or fails the same, each time."""

    def __init__(self, body: object, status: int = 200) -> None:
        super().__init__()
        self.body = body
        self.status = status
        self.headers: dict[str, str] = {}

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        if isinstance(self.body, Exception):
            raise self.body
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = self.status, str(request.url), request
        answer.headers.update(self.headers)
        answer.raw = io.BytesIO(self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode())
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def asking() -> Iterator[Asking]:
    with Asking(refuse) as session:
        yield session


def test_what_it_tells_is_passed_on(asking: Asking) -> None:
    asking.mount("https://", Answering(WHOLE))
    assert asking.get(METADATA).json() == WHOLE


@pytest.mark.parametrize(
    ("issuer", "why"),
    [
        (Answering(requests.ConnectionError("a long story")), "cannot be read: no connection could be made"),
        (Answering(requests.exceptions.SSLError("a longer one")), "no trusted TLS connection could be made"),
        (Answering(requests.Timeout()), "cannot be read: no whole answer within 5 s"),
        (Answering({}, status=404), "cannot be read: it answered 404"),
        (Answering(TooLarge()), "cannot be read: its answer has more than 1 MiB"),
        (Answering(b"<html>"), "cannot be read: its answer is no JSON object"),
        (Answering(["a"]), "cannot be read: its answer is no JSON object"),
        (Answering(b"[" * 100_000), "cannot be read: its answer is no JSON object"),
        (Answering(b'{"x": NaN}'), "cannot be read: its answer is no JSON object"),
        (Answering({"x": "a\0b"}), "cannot be read: its answer is no JSON object"),
        (Answering({"x": "\ud800"}), "cannot be read: its answer is no JSON object"),
        (Answering({}), "is not of an OpenID Connect issuer: it does not tell its authorization_endpoint"),
        (Answering({**WHOLE, "token_endpoint": 5}), "it does not tell its token_endpoint"),
        (Answering({**WHOLE, "token_endpoint": "http://id.example.org/t"}), "its token_endpoint is no https address"),
        (Answering({**WHOLE, "jwks_uri": "https://[::1"}), "its jwks_uri is no https address"),
        (Answering({**WHOLE, "authorization_endpoint": "javascript:x"}), "authorization_endpoint is no https address"),
        (Answering({**WHOLE, "claims_supported": 5}), "its claims_supported is no list"),
        (Answering({**WHOLE, "issuer": "https://a.example"}), "https://a.example; expected the one of RTK_OIDC_ISSUER"),
        (Answering(WHOLE, status=302), "cannot be read: it answered 302"),
        (Answering({**WHOLE} | {"x": 1}, status=500), "it answered 500"),
    ],
)
def test_what_it_does_instead_is_one_sentence(asking: Asking, issuer: Answering, why: str) -> None:
    asking.mount("https://", issuer)
    with pytest.raises(Refused) as told:
        asking.get(METADATA)
    assert str(told.value).startswith(METADATA)
    assert str(told.value).endswith(why)


def test_what_is_said_of_somebody_need_not_be_metadata(asking: Asking) -> None:
    asking.mount("https://", Answering({"sub": "1"}))
    assert asking.get("https://id.example.org/userinfo").json() == {"sub": "1"}


def test_tokens_are_passed_on(asking: Asking) -> None:
    asking.mount("https://", Answering({"access_token": "a", "expires_in": "3600", "id_token": ID_TOKEN}))
    assert asking.post(TOKEN).json()["access_token"] == "a"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (["access_token"], "cannot be read: its answer is no JSON object"),
        ({"error": "invalid_client", "refresh_token": "s"}, "gave no access token: invalid_client"),
        ({"access_token": {"a": 1}}, "gave no access token"),
        ({"access_token": "a"}, "gave no ID token"),
        ({"access_token": "a", "id_token": 5}, "gave no ID token"),
        ({"access_token": "a", "id_token": "junk"}, "gave no ID token"),
        ({"access_token": "a", "id_token": jwt.encode({"sub": "1"}, "x" * 32)}, "gave an ID token without an end"),
        ({"access_token": "a", "id_token": jwt.encode({"exp": "9"}, "x" * 32)}, "gave an ID token without an end"),
        *(
            ({"access_token": "a", "id_token": ID_TOKEN, "expires_in": ends}, "without an end that can be read")
            for ends in ("abc", 10**18, [1], -1, 1.5, None)
        ),
    ],
)
def test_what_holds_no_tokens_is_one_sentence_without_the_rest_of_it(asking: Asking, told: object, why: str) -> None:
    asking.mount("https://", Answering(told))
    with pytest.raises(Refused) as refused:
        asking.post(TOKEN)
    assert str(refused.value).startswith(TOKEN)
    assert str(refused.value).endswith(why)


def test_why_it_refuses_is_told_and_nothing_else_of_its_answer(asking: Asking) -> None:
    told = {"error": "invalid_grant", "error_description": "no such code", "refresh_token": "secret"}
    asking.mount("https://", Answering(told, status=400))
    with pytest.raises(Refused, match=r"it answered 400 invalid_grant no such code$"):
        asking.post(TOKEN)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_secret_along(asking: Asking, status: int) -> None:
    here, there = Answering({}, status=status), Answering({"access_token": "a"})
    here.headers = {"Location": "https://elsewhere.example/token"}
    asking.mount("https://id.example.org", here)
    asking.mount("https://elsewhere.example", there)
    with pytest.raises(Refused, match=rf"it answered {status}$"):
        asking.post(TOKEN, {"client_secret": "s"})
