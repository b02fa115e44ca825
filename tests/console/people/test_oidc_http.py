"""What an issuer that does not tell what it was asked is said to have done."""

import json
from collections.abc import Iterator
from typing import NoReturn

import pytest
import requests
from requests.adapters import BaseAdapter

from rtk.console.people.oidc_http import LIMIT_S, Asking

METADATA = "https://id.example.org/.well-known/openid-configuration"
WHOLE = {"issuer": "", "authorization_endpoint": "", "token_endpoint": "", "userinfo_endpoint": "", "jwks_uri": ""}


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
        self.timeout: object = None

    def send(self, request: requests.PreparedRequest, *_: object, **given: object) -> requests.Response:
        self.timeout = given["timeout"]
        if isinstance(self.body, Exception):
            raise self.body
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = self.status, str(request.url), request
        answer._content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def asking() -> Iterator[Asking]:
    with Asking(refuse) as session:
        yield session


def test_what_it_tells_is_passed_on_and_is_waited_for_a_while_only(asking: Asking) -> None:
    asking.mount("https://", issuer := Answering(WHOLE))
    assert asking.get(METADATA).json() == WHOLE
    assert issuer.timeout == LIMIT_S


@pytest.mark.parametrize(
    ("issuer", "why"),
    [
        (Answering(requests.ConnectionError("a long story")), "cannot be read: no connection could be made"),
        (Answering(requests.exceptions.SSLError("a longer one")), "no trusted TLS connection could be made"),
        (Answering(requests.Timeout()), "cannot be read: no answer within 5 s"),
        (Answering({}, status=404), "cannot be read: it answered 404"),
        (Answering(b"<html>"), "cannot be read: its answer is no JSON"),
        (Answering(["a"]), "is not of an OpenID Connect issuer: it does not tell its authorization_endpoint"),
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
