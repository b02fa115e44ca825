"""The signature, as the documentation says how to check it."""

import re
from pathlib import Path
from typing import Any

import pytest

from rtk.console.notify.hmac_signature import headers

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "get-notified.md"
SECRET, BODY, TIME = "rtkwh_secret", b'{"event": "run.ended"}', 1_767_225_600


def documented() -> Any:
    """The function of the documentation's page."""
    [code] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), found)
    return found["is_ours"]


def test_the_documented_check_accepts_what_we_sign() -> None:
    assert documented()(SECRET, headers(SECRET, TIME, BODY), BODY, now=TIME + 10)


@pytest.mark.parametrize(
    ("secret", "body", "now"),
    [("rtkwh_other", BODY, TIME), (SECRET, BODY + b" ", TIME), (SECRET, BODY, TIME + 301), (SECRET, BODY, TIME - 301)],
)
def test_the_documented_check_refuses_the_rest(secret: str, body: bytes, now: int) -> None:
    assert not documented()(secret, headers(SECRET, TIME, BODY), body, now=now)


def test_another_time_is_another_signature() -> None:
    signed = headers(SECRET, TIME, BODY)
    assert not documented()(SECRET, {**signed, "Rtk-Timestamp": str(TIME + 1)}, BODY, now=TIME)


def test_the_signature_is_what_it_was_in_earlier_releases() -> None:
    signed = headers("rtkwh_secret", 1, b"{}")
    expected = "v1=0033f465d04346e927a098b115d50a715436d12c792252475bf3464edc5df337"
    assert signed == {"Rtk-Timestamp": "1", "Rtk-Signature": expected}
