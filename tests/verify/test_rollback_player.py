"""What bounds a rollback, what failed means, and what a person does instead."""

from typing import Any

import pytest

from rtk.verify.activity import failure_of
from rtk.verify.redact import Redactor
from rtk.verify.rollback_player import bound
from rtk.verify.tries import GRACE_S, LIMIT_S


def process(**more: Any) -> dict[str, Any]:
    return {"type": "process", "path": "undo", **more}


def python(**more: Any) -> dict[str, Any]:
    return {"type": "python", "module": "some.module", "func": "undo", **more}


def action(provider: dict[str, Any]) -> dict[str, Any]:
    return {"type": "action", "name": "undo", "provider": provider}


@pytest.mark.parametrize(
    ("provider", "limit", "timeout"),
    [
        (process(), LIMIT_S, LIMIT_S),
        (process(timeout=7), 7.0, 7),
        (process(timeout="${t}"), LIMIT_S, LIMIT_S),
        ({"type": "http", "url": "http://x/"}, LIMIT_S, LIMIT_S),
        ({"type": "http", "url": "http://x/", "timeout": [2, 5]}, 7.0, [2, 5]),
        (python(), LIMIT_S, None),
        (python(arguments={"timeout": 9}), 9.0, None),
        (python(arguments={"timeout": True}), LIMIT_S, None),
    ],
)
def test_each_try_of_a_rollback_is_bounded(provider: dict[str, Any], limit: float, timeout: Any) -> None:
    before = action(provider)
    bounded, seconds = bound(before)
    assert seconds == limit + GRACE_S
    assert bounded["provider"].get("timeout") == timeout
    assert before == action(provider)


@pytest.mark.parametrize(
    ("provider", "output", "failure"),
    [
        (process(), {"status": 0, "stdout": "", "stderr": ""}, None),
        (process(), {"status": 3, "stdout": "a\nb\n", "stderr": ""}, "its process exited with 3: b"),
        (process(), {"status": -9, "stdout": "", "stderr": "first\nlast\n"}, "its process exited with -9: last"),
        (process(), {"status": 1, "stdout": None, "stderr": None}, "its process exited with 1"),
        ({"type": "http"}, {"status": 399}, None),
        ({"type": "http"}, {"status": 400}, "its request was answered with 400"),
        ({"type": "http"}, {"status": 503}, "its request was answered with 503"),
        (python(), {"status": 500}, None),
        (python(), None, None),
    ],
)
def test_failed_is_failed(provider: dict[str, Any], output: Any, failure: str | None) -> None:
    assert failure_of(action(provider), output, str) == failure


def test_what_a_process_said_last_is_redacted_before_it_is_cut() -> None:
    said = "x" * 290 + "0123456789-secret and more"
    failure = failure_of(action(process()), {"status": 1, "stderr": said}, Redactor({"a": "0123456789-secret"}, {}))
    assert failure == f"its process exited with 1: {'x' * 290}***** and "
