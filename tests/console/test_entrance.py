"""Of a body that nobody known sends, nothing is read."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from rtk.console import entrance
from rtk.console.bodies import Receive, Scope, Send
from rtk.console.entrance import Entrance, is_known
from rtk.console.people import tokens
from tests.console.people.world import World, made

pytestmark = pytest.mark.usefixtures("committed")
Message = MutableMapping[str, Any]


@pytest.fixture
def world() -> World:
    return made()


class Caller:
    """Sends a head, and a body of which it keeps the end to itself."""

    def __init__(self, path: str = "/api/v1/tokens", **headers: str) -> None:
        named = {"content-length": "60000000", **{key: value for key, value in headers.items() if value}}
        coded = [(key.encode(), value.encode()) for key, value in named.items()]
        self.scope: Scope = {"type": "http", "path": path, "headers": coded}
        self.heard: list[Message] = []
        self.parts = [{"type": "http.request", "body": b"{", "more_body": True}]
        self.let_in = False

    async def receive(self) -> Message:
        return self.parts.pop(0) if self.parts else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.heard.append(message)

    async def served(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        self.let_in = True

    def call(self) -> bool:
        """Whether it is let in with its body."""
        asyncio.run(Entrance(self.served)(self.scope, self.receive, self.send))
        return self.let_in


@pytest.mark.parametrize(
    ("authorization", "cookie"),
    [
        ("", ""),
        ("Bearer rtk_nobodys", ""),
        ("Basic eDp5", ""),
        ("", "rtk_session=made-up"),
        ("", "rtk_session="),
        ("", "=;;"),
    ],
)
def test_nobodys_body_is_not_read(authorization: str, cookie: str) -> None:
    caller = Caller(authorization=authorization, cookie=cookie)
    assert not caller.call()
    assert caller.heard[0]["status"] == 401
    challenge = b'Bearer error="invalid_token"' if "rtk_" in authorization else b"Bearer"
    assert (b"www-authenticate", challenge) in caller.heard[0]["headers"]
    assert json.loads(caller.heard[1]["body"])["detail"].startswith("Sign in first")


def test_a_token_or_a_session_lets_a_body_in(world: World) -> None:
    secret = tokens.make(world.member, "machine")[1]
    assert Caller(authorization=f"Bearer {secret}").call()
    browser = Client()
    browser.force_login(world.member)
    assert Caller(cookie=f"other=1; rtk_session={browser.cookies['rtk_session'].value}").call()


def test_whoever_is_shut_out_is_nobody(world: World) -> None:
    secret = tokens.make(world.member, "machine")[1]
    world.member.is_active = False
    world.member.save()
    assert not is_known(f"Bearer {secret}", "")


def test_a_token_that_is_not_good_is_not_made_good_by_a_session(world: World) -> None:
    browser = Client()
    browser.force_login(world.member)
    session = browser.cookies["rtk_session"].value
    assert is_known("", session)
    assert not is_known("Bearer rtk_nobodys", session)


@pytest.mark.parametrize(("path", "length"), [("/accounts/login/", "60"), ("/api/v1/tokens", "0")])
def test_pages_and_calls_without_a_body_are_not_asked(path: str, length: str) -> None:
    caller = Caller(path)
    caller.scope["headers"] = [(b"content-length", length.encode())]
    assert caller.call()


def test_without_a_database_nobody_is_known_and_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_authorization: str, _session: str) -> bool:
        raise OperationalError

    monkeypatch.setattr(entrance, "is_known", away)
    caller = Caller(authorization="Bearer rtk_x")
    assert not caller.call()
    assert caller.heard[0]["status"] == 503
    assert (b"retry-after", b"5") in caller.heard[0]["headers"]
