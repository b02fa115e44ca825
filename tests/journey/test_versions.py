"""`chaos verify` with a real console of the version before or after its own: it works, or says what to update.

The console is the real one; between it and the command stands what makes its answers those of another version.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

import rtk
from tests.journey.real import Real
from tests.publish.conftest import home
from tests.publish.home import Home, experiment

__all__ = ["home"]  # pytest finds it here

pytestmark = pytest.mark.timeout(600)
QUICK = ("--alongside", "--every", "50ms", "--for", "400ms", "--target", "50%", "--window", "1d")
KNOWN_WITHOUT_BODY = {"content-length", "transfer-encoding", "connection"}


class OtherTime:
    """The real console as it will be, or as it was."""

    def __init__(self, real: Real) -> None:
        self.version: str | None = None
        self.newer = False
        self.client_is_newer = False
        self.lacks: tuple[str, ...] = ()  # ends of paths that it does not know
        self.accepts: list[int] | None = [1, 2]
        self.holders: list[dict[str, Any]] = []
        self.block: dict[str, Any] = {}  # keys more in a verification's block
        other = self

        class Handler(BaseHTTPRequestHandler):
            def serve(self) -> None:
                body = other.asked(self.rfile.read(int(self.headers.get("Content-Length") or 0)), self.path)
                headers = {
                    key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")
                }
                asked = requests.request(self.command, real.url + self.path, data=body, headers=headers, timeout=60)
                self.answer(404 if self.path.endswith(other.lacks or "\0") else asked.status_code, asked)

            def answer(self, status: int, asked: requests.Response) -> None:
                data = other.told(asked) if status == asked.status_code else b"{}"
                self.send_response(status)
                for key, value in asked.headers.items():
                    if key.lower() not in {*KNOWN_WITHOUT_BODY, "rtk-version", "content-encoding"}:
                        self.send_header(key, value)
                if other.version:
                    self.send_header("RTK-Version", other.version)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Nothing is told."""

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = serve  # noqa: N815 - the names the base looks for

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def asked(self, body: bytes, path: str) -> bytes:
        """What a client of tomorrow would say to the console of today: what it says of itself, and of its hold."""
        known = json.loads(body) if self.client_is_newer and body[:1] == b"{" else {}
        for each in (known if path.endswith("/holds") else None, known.get("client")):
            if each:
                each["of-tomorrow"] = [1]
        return json.dumps(known).encode() if known else body

    def told(self, asked: requests.Response) -> bytes:
        if not asked.content or "json" not in asked.headers.get("Content-Type", ""):
            return asked.content
        body = asked.json()
        if isinstance(body, dict) and "accepts" in body:
            body = {key: value for key, value in {**body, "accepts": self.accepts}.items() if value is not None}
        if isinstance(body, dict) and "held" in body and self.holders:
            body = {"held": False, "holders": self.holders}
        for each in body.get("extensions") or [] if isinstance(body, dict) else []:
            each.get("verification", {}).update(self.block)
        return json.dumps(more(body) if self.newer and "extensions" not in body else body).encode()


