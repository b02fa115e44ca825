"""What a file may give as an argument, and what is refused in one sentence."""

import math
from contextlib import suppress
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed
from hypothesis import given
from hypothesis import strategies as st

from chaoscloud.probes.arguments import read_flag, read_headers, read_method, read_timeout, read_url
from chaoscloud.probes.http import time_http_call

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers()),
    st.just({"a": 1}),
)


@pytest.mark.parametrize(("given", "seconds"), [(30, 30), (0.5, 0.5), ("2.5", 2.5), (" 3 ", 3), (None, 30)])
def test_a_timeout_is_read_as_seconds(given: Any, seconds: float) -> None:
    assert read_timeout(given) == seconds


def test_a_huge_timeout_is_the_longest_that_can_be_kept() -> None:
    assert read_timeout(1e300) == 2_000_000


@pytest.mark.parametrize("given", [0, -1, "fast", "", "nan", math.nan, math.inf, True, [1, 2], {}])
def test_a_timeout_that_is_no_time_is_refused(given: Any) -> None:
    with pytest.raises(ActivityFailed, match="must be a number of seconds above 0"):
        read_timeout(given)


@given(ANYTHING)
def test_a_timeout_is_read_or_refused_and_nothing_else(given: Any) -> None:
    with suppress(ActivityFailed):
        assert 0 < read_timeout(given) <= 2_000_000


def test_a_boolean_may_be_written_as_text() -> None:
    assert [read_flag("x", given) for given in (True, "true", "True", " TRUE ")] == [True] * 4
    assert [read_flag("x", given) for given in (False, "false", "False")] == [False] * 3


@pytest.mark.parametrize("given", ["yes", "", 1, 0, None, [], "${verify}"])
def test_what_is_neither_true_nor_false_is_refused(given: Any) -> None:
    for name in ("verify_tls", "accept_errors"):
        with pytest.raises(ActivityFailed, match=f"{name} must be true or false"):
            time_http_call("http://shop.invalid/", **{name: given})


@pytest.mark.parametrize(
    ("url", "params", "read"),
    [
        ("http://h", None, "http://h"),
        ("HTTP://h/a#part", None, "http://h/a"),
        (" http://h/a b?c=d e ", None, "http://h/a%20b?c=d%20e"),
        ("http://h/%20?a=b", {"c": "d"}, "http://h/%20?a=b&c=d"),
        ("http://h/?", {"c": [1, 2], "no": None}, "http://h/?c=1&c=2"),
        ("https://bücher.example:8443/ü", None, "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("http://[::1]:80/", None, "http://[::1]:80/"),
    ],
)
def test_an_address_is_read_as_it_is_sent(url: str, params: dict[str, Any] | None, read: str) -> None:
    assert read_url(url, params) == read


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop",
        "/path",
        "ftp://h/",
        "file:///etc/hostname",
        "http://",
        "http://h:99999/",
        "http://h:x/",
        7,
        None,
    ],
)
def test_what_is_no_address_is_refused(url: Any) -> None:
    with pytest.raises(ActivityFailed, match="http or https address"):
        read_url(url)


@given(st.text())
def test_any_text_is_an_ascii_address_or_refused(text: str) -> None:
    with suppress(ActivityFailed):
        assert read_url("http://" + text).isascii()


def test_headers_replace_their_defaults_whatever_their_case() -> None:
    lines = set(read_headers({"CONTENT-TYPE": "text/plain", "X-Off": None, "X-Empty": "", "X-N": 1}, is_json=True))
    assert lines == {b"Expect:", b"CONTENT-TYPE: text/plain", b"X-Off:", b"X-Empty;", b"X-N: 1"}


@pytest.mark.parametrize("headers", [{"a b": 1}, {"a:": 1}, {"": 1}, {"a": "secret\r\nX: 1"}, {"a": "secret\n"}, ["a"]])
def test_a_header_that_would_break_the_request_is_refused(headers: Any) -> None:
    with pytest.raises(ActivityFailed) as refused:
        list(read_headers(headers))
    assert "secret" not in str(refused.value)


def test_a_method_is_one_word() -> None:
    assert read_method("purge") == "PURGE"
    for method in ("", "GET /", "A\r\nB", None, 1):
        with pytest.raises(ActivityFailed, match="method must be one word"):
            read_method(method)  # type: ignore[arg-type]  # what a file may hold all the same


def test_params_and_json_that_cannot_be_sent_are_refused() -> None:
    with pytest.raises(ActivityFailed, match="params must map"):
        time_http_call("http://shop.invalid/", params=["a"])  # type: ignore[arg-type]  # as above
    with pytest.raises(ActivityFailed, match="JSON cannot express"):
        time_http_call("http://shop.invalid/", json={"a": math.nan})
