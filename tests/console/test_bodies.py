"""Bodies that are too large: refused before they are anywhere."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from rtk.console.bodies import Limited, Receive, Scope, Send

Message = MutableMapping[str, Any]


def served(chunks: list[bytes], headers: list[tuple[bytes, bytes]], most: int) -> tuple[list[Message], list[bytes]]:
    """What is answered to a body that comes in chunks, and what of it the inner application saw."""
    sent: list[Message] = []
    seen: list[bytes] = []
    left = [{"type": "http.request", "body": each, "more_body": True} for each in chunks]
    left.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return left.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def inner(_scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            seen.append(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    asyncio.run(Limited(inner, most)({"type": "http", "headers": headers}, receive, send))
    return sent, seen


def test_a_body_up_to_the_limit_goes_through() -> None:
    sent, seen = served([b"12345", b"67890"], [(b"content-length", b"10")], most=10)
    assert [message["status"] for message in sent] == [200]
    assert b"".join(seen) == b"1234567890"


def test_one_that_says_it_is_larger_is_refused_unread() -> None:
    sent, seen = served([b"x" * 11], [(b"content-length", b"11")], most=10)
    assert sent[0]["status"] == 413
    assert seen == []


def test_one_that_turns_out_larger_is_refused_when_it_does() -> None:
    sent, seen = served([b"12345", b"67890", b"1"], [], most=10)
    assert sent[0]["status"] == 413
    assert b"".join(seen) == b"1234567890"


@pytest.mark.parametrize("length", [b"many", b"-1", b""])
def test_a_length_that_is_none_is_not_believed(length: bytes) -> None:
    sent, _ = served([b"1"], [(b"content-length", length)], most=10)
    assert sent[0]["status"] == 200


def test_the_refusal_says_what_was_expected_and_ends_the_connection() -> None:
    sent, _ = served([], [(b"content-length", b"99999999")], most=64 * 2**20 // 1024)
    headers = dict(sent[0]["headers"])
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"connection"] == b"close"
    problem = json.loads(sent[1]["body"])
    assert (problem["status"], problem["detail"]) == (413, "the body is larger than 0.0625 MiB")
