import base64
import io
import itertools
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests

from rtk.errors import BadInput, ToolkitError, Unreachable
from rtk.experiment.address import parse
from rtk.experiment.credentials import authorization
from rtk.experiment.fetch import fetch
from rtk.experiment.read import LARGEST
from tests.experiment.server import Server, answer, serving

TOKEN = "s3cr3t-t0ken"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def auths(*hosts: str, kind: str = "bearer") -> dict[str, Any]:
    return {"auths": {host: {"type": kind, "value": TOKEN} for host in hosts}}


def test_a_document_is_fetched_with_its_type(server: Server) -> None:
    server.answers["/e"] = answer(b'{"a": 1}', Content_Type="Application/JSON; charset=utf-8")
    fetched = fetch(server.url("/e"), environ={})
    assert (fetched.data, fetched.content_type, fetched.path) == (b'{"a": 1}', "application/json", "/e")
    assert "Authorization" not in server.seen[0]


def test_the_token_of_the_settings_goes_to_its_host(server: Server) -> None:
    server.answers["/e"] = answer(b"{}")
    fetch(server.url("/e"), settings=auths(server.host), environ={})
    assert server.seen[0]["Authorization"] == f"Bearer {TOKEN}"


def test_the_token_of_the_settings_goes_to_no_other_host(server: Server) -> None:
    server.answers["/e"] = answer(b"{}")
    fetch(server.url("/e"), settings=auths("127.0.0.1", "127.0.0.1:1", "example.com"), environ={})
    assert "Authorization" not in server.seen[0]


def test_the_token_of_the_environment_goes_to_its_console_only(server: Server) -> None:
    server.answers["/e"] = answer(b"{}")
    fetch(server.url("/e"), environ={"RTK_URL": server.url("/"), "RTK_TOKEN": TOKEN})
    fetch(server.url("/e"), environ={"RTK_URL": "https://console.example.com", "RTK_TOKEN": TOKEN})
    fetch(server.url("/e"), environ={"RTK_TOKEN": TOKEN})
    assert [seen.get("Authorization") for seen in server.seen] == [f"Bearer {TOKEN}", None, None]


def test_a_netrc_file_is_not_asked(server: Server, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login someone password {TOKEN}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers["/e"] = answer(b"{}")
    fetch(server.url("/e"), environ={})
    assert "Authorization" not in server.seen[0]


def test_the_chaos_toolkits_loader_token_is_not_sent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN", TOKEN)
    server.answers["/e"] = answer(b"{}")
    fetch(server.url("/e"))
    assert "Authorization" not in server.seen[0]


def test_user_and_password_of_an_address_are_sent_and_never_shown(server: Server) -> None:
    with pytest.raises(Unreachable) as refusal:
        fetch(f"http://me:{TOKEN}@{server.host}/gone?key={TOKEN}", environ={})
    assert server.seen[0]["Authorization"] == "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode()
    assert str(refusal.value) == f"http://{server.host}/gone?… does not have it (status 404)"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://example.com/e", True),
        ("https://EXAMPLE.com:443/e", True),
        ("http://example.com/e", False),
        ("https://example.com:8443/e", False),
        ("https://example.com.evil.org/e", False),
        ("https://www.example.com/e", False),
        ("https://evil.org/example.com", False),
        ("http://localhost:8081/e", True),
        ("http://[::1]:8081/e", True),
        ("http://localhost.evil.org:8081/e", False),
    ],
)
def test_a_token_is_matched_by_host_and_port_and_kept_from_plain_http(url: str, sent: bool) -> None:
    settings = auths("example.com", "localhost:8081", "[::1]:8081", "localhost.evil.org:8081")
    assert (authorization(parse(url), settings, {}) is not None) is sent


@pytest.mark.parametrize("where", ["http://localhost:{port}/e", "http://example.com/e", "//example.com/e"])
def test_a_redirect_to_another_host_is_refused_naming_both(server: Server, where: str) -> None:
    target = where.format(port=server.port)
    server.answers["/go"] = answer(status=302, Location=target)
    server.answers["/e"] = answer(b"{}")
    with pytest.raises(Unreachable, match=r"127.0.0.1.*/go redirects to another host, (localhost|example.com)"):
        fetch(server.url("/go"), settings=auths(server.host, f"localhost:{server.port}"), environ={})
    assert len(server.seen) == 1


def test_a_redirect_to_another_port_receives_nothing(server: Server) -> None:
    with serving() as other:
        server.answers["/go"] = answer(status=307, Location=other.url("/e"))
        with pytest.raises(Unreachable, match=f"redirects to another host, {other.host}"):
            fetch(server.url("/go"), settings=auths(server.host, other.host), environ={})
        assert other.seen == []


def test_a_redirect_on_the_same_host_is_followed_with_its_token(server: Server) -> None:
    server.answers["/go"] = answer(status=301, Location="/e")
    server.answers["/e"] = answer(b"{}")
    assert fetch(server.url("/go"), settings=auths(server.host), environ={}).path == "/e"
    assert [seen["Authorization"] for seen in server.seen] == [f"Bearer {TOKEN}"] * 2


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.answers["/go"] = answer(status=302, Location="/go")
    with pytest.raises(Unreachable, match="redirects more than 5 times"):
        fetch(server.url("/go"), environ={})


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "http://[", "http://127.0.0.1:99999/"])
def test_a_redirect_to_no_address_is_refused(server: Server, location: str) -> None:
    server.answers["/go"] = answer(status=302, Location=location)
    with pytest.raises(ToolkitError, match="no address"):
        fetch(server.url("/go"), environ={})