def more(value: Any) -> Any:
    """What a newer console may add to an answer: keys that nobody knows, with values of any kind."""
    if isinstance(value, list):
        return [more(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {**{key: more(each) for key, each in value.items()}, "of-tomorrow": {"kind": "unheard of"}, "next-too": None}


@pytest.fixture
def other(real: Real, home: Home) -> Iterator[OtherTime]:
    found = OtherTime(real)
    home.environ |= {"RTK_URL": found.url, "RTK_TOKEN": real.token, "CI": "1"}
    yield found
    found.server.shutdown()
    found.server.server_close()


def made(real: Real, other: OtherTime) -> str:
    """The address of a verification that the console keeps, at the other time."""
    body = {"name": "x", "experiment": experiment(), "frequency": 0.05, "duration": 0.4}
    answer = requests.post(
        f"{real.url}/api/v1{real.team()}/verifications",
        json=body,
        headers={"Authorization": f"Bearer {real.token}"},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    return f"{other.url}/assets/verifications/{answer.json()['id']}.json"


def run_of(home: Home) -> Path:
    return home.records()[-1]


def test_a_console_says_its_version_with_every_answer(real: Real) -> None:
    for path in ("/", "/api/v1/organizations", "/api/v1/nothing", "/client/requirements.txt", "/ready"):
        assert requests.get(real.url + path, timeout=30).headers["RTK-Version"] == rtk.__version__


def test_a_newer_console_that_says_more_has_the_whole_run(real: Real, home: Home, other: OtherTime) -> None:
    other.version, other.newer, other.accepts = "99.0.0", True, [1, 2, 3]
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 0, ended.out
    assert "of version" not in ended.out
    real.has(run_of(home))


@pytest.mark.parametrize("holder", [{"standing": "resting"}, {"run": "x", "since": None, "shared": None}, {}])
def test_a_holder_of_whom_a_newer_console_tells_otherwise_stands_in_the_way_all_the_same(
    real: Real, home: Home, other: OtherTime, holder: dict[str, Any]
) -> None:
    other.version, other.newer, other.holders = "99.0.0", True, [holder]
    ended = home.chaos("verify", *QUICK[1:], made(real, other))
    assert ended.code == 6, ended.out
    assert "refused, because another run acts on the same system" in ended.out
    assert "1970" not in ended.out
    assert not home.records()


def test_a_console_passes_over_what_a_newer_client_says_besides(real: Real, home: Home, other: OtherTime) -> None:
    other.client_is_newer = True
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 0, ended.out
    assert "Nobody knows whether a run on another machine acts" not in ended.out
    real.has(run_of(home))


def test_an_older_console_that_knows_no_holds_has_the_whole_run(real: Real, home: Home, other: OtherTime) -> None:
    other.lacks = ("/holds",)
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 0, ended.out
    assert "is of a version that keeps no holds" in " ".join(ended.out.split())
    real.has(run_of(home))


def test_an_older_console_that_does_not_take_the_record_says_so_and_has_it_later(
    real: Real, home: Home, other: OtherTime
) -> None:
    """The run is done, as it is where the console cannot be reached."""
    other.version, other.accepts = "0.0.1", None
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 0, ended.out
    told = " ".join(ended.out.split())
    assert "takes run records of version 1, not 2: update the console" in told
    assert "`chaos publish --pending` sends it" in told
    other.accepts = [1, 2]
    assert home.chaos("publish", "--pending").code == 0
    real.has(run_of(home))


def test_a_newer_console_that_no_longer_takes_the_record_names_the_command_that_updates(
    real: Real, home: Home, other: OtherTime
) -> None:
    other.version, other.accepts = "99.0.0", [3, 4]
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 0, ended.out
    install = f"`pip install --upgrade --requirement {other.url}/client/requirements.txt`"
    assert f"takes run records of versions 3 and 4, not 2: update the toolkit: {install}" in " ".join(ended.out.split())


def test_a_verification_that_needs_a_newer_toolkit_begins_nothing(real: Real, home: Home, other: OtherTime) -> None:
    other.version, other.block = "99.0.0", {"measured-from": ["three", "places"]}
    ended = home.chaos("verify", *QUICK, made(real, other))
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 1
    assert "measured-from: unknown" in ended.out
    assert f"is of version 99.0.0 and this toolkit of {rtk.__version__}: `pip install --upgrade" in ended.out
    assert not home.records()


def test_a_console_that_calls_everything_differently_is_told_apart_from_a_wrong_address(
    real: Real, home: Home, other: OtherTime
) -> None:
    address = made(real, other)
    other.version, other.lacks = "99.0.0", ("/organizations", "/teams", "/holds")
    ended = home.chaos("verify", *QUICK, address)
    assert ended.code == 0, ended.out
    told = " ".join(ended.out.split())
    assert f"is of version 99.0.0 and this toolkit of {rtk.__version__}" in told
    assert "`chaos publish --pending` sends it" in told
    refused = home.chaos("signin", "--url", other.url)
    assert refused.code == 1
    assert f"{other.url}/client/requirements.txt` updates the toolkit" in refused.out
