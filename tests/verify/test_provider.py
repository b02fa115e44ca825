"""Each kind of activity has its provider."""

import logging

import pytest
from chaoslib.exceptions import ActivityFailed

from rtk.verify.provider import run_activity
from tests.verify.test_process_provider import activity


def test_each_kind_has_its_provider() -> None:
    assert run_activity(activity("echo", "hello"), {}, {})["stdout"] == "hello\n"
    python = {"type": "python", "module": "json", "func": "dumps", "arguments": {"obj": 3}}
    assert run_activity({"type": "probe", "name": "x", "provider": python}, {}, {}) == "3"


def test_what_python_code_raised_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rtk.verify.provider")
    python = {"type": "python", "module": "json", "func": "loads", "arguments": {"s": "no JSON"}}
    with pytest.raises(ActivityFailed):
        run_activity({"type": "probe", "name": "x", "provider": python}, {}, {})
    assert "JSONDecodeError" in caplog.text
