"""Cookies: which are left out of a request, and which one is the session's."""

from typing import Any

import pytest

from rtk.console.cookies import harmless, session_of


def scope(*cookies: bytes) -> dict[str, Any]:
    return {"path": "/", "headers": [(b"host", b"\\"), *[(b"cookie", each) for each in cookies]]}


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ((b"a=1; b=2",), (b"a=1; b=2",)),
        ((b'a="x"; b=2',), (b'a="x"; b=2',)),
        ((b'a="\\\\\\"; b=2; c=3\\',), (b" b=2",)),
        ((b"a=1", b'b="\\054"'), (b"a=1", b"")),
        ((), ()),
    ],
)
def test_cookies_with_an_escape_are_left_out_and_all_else_is_as_it_was(
    sent: tuple[bytes, ...], left: tuple[bytes, ...]
) -> None:
    assert harmless(scope(*sent)) == scope(*left)


@pytest.mark.parametrize(
    ("sent", "session"),
    [
        ((b"a=1; session=b",), "b"),
        ((b"a=1", b"session=b"), "b"),
        ((b'session="b"',), "b"),
        ((b"session=a; session=b",), "b"),
        ((b"session",), ""),
        ((b"other=session",), ""),
        ((b"=;;", b"\xff=\xff"), ""),
        ((), ""),
    ],
)
def test_the_session_is_the_cookie_of_its_name(sent: tuple[bytes, ...], session: str) -> None:
    assert session_of(scope(*sent), "session") == session
