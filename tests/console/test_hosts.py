"""Under which names a call is answered that Django does not see."""

import asyncio
from typing import Any

import pytest

from rtk.console.hosts import NamedHost, is_ours


@pytest.fixture(autouse=True)
def _names(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["rtk.example.org", "[2001:db8::1]", "10.0.0.7"]


class Called:
    """An application that counts its calls, behind the check."""

    def __init__(self, only: str = "/") -> None:
        self.calls, self.heard = 0, list[Any]()
        self._app = NamedHost(self._inner, only)

    async def _inner(self, *_: Any) -> None:
        self.calls += 1

    async def _send(self, message: Any) -> None:
        self.heard.append(message)

    async def _receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    def by(self, *hosts: bytes, path: str = "/api/v1/x", server: Any = ("10.0.0.7", 8000)) -> bool:
        before = self.calls
        scope = {"type": "http", "path": path, "headers": [(b"host", host) for host in hosts], "server": server}
        asyncio.run(self._app(scope, self._receive, self._send))
        return self.calls > before


@pytest.mark.parametrize("host", [b"rtk.example.org", b"RTK.Example.org:8443", b"[2001:db8::1]:1", b"10.0.0.7"])
def test_the_names_that_were_set_are_ours(host: bytes) -> None:
    assert is_ours(host)


@pytest.mark.parametrize("host", [b"", b"localhost", b"x.rtk.example.org", b"rtk.example.org:x", b"\xff", b"a" * 9_000])
def test_no_other_is(host: bytes) -> None:
    assert not is_ours(host)
    assert not Called().by(host)


def test_two_hosts_are_none() -> None:
    assert not Called().by(b"rtk.example.org", b"evil.example")


def test_where_a_request_names_no_host_the_address_counts_that_it_came_to() -> None:
    assert Called().by()
    assert Called().by(server=("2001:db8::1", 8000))
    assert not Called().by(server=("10.0.0.8", 8000))
    assert not Called().by(server=None)


def test_what_is_looked_at_elsewhere_passes() -> None:
    console = Called("/api/v1/")
    assert console.by(b"evil.example", path="/accounts/login/")
    assert not console.by(b"evil.example", path="/api/v1/tokens")
    assert console.heard[0]["status"] == 400
