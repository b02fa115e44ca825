"""What cannot be done with bodies: nobody has theirs read, no form is large, and none may be sent for ever."""

import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.console.live import Live, live_console

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.timeout(120)]
MIB = 2**20
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LOGIN, TOKENS = "/accounts/login/", "/api/v1/tokens"


@pytest.fixture
def live(committed: None) -> Iterator[Live]:
    with live_console() as console:
        yield console


class Unfinished:
    """A request whose body is larger than what is sent of it."""

    def __init__(self, live: Live, path: str, kind: str, length: int | None, **headers: str) -> None:
        to = urlsplit(live.url)
        # Whose body is waited for is answered 408 in the end: that it is another answer shows it, however late it is.
        self._socket = socket.create_connection((to.hostname, to.port), timeout=30)
        size = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
        named = {"Host": "localhost", "Content-Type": kind, **size, **headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def __enter__(self) -> "Unfinished":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, part: bytes) -> "Unfinished":
        """Send a part, as far as the console takes it."""
        with suppress(OSError):  # it has answered, and gone
            self._socket.sendall(part)
        return self

    def answer(self) -> tuple[int, str]:
        """Status and sentence of the answer, though the body is not at its end."""
        head, _, rest = self._read().partition(b"\r\n\r\n")
        return int(head[9:12]), str(json.loads(rest)["detail"])

    def _read(self) -> bytes:
        got = b""
        while part := self._socket.recv(65536):
            got += part
        return got


def spooled() -> int:
    """Bytes that this process has in temporary files, with names or without."""
    files = [each for each in Path("/proc/self/fd").iterdir() if str(_target(each)).startswith(tempfile.gettempdir())]
    return sum(each.stat().st_size for each in files if each.exists())


def _target(link: Path) -> Path:
    try:
        return link.readlink()
    except OSError:
        return Path()


@pytest.mark.parametrize("path", [TOKENS, "/api/v1/nowhere", "{team}/events", "{team}/verifications/v/runs/r/record"])
@pytest.mark.parametrize("length", [100, 60 * MIB, None])
def test_nobodys_body_is_not_waited_for(live: Live, path: str, length: int | None) -> None:
    where = path.replace("{team}", f"/api/v1{live.team}")
    with Unfinished(live, where, JSON, length) as one:
        status, detail = one.answer()
    assert (status, detail.split(",")[0]) == (401, "Sign in first")


def test_six_unfinished_bodies_of_nobody_take_no_disk(live: Live) -> None:
    before = spooled()
    with ExitStack() as stack:
        callers = [stack.enter_context(Unfinished(live, TOKENS, JSON, 61 * MIB)) for _ in range(6)]
        for each in callers:
            each.send(b"x" * 8 * MIB)
        assert spooled() - before < MIB


@pytest.mark.parametrize("token", ["rtk_" + "a" * 40, ""])
def test_a_made_up_token_or_session_lets_no_body_in(live: Live, token: str) -> None:
    headers = (
        {"Authorization": f"Bearer {token}"} if token else {"Cookie": "rtk_session=abcdefghijklmnopqrstuvwxyz012345"}
    )
    with Unfinished(live, TOKENS, JSON, 60 * MIB, **headers) as one:
        assert one.answer()[0] == 401


@pytest.mark.parametrize("path", [LOGIN, TOKENS])
@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", "multipart/form-data; boundary=x"])
def test_a_form_of_15_mebibytes_is_refused_before_it_is_sent(live: Live, path: str, kind: str) -> None:
    with Unfinished(live, path, kind, 15 * MIB) as one:
        assert one.answer() == (413, "the body is larger than 2.5 MiB")


def test_a_form_that_does_not_say_how_large_it_is_ends_at_the_limit(live: Live) -> None:
    with Unfinished(live, LOGIN, FORM, None) as one:
        for _ in range(4):
            one.send(b"%x\r\n" % MIB + b"x" * MIB + b"\r\n")
        assert one.answer() == (413, "the body is larger than 2.5 MiB")


@pytest.mark.parametrize("kind", [JSON, "text/plain", "application/octet-stream"])
def test_no_page_takes_a_larger_body_under_another_name(live: Live, kind: str) -> None:
    with Unfinished(live, LOGIN, kind, 15 * MIB) as one:
        assert one.answer()[0] == 413


def test_who_is_known_still_sends_large_bodies(live: Live) -> None:
    machine = live.machine()
    document = {"title": "x", "description": "y" * 5 * MIB, "steady-state-hypothesis": {"title": "z", "probes": []}}
    assert machine("POST", f"{live.team}/experiments", json={"experiment": document}).status_code == 201


def test_a_body_that_is_refused_is_heard_by_who_sends_it_all_first(live: Live) -> None:
    with Unfinished(live, LOGIN, FORM, 20 * MIB) as one:
        one.send(b"x" * 20 * MIB)
        assert one.answer() == (413, "the body is larger than 2.5 MiB")
