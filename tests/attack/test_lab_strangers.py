"""Nobody without the key fills the disk of the lab's user, takes the lab's threads, or keeps others from its port."""

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rtk.lab import processes
from tests.lab.world import World, eventually

pytestmark = pytest.mark.timeout(240)
MANY = 2_500
LONG = b"A" * 60_000
HALF = b"GET /random/1 HTTP/1.1\r\nHost: localhost\r\n"
PER_MINUTE, LONGEST_LINE = 60, 2_200
HEAD_S, MOST, MOST_OF_TARGET = 10, 500, 1_000
SPARE = 50  # threads and files of a process beside those of its connections


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("state")).up("--instances", "1", "--invocation-delay", "0") as world:
        yield world


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """Have as many files as the attack takes."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 2 * MANY:
        pytest.skip("this user may not open as many files as the attack takes")
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def web_port(world: World) -> int:
    return urlsplit(world.lab["instances"][0]["url"]).port or 0


def web_target(world: World) -> int:
    return next(one.pid for one in processes.below(world.lab["keepers"][0]) if one.name == "web-target")


@contextmanager
def connected(port: int, number: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            with contextlib.suppress(ConnectionError):
                one.sendall(said)
            opened.append(one)
        yield opened


def status(world: World) -> int:
    with closing(HTTPConnection("127.0.0.1", world.lab["port"], timeout=20)) as connection:
        connection.request("GET", "/_lab/status", headers={"X-Lab-Key": world.lab["access_key"]})
        return connection.getresponse().status


def healthy_s(world: World) -> float:
    """How long the web target takes to say that it is well."""
    began = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", web_port(world), timeout=30)) as connection:
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b"ok\n"
    return time.monotonic() - began


def held(pid: int) -> int:
    """The threads of a process, or its files where these are more."""
    return max(len(list(Path(f"/proc/{pid}/{of}").iterdir())) for of in ("task", "fd"))


@pytest.mark.parametrize("line", [b"GET / " + LONG, b"GET http://[" + LONG + b" HTTP/1.1", LONG])
def test_no_flood_of_lines_that_are_no_request_fills_the_log(world: World, line: bytes) -> None:
    for _ in range(2 * PER_MINUTE):
        with (
            connected(world.lab["port"], 1, line + b"\r\nHost: localhost\r\n\r\n") as (one,),
            contextlib.suppress(OSError),
        ):
            one.recv(1024)
    log = world.state / "rtk/lab/lab.log"
    minutes = 2  # the second may have begun meanwhile
    eventually(lambda: log.stat().st_size > 0, 20)
    assert log.stat().st_size < minutes * PER_MINUTE * LONGEST_LINE


def test_idle_connections_take_few_threads_and_keep_nobody_out(world: World) -> None:
    with connected(world.lab["port"], MANY):
        assert held(world.lab["pid"]) < MOST + SPARE
        assert status(world) == 200
        assert world.rtk("status").returncode == 0


def test_nor_do_those_of_the_web_target(world: World) -> None:
    with connected(web_port(world), MANY, HALF):
        # Those that make way take a file until their thread has seen it, which a busy machine gives its turn later.
        eventually(lambda: held(web_target(world)) < MOST_OF_TARGET + SPARE, HEAD_S)
        eventually(lambda: held(world.lab["keepers"][0]) < 2 * MOST_OF_TARGET + 2 * SPARE, HEAD_S)
        assert healthy_s(world) < 10


def test_half_requests_that_are_closed_at_once_are_nothing_to_answer(world: World) -> None:
    # Each was a second of waiting and then work, one after the other.
    with connected(web_port(world), MANY, HALF):
        pass
    assert healthy_s(world) < 10
    eventually(lambda: held(web_target(world)) < SPARE, 20)


def test_who_sends_nothing_or_a_byte_at_a_time_is_let_go_at_either_port(world: World) -> None:
    with (
        connected(world.lab["port"], 2) as (idle, slow),
        connected(web_port(world), 2) as (idle_too, slow_too),
    ):
        began = time.monotonic()
        left = {idle, slow, idle_too, slow_too}
        while left and time.monotonic() - began < HEAD_S + 10:
            for one in list(left):
                one.settimeout(0.05)
                with contextlib.suppress(TimeoutError):
                    try:
                        if one in {slow, slow_too}:
                            one.sendall(b"G")
                        ended = one.recv(1) == b""
                    except ConnectionError:
                        ended = True
                    left -= {one} if ended else set()
        assert not left
        assert time.monotonic() - began > HEAD_S - 1


def test_a_refused_request_whose_body_never_ends_holds_nothing_for_long(world: World) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx"
    with connected(world.lab["port"], 1, head) as (one,):
        began = time.monotonic()
        one.settimeout(20)
        with contextlib.suppress(ConnectionError):
            while one.recv(1024):
                pass
        assert time.monotonic() - began < HEAD_S + 5
