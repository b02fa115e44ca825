"""HTTP activities come to what they come to under `chaos run`, but for what its engine does wrong."""

import json
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed
from chaoslib.provider.http import run_http_activity

from rtk.verify import http_provider
from rtk.verify.http_provider import call_http

JSON = "application/json"
BODIES = {
    "/json": (200, JSON, b'{"n": 7}'),
    "/charset": (200, "application/json; charset=utf-8", b'{"n": 7}'),
    "/text": (200, "text/plain", "caf\u00e9".encode("latin-1")),
    "/bytes": (200, "application/octet-stream", bytes(range(256))),
    "/none": (200, None, b"hello"),
    "/odd": (200, "text/plain; charset=no-such", b"hello"),
    "/no": (500, JSON, b"{}"),
    "/empty": (200, JSON, b""),
    "/gone": (204, JSON, b""),
    "/broken": (200, JSON, b"<html>"),
}


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, dict[str, str], bytes]]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path, _, _ = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((f"{self.command} {self.path}", dict(self.headers), body))
        if path.startswith("/to"):
            return self._answer(302, None, b"", Location=path.removeprefix("/to"))
        if path.startswith("/large"):
            return self._large(int(path.removeprefix("/large")))
        return self._answer(*BODIES[path])

    do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the base's names

    def _answer(self, status: int, kind: str | None, body: bytes, **more: str) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **more}
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _large(self, mebibytes: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        for _ in range(mebibytes):
            self.wfile.write(b"x" * 1024 * 1024)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A server, and a home whose netrc file knows it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password other\n")
    Handler.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def activity(url: str, **provider: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "p", "tolerance": 200, "provider": {"type": "http", "url": url, **provider}}


def without_date(output: dict[str, Any]) -> dict[str, Any]:
    return {**output, "headers": {k: v for k, v in output["headers"].items() if k != "Date"}}


@pytest.mark.parametrize("path", ["/json", "/charset", "/text", "/bytes", "/none", "/odd", "/no", "/to/json"])
def test_an_answer_is_what_it_is_under_chaos_run(url: str, path: str) -> None:
    one = activity(f"${{base}}{path}", timeout=[5, 5])
    ours, theirs = call_http(one, {"base": url}, {}), run_http_activity(one, {"base": url}, {})
    assert without_date(ours) == without_date(theirs)


@pytest.mark.parametrize(
    "provider",
    [
        {"arguments": {"q": "${v}", "n": 1}},
        {"method": "post", "arguments": {"q": "${v}"}},
        {"method": "PUT", "arguments": {"on": False}, "headers": {"Content-Type": JSON}},
        {"method": "POST", "arguments": "raw ${v}", "headers": {"X-A": "${v}"}},
        {"max_retries": 2, "timeout": 5},
    ],
)
def test_a_request_is_what_it_is_under_chaos_run(url: str, provider: dict[str, Any]) -> None:
    one = activity(f"{url}/json", **provider)
    for play in (call_http, run_http_activity):
        play(one, {"v": "a b"}, {})
    ours, theirs = Handler.seen
    assert ours == theirs


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("path", ["/json", "/to/json"])
def test_a_netrc_file_never_beats_a_given_header(url: str, name: str, path: str) -> None:
    call_http(activity(f"{url}{path}", headers={name: "Bearer ${tok}"}), {}, {"s": {"tok": "right"}})
    assert {headers[name] for _, headers, _ in Handler.seen} == {"Bearer right"}


def test_a_netrc_file_counts_where_no_header_was_given(url: str) -> None:
    call_http(activity(f"{url}/json"), {}, {})
    assert Handler.seen[0][1]["Authorization"].startswith("Basic ")


def test_a_given_header_does_not_follow_to_another_host(url: str) -> None:
    port = url.rpartition(":")[2]
    there = f"/tohttp://localhost:{port}/json"
    call_http(activity(f"{url}{there}", headers={"Authorization": "Bearer right"}), {}, {})
    assert [headers.get("Authorization") for _, headers, _ in Handler.seen] == ["Bearer right", None]


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/json"), ("GET", "/empty"), ("POST", "/gone")])
def test_a_body_that_is_not_there_is_none_whatever_its_type(url: str, method: str, path: str) -> None:
    assert call_http(activity(f"{url}{path}", method=method), {}, {})["body"] is None


def test_a_body_that_is_no_json_though_its_type_says_so_fails(url: str) -> None:
    with pytest.raises(ActivityFailed, match=r"^the answer is declared as JSON, but its body is not JSON$"):
        call_http(activity(f"{url}/broken"), {}, {})


def test_of_a_large_body_so_much_is_held_and_all_of_it_is_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_provider, "LARGEST", 1024 * 1024)
    tracemalloc.start()
    try:
        answer = call_http(activity(f"{url}/large24"), {}, {})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(answer["body"]) == 1024 * 1024
    assert most < 12 * 1024 * 1024


def test_a_service_that_is_not_there_fails_in_a_sentence() -> None:
    with pytest.raises(ActivityFailed, match=r"^failed to connect to http://127\.0\.0\.1:9/"):
        call_http(activity("http://127.0.0.1:9/", timeout=2), {}, {})


def test_a_server_that_only_listens_is_past_the_time_limit(url: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ActivityFailed, match="took too long"):
            call_http(activity(f"http://127.0.0.1:{port}/", timeout=0.2), {}, {})


def test_what_it_comes_to_is_json(url: str) -> None:
    assert json.loads(json.dumps(call_http(activity(f"{url}/json"), {}, {})))["body"] == {"n": 7}
