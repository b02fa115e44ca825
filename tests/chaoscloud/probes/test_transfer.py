"""What a request rests on: trust, proxies, name lookup."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.http import measure_http_call, read_http_status_code
from tests.chaoscloud.server import Server, serving, told


def test_a_certificate_nobody_vouches_for_is_refused(tls_server: Server) -> None:
    with pytest.raises(ActivityFailed, match=r"127.0.0.1:\d+ failed: no trusted TLS connection .*self-signed"):
        read_http_status_code(tls_server.url("/wait/0"))


def test_any_certificate_is_accepted_where_the_file_says_so(tls_server: Server) -> None:
    assert read_http_status_code(tls_server.url("/wait/0"), verify_tls=False) == 200
    assert read_http_status_code(tls_server.url("/wait/0"), verify_tls="false") == 200


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_names_who_is_trusted(
    tls_server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(certificate))
    assert read_http_status_code(tls_server.url("/wait/0", host="localhost")) == 200


def test_trust_given_to_one_call_does_not_reach_the_next(tls_server: Server) -> None:
    read_http_status_code(tls_server.url("/wait/0"), verify_tls=False)
    with pytest.raises(ActivityFailed, match="no trusted TLS connection"):
        read_http_status_code(tls_server.url("/wait/0"))


def test_a_missing_file_of_authorities_is_named(tls_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(ActivityFailed, match=r"/nowhere/ca\.pem"):
        read_http_status_code(tls_server.url("/wait/0"))


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, server.url())
    assert read_http_status_code("http://shop.invalid/wait/0") == 200
    assert told(server).target == "http://shop.invalid/wait/0"


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_a_host_that_needs_no_proxy_is_asked_directly(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "127.0.0.1")
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        read_http_status_code(server.url("/wait/0"))
        assert not proxy.asked
    assert told(server).target == "/wait/0"


def test_under_cgi_a_caller_cannot_choose_the_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        read_http_status_code(server.url("/wait/0"))
        assert not proxy.asked


def test_an_https_call_goes_through_the_tunnel_of_its_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url())
    with pytest.raises(ActivityFailed):
        read_http_status_code("https://shop.invalid/status/200", timeout=1)
    assert (server.asked[0].method, server.asked[0].target) == ("CONNECT", "shop.invalid:443")


_HUNG = """
import socket, struct, fcntl, time, threading
from chaoslib.exceptions import ActivityFailed
from chaoscloud.probes.http import time_http_call
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(silent, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))
silent.bind(("127.0.0.1", 53))
began = time.monotonic()
def ask():
    try:
        time_http_call("http://shop.example.test/", timeout=0.3)
    except ActivityFailed as failed:
        print(failed)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
assert time.monotonic() - began < 10
"""


def test_a_name_lookup_that_hangs_keeps_to_the_timeout_and_lets_the_process_end(tmp_path: Path) -> None:
    """A network of its own, whose name server never answers."""
    names = tmp_path / "resolv.conf"
    names.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:3\n")
    apart = ["unshare", "--map-root-user", "--mount", "--net", "sh", "-c"]
    mount = f"mount --bind {names} /etc/resolv.conf"
    if shutil.which("unshare") is None or subprocess.run([*apart, mount], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let a user make a network of their own")
    began = time.monotonic()
    ended = subprocess.run(
        [*apart, f'{mount} && exec "$0" -c "$1"', sys.executable, _HUNG],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    assert "was not done within 0.3 s: it was still looking up the name" in ended.stdout
    assert time.monotonic() - began < 25


def test_an_idle_handle_serves_the_next_call(server: Server) -> None:
    first = measure_http_call(server.url("/bytes/7"))
    assert (first["size"], measure_http_call(server.url("/bytes/9"))["size"]) == (7, 9)