def redirected(location: str) -> Any:
    def send(method: str, url: str, **options: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 302
        response.raw = io.BytesIO()
        response.headers["Location"] = location
        return response

    return send


def test_a_redirect_from_https_to_http_is_refused() -> None:
    with pytest.raises(Unreachable, match="from https to http"):
        fetch("https://example.com/e", transport=redirected("http://example.com/e"), environ={})


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, r"asks for a token: sign in to 127\.0\.0\.1:\d+ first \(status 401\)"),
        (403, r"does not allow this \(status 403\)"),
        (404, r"does not have it \(status 404\)"),
        (500, r"failed \(status 500\)"),
        (204, r"gave no document \(status 204\)"),
    ],
)
def test_an_answer_that_is_no_document_is_told(server: Server, status: int, says: str) -> None:
    server.answers["/e"] = answer(b"<p>Go away</p>" if status != 204 else b"", status)
    with pytest.raises(Unreachable, match=says):
        fetch(server.url("/e"), environ={})


def test_a_token_that_is_not_accepted_is_told_without_it(server: Server) -> None:
    server.answers["/e"] = answer(TOKEN.encode(), 401)
    with pytest.raises(Unreachable, match="does not accept the token kept for it") as refusal:
        fetch(server.url("/e"), settings=auths(server.host), environ={})
    assert TOKEN not in str(refusal.value)


def test_a_token_that_expired_is_told_with_its_day(server: Server) -> None:
    challenge = 'Bearer error="invalid_token", error_description="it expired on 2026-01-31"'
    server.answers["/e"] = answer(b"", 401, WWW_Authenticate=challenge)
    with pytest.raises(Unreachable, match=r"does not accept the token kept for it: it expired on 2026-01-31; sign in"):
        fetch(server.url("/e"), settings=auths(server.host), environ={})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"auths": []}, None),
        ({"auths": None}, None),
        ({"auths": "x"}, "settings, auths: expected a mapping"),
        ({"auths": {"localhost": TOKEN}}, "settings, auths.localhost: expected a mapping"),
        ({"auths": {"localhost": {"value": TOKEN}}}, "auths.localhost.type: expected text"),
        (
            {"auths": {"localhost": {"type": "bearer", "value": f"{TOKEN}\nX: y"}}},
            "auths.localhost: holds characters",
        ),
    ],
)
def test_wrong_settings_are_told_without_the_token(settings: dict[str, Any], says: str | None) -> None:
    address = parse("http://localhost/e")
    if says is None:
        assert authorization(address, settings, {}) is None
        return
    with pytest.raises(BadInput, match=says) as refusal:
        authorization(address, settings, {})
    assert TOKEN not in str(refusal.value)


def test_an_answer_beyond_the_limit_is_cut_off(server: Server) -> None:
    server.answers["/e"] = answer(b" " * (LARGEST + 1))
    with pytest.raises(BadInput, match="larger than 16 MiB"):
        fetch(server.url("/e"), environ={})


def test_a_compressed_answer_is_not_unpacked(server: Server) -> None:
    server.answers["/e"] = answer(b"\x1f\x8b", Content_Encoding="gzip")
    with pytest.raises(Unreachable, match="compressed"):
        fetch(server.url("/e"), environ={})


def test_a_trickling_answer_is_given_up(server: Server) -> None:
    gone = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not gone.wait(0.002):
            handler.wfile.write(b" ")

    server.answers["/e"] = trickle
    try:
        with pytest.raises(Unreachable, match="did not finish its answer within 2 min"):
            fetch(server.url("/e"), environ={}, monotonic=itertools.count(0, 10).__next__)
    finally:
        gone.set()


def test_an_answer_cut_short_is_told(server: Server) -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"{")
        handler.close_connection = True

    server.answers["/e"] = short
    with pytest.raises(Unreachable, match="cannot be reached"):
        fetch(server.url("/e"), environ={})


def _raising(error: Exception) -> Any:
    def send(method: str, url: str, **options: Any) -> requests.Response:
        raise error

    return send


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (requests.exceptions.ConnectTimeout(TOKEN), "cannot be reached: no connection within 10 s"),
        (requests.exceptions.ReadTimeout(TOKEN), "did not answer within 30 s"),
        (requests.exceptions.SSLError(TOKEN), "give --no-verify-tls"),
        (requests.exceptions.ProxyError(f"http://u:{TOKEN}@proxy"), "through the proxy"),
        (requests.exceptions.ConnectionError(TOKEN), "cannot be reached$"),
        (
            requests.exceptions.ConnectionError(ConnectionRefusedError(111, "Connection refused")),
            "connection refused",
        ),
        (requests.exceptions.InvalidURL(TOKEN), "is not an address"),
        (UnicodeError(TOKEN), "is not an address"),
    ],
)
def test_what_goes_wrong_on_the_way_is_one_sentence_without_secrets(error: Exception, says: str) -> None:
    with pytest.raises(ToolkitError, match=says) as refusal:
        fetch(f"https://u:{TOKEN}@example.com/e", transport=_raising(error), environ={})
    assert TOKEN not in str(refusal.value)
    assert "https://example.com/e" in str(refusal.value)


def test_nobody_listening_is_told_with_the_systems_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=f"^http://127.0.0.1:{port}/e cannot be reached: connection refused$"):
        fetch(f"http://127.0.0.1:{port}/e", environ={})


def test_a_server_without_tls_is_told_apart(server: Server) -> None:
    with pytest.raises(Unreachable, match="TLS"):
        fetch(f"https://{server.host}/e", environ={})


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host/x", "http://[", "http://h:x/", "http://a b/", f"ftp://u:{TOKEN}@h"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="is no address that can be fetched") as refusal:
        fetch(url, environ={})
    assert TOKEN not in str(refusal.value)
