"""Each kind of activity has its provider."""

from rtk.verify.provider import run_activity
from tests.verify.test_process_provider import activity


def test_each_kind_has_its_provider() -> None:
    assert run_activity(activity("echo", "hello"), {}, {})["stdout"] == "hello\n"
    python = {"type": "python", "module": "json", "func": "dumps", "arguments": {"obj": 3}}
    assert run_activity({"type": "probe", "name": "x", "provider": python}, {}, {}) == "3"
