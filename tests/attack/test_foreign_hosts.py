"""Nobody is answered under a host name that is not the console's, on whichever of its paths."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from rtk.console.safety import Chosen, allowed_hosts
from tests.console.live import console_of_nobody

TEAM = "/api/v1/organizations/o/teams/t"
RECORD = f"{TEAM}/verifications/v/runs/5b0c3d1e-7a44-4f6e-9d0c-5b5e0f6a7b1c/record"
CALLS = [("POST", RECORD, "{}"), ("POST", RECORD, ""), ("GET", RECORD, ""), ("GET", f"{TEAM}/runs", "")]
CALLS += [("POST", f"{TEAM}/verifications", "{}"), ("PUT", "/api/v1/nothing", "{}"), ("GET", "/api/v1/me", "")]
FOREIGN = [
    "localhost",
    "127.0.0.1:{port}",
    "[::1]",
    "evil.example",
    "rtk.example.org.evil.example",
    "rtk.example.org@x",
]


def named(public: str) -> list[str]:
    return allowed_hosts(Chosen("0.0.0.0", public, "k" * 50, debug=False, insecure_cookies=False, further_hosts=""))


@pytest.fixture
def url(committed: None, settings: Any) -> Iterator[str]:
    """A console that others reach under a name of its own."""
    settings.ALLOWED_HOSTS = named("https://rtk.example.org")
    with console_of_nobody() as url:
        yield url


def test_no_call_is_answered_under_another_name(url: str) -> None:
    for method, path, body in CALLS:
        for host in FOREIGN:
            name = host.format(port=url.rpartition(":")[2])
            answer = requests.request(method, url + path, data=body, headers={"Host": name}, timeout=60)
            assert answer.status_code == 400, (method, path, host)


@pytest.mark.parametrize("host", ["rtk.example.org", "RTK.example.org:443", "rtk.example.org."])
def test_each_call_is_answered_under_the_consoles_own(url: str, host: str) -> None:
    for method, path, body in CALLS:
        answer = requests.request(method, url + path, data=body, headers={"Host": host}, timeout=60)
        assert answer.status_code in {401, 404, 405}, (method, path)


def test_a_console_of_this_machine_is_called_by_each_of_its_names(committed: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = named("")
    with console_of_nobody() as url:
        for host in ("localhost", "127.0.0.1", "[::1]:8000"):
            assert requests.post(url + RECORD, data="{}", headers={"Host": host}, timeout=60).status_code == 401
        assert requests.post(url + RECORD, data="{}", headers={"Host": "evil.example"}, timeout=60).status_code == 400
