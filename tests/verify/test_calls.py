"""A call made ready once is the call that the Chaos Toolkit makes each time."""

from typing import Any

import pytest
from chaoslib.activity import run_activity
from chaoslib.exceptions import ActivityFailed

from rtk.verify.calls import call_of, secrets_of


def told(a: Any = 1, secrets: Any = None, configuration: Any = None) -> dict[str, Any]:
    """A probe that says what it was given."""
    return {"a": a, "secrets": secrets, "configuration": configuration}


def spoils(items: list[int]) -> int:
    """A probe that changes what it is given."""
    items.append(len(items))
    return len(items)


def refuses() -> None:
    """A probe that raises."""
    raise ActivityFailed("no")


def activity(func: str, **provider: Any) -> dict[str, Any]:
    return {
        "type": "probe",
        "name": func,
        "provider": {"type": "python", "module": "tests.verify.test_calls", "func": func, **provider},
    }


@pytest.mark.parametrize(
    "provider",
    [
        {},
        {"arguments": {"a": "${host}"}},
        {"arguments": {"a": "to ${host} with ${word}"}},
        {"arguments": {"a": ["${host}", {"x": "${host}"}]}},
        {"secrets": ["s"]},
        {"secrets": ["s", "none"], "arguments": {"a": 2}},
    ],
)
def test_it_is_given_what_the_chaos_toolkit_gives(provider: dict[str, Any]) -> None:
    configuration, secrets = {"host": "here"}, {"s": {"word": "hush"}}
    one = activity("told", **provider)
    assert call_of(one, configuration, secrets)() == run_activity(one, configuration, secrets)


def test_each_call_has_arguments_of_its_own() -> None:
    call = call_of(activity("spoils", arguments={"items": [1]}), {}, {})
    assert [call(), call()] == [2, 2]


def test_a_tolerance_takes_the_value_besides() -> None:
    assert call_of(activity("told"), {}, {})(a=7)["a"] == 7


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ActivityFailed, match=r"^no$"):
        call_of(activity("refuses"), {}, {})()


def test_what_cannot_be_made_ready_is_told_at_each_call() -> None:
    missing = {"type": "probe", "name": "x", "provider": {"type": "python", "module": "no_such_module", "func": "f"}}
    with pytest.raises(ModuleNotFoundError):
        call_of(missing, {}, {})()


def test_other_providers_are_the_chaos_toolkits_own() -> None:
    one = {"type": "probe", "name": "x", "provider": {"type": "process", "path": "echo", "arguments": "${word}"}}
    assert call_of(one, {"word": "hello"}, {})()["stdout"] == "hello\n"


def test_secrets_of_all_groups_that_are_named_are_one_mapping() -> None:
    secrets = {"a": {"x": 1, "y": 1}, "b": {"y": 2}, "c": {"z": 3}}
    assert secrets_of({"secrets": ["a", "b", "none"]}, secrets) == {"x": 1, "y": 2}
    assert secrets_of({"secrets": "c"}, secrets) == {"z": 3}
    assert secrets_of({}, secrets) == {}
