"""What cannot be done with connections: neither many that are idle nor slow ones keep the console from others."""

import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres
from tests import clusters
from tests.console.commands import Rtk, get, url_in
from tests.console.conftest import place

pytestmark = pytest.mark.timeout(240)
FILES, HEAD_S = 400, 3
PAGE = "/accounts/login/"
HEAD = b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"


@dataclass
class Small:
    """A console that may open few files."""

    url: str
    pid: int
    database: Postgres

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection from an address of this machine."""
        to = urlsplit(self.url)
        return socket.create_connection(("127.0.0.1", to.port or 0), timeout=20, source_address=(source, 0))

    def page(self, source: str = "127.0.0.1") -> int:
        """The status of a page for a visitor from there."""
        with self.connect(source) as one:
            one.sendall(HEAD + b"Connection: close\r\n\r\n")
            return int(one.recv(65536)[9:12] or 0)


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    with place() as directory:
        data = Path(directory) / "data"
        clusters.give(data)
        rtk = Rtk(data, {"RTK_HEAD_SECONDS": str(HEAD_S), "RTK_NEW_CONNECTIONS": "2000"})
        with rtk.begin("up", "--port", 0) as process:
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
            assert process.stdout
            url = url_in(process.stdout.readline() + process.stdout.readline())
            yield Small(url.replace("localhost", "127.0.0.1"), process.pid, Postgres(data))
            process.terminate()
            process.wait(60)
        assert not DataDirectory(data).in_use()


@contextmanager
def idle(small: Small, number: int, source: str = "127.0.0.1") -> Iterator[list[socket.socket]]:
    """So many connections on which nothing is sent."""
    with ExitStack() as stack:
        yield [stack.enter_context(small.connect(source)) for _ in range(number)]


def files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def until(true: Callable[[], bool], limit: float = 60) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_six_hundred_idle_connections_keep_nobody_from_a_page(small: Small) -> None:
    with idle(small, 600):
        assert [small.page(), small.page("127.0.0.2")] == [200, 200]
        assert files(small.pid) < FILES


def test_nor_do_they_when_they_come_again_and_again(small: Small) -> None:
    until_then = time.monotonic() + 4
    statuses = []
    with ExitStack() as stack:
        while time.monotonic() < until_then:
            for _ in range(50):
                stack.enter_context(small.connect())
            statuses.append(small.page("127.0.0.2"))
    assert set(statuses) == {200}


def test_half_heads_hold_no_file_once_they_have_made_way_to_others(small: Small) -> None:
    with ExitStack() as stack:
        for _ in range(2 * FILES):
            stack.enter_context(small.connect()).sendall(HEAD)
        until(lambda: files(small.pid) < FILES // 4)
        assert small.page() == 200


def test_the_database_is_tended_while_they_are_there(small: Small) -> None:
    running = small.database.running()
    assert running
    with idle(small, 600):
        os.kill(running.pid, signal.SIGKILL)
        until(lambda: (now := small.database.running()) is not None and now.pid != running.pid)
        until(lambda: get(f"{small.url}/health/ready")[0] == 200)


def test_who_sends_nothing_is_let_go(small: Small) -> None:
    with small.connect() as one:
        began = time.monotonic()
        assert one.recv(1) == b""
        assert time.monotonic() - began < HEAD_S + 20


def test_a_head_that_trickles_is_given_up(small: Small) -> None:
    with small.connect() as one:
        began = time.monotonic()
        one.sendall(HEAD)
        got = b""
        one.settimeout(0.2)
        while not got and time.monotonic() - began < HEAD_S + 10:
            one.sendall(b"X-More: 1\r\n")
            try:
                got = one.recv(65536)
            except TimeoutError:
                continue
        assert got.startswith(b"HTTP/1.1 408 ")
        assert b"within 3 seconds" in got


def test_a_head_without_an_end_is_not_kept(small: Small) -> None:
    with small.connect() as one:
        one.sendall(HEAD + b"X: " + b"a" * 200_000)
        assert one.recv(65536).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_trickles_is_given_up(small: Small) -> None:
    with small.connect() as one:
        began = time.monotonic()
        kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
        one.sendall(HEAD.replace(b"GET", b"POST") + kind + b"a=")
        one.settimeout(40)
        got = one.recv(65536)
        assert got.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 25


@pytest.mark.parametrize("size", [60_000, 100_000, 1_000_000])
def test_none_of_this_keeps_a_body_from_being_read_that_comes_in_one_go(small: Small, size: int) -> None:
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {size}\r\n\r\n".encode()
    with small.connect() as one:
        one.sendall(HEAD.replace(b"GET", b"POST") + kind + b"x" * size)
        assert one.recv(65536).startswith(b"HTTP/1.1 403 ")  # the form's own token is not in it: it was read
