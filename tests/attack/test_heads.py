"""Nobody keeps the console at work by the head of a request, whatever stands in it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.console.live import Live, live_console

SIZE = 50_000  # of 64 KiB that a head may be
MOST_S = 1.5  # of CPU: one head of escapes held the whole console for 24 s
HEAVY = {
    "escapes in quotes": 'x="' + "\\" * SIZE + '"',
    "octal escapes": 'x="' + "\\1" * (SIZE // 2) + '"',
    "many cookies": "; ".join(f"x{number}=1" for number in range(SIZE // 10)),
    "many quotes": 'x="' * (SIZE // 3),
    "commas": "x," * (SIZE // 2),
    "weights": "x;q=0.1," * (SIZE // 8),
    "stars": "x*0=1;" * (SIZE // 6),
}
HEADERS = ("Cookie", "Accept", "Accept-Language", "Content-Type", "If-None-Match", "Authorization", "X-Forwarded-For")


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """A console that serves the world, whose database everybody sees."""
    with django_db_blocker.unblock(), live_console() as console:
        requests.get(console.url + "/accounts/login/", timeout=60)  # the first page of a console is made ready
        yield console


@pytest.mark.parametrize("value", HEAVY.values(), ids=HEAVY.keys())
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/organizations"])
def test_no_header_is_much_work(live: Live, path: str, value: str) -> None:
    for name in HEADERS:
        began = time.process_time()
        answer = requests.get(live.url + path, headers={name: value}, timeout=10 * MOST_S)
        assert answer.status_code < 500, name
        assert time.process_time() - began < MOST_S, name
