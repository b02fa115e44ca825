"""Every way a call can fail is one sentence that names the host and gives nothing away."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.http import measure_http_call, read_http_status_code, time_http_call
from tests.chaoscloud.server import Server

PROBES = (time_http_call, read_http_status_code, measure_http_call)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port that accepts no further connection and refuses none: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
        for one in waiting:
            one.close()


def sentence(url: str, **arguments: Any) -> str:
    with pytest.raises(ActivityFailed) as failed:
        read_http_status_code(url, **arguments)
    text = str(failed.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_a_refused_connection_is_told(closed_port: int) -> None:
    for probe in PROBES:
        with pytest.raises(ActivityFailed, match=f"127.0.0.1:{closed_port} failed: no connection could be made"):
            probe(f"http://127.0.0.1:{closed_port}/")


def test_a_name_that_does_not_resolve_is_told() -> None:
    assert sentence("http://shop.invalid/a?b=c") == ("The call to shop.invalid failed: its name could not be resolved.")
    assert "xn--bcher-kva.invalid" in sentence("http://bücher.invalid/")


def test_a_timeout_tells_what_was_under_way(server: Server, full_port: int) -> None:
    assert "making a connection" in sentence(f"http://127.0.0.1:{full_port}/", timeout=0.2)
    assert "waiting for the first byte" in sentence(server.url("/hang"), timeout=0.2)
    assert "reading the body" in sentence(server.url("/stall"), timeout=0.2)


def test_a_timeout_after_a_redirect_tells_what_was_under_way(server: Server) -> None:
    assert "waiting for the first byte" in sentence(server.url("/elsewhere?/hang"), timeout=0.2)


def test_a_tls_handshake_that_hangs_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        text = sentence(f"https://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2)
    assert "making a connection" in text


def test_a_broken_answer_is_told(server: Server) -> None:
    assert "closed without an answer" in sentence(server.url("/drop"))
    assert "before the whole body had come" in sentence(server.url("/short"))


def test_a_redirect_that_leads_nowhere_is_told(server: Server) -> None:
    assert "more than 20 times" in sentence(server.url("/redirect/30/0"))
    assert "neither http nor https" in sentence(server.url("/elsewhere?file:///etc/hostname"))
    assert "other.invalid" in sentence(server.url("/elsewhere?http://u:secret@other.invalid/"))


def test_no_credential_is_in_any_sentence(server: Server, closed_port: int, full_port: int) -> None:
    ports_and_paths = [
        (closed_port, "/"),
        (full_port, "/"),
        *((server.port, path) for path in ("/hang", "/stall", "/drop", "/short", "/redirect/30/0")),
        (server.port, "/elsewhere?ftp://ann:secret@h/?token=secret"),
    ]
    for port, path in ports_and_paths:
        sign = "&" if "?" in path else "?"
        url = f"http://ann:secret@127.0.0.1:{port}{path}{sign}token=secret"
        text = sentence(url, headers={"Authorization": "secret"}, timeout=0.2, params={"key": "secret"})
        assert "secret" not in text
        assert "ann" not in text


def test_no_credential_of_a_server_that_fails_is_told(server: Server) -> None:
    with pytest.raises(ActivityFailed) as failed:
        time_http_call(f"http://ann:secret@127.0.0.1:{server.port}/status/503?token=secret")
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("proxy", ["http://ann:secret@127.0.0.1:1", "http://ann:secret@proxy.invalid:1"])
def test_no_credential_of_a_proxy_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    assert "secret" not in sentence("http://shop.invalid/")
