"""A time limit is a number of seconds, however it is written, or nothing begins."""

from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed

from rtk.errors import BadInput
from rtk.insight.facts import MissedReason
from rtk.verify.shortage import shortage_of
from rtk.verify.timeouts import check, timeout_of
from rtk.verify.toolkit import Toolkit
from tests.verify.world import action, experiment

CONTROL = {"name": "none", "provider": {"type": "python", "module": "tests.verify.test_timeouts"}}
CONFIGURATION = {"text": "2.5", "whole": 7, "word": "soon"}


def provider(timeout: Any, kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "url": "http://127.0.0.1/", "path": "true", "timeout": timeout}


def document(part: str, timeout: Any, **more: Any) -> dict[str, Any]:
    limited = {"type": "action", "name": "limited", "provider": provider(timeout)}
    return experiment(**{part: [action("burn"), limited]}, configuration=CONFIGURATION, **more)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (None, None),
        (3, 3.0),
        ("3", 3.0),
        ("${text}", 2.5),
        ("${whole}", 7.0),
        ([1, "${text}"], (1.0, 2.5)),
        ([None, "4"], (None, 4.0)),
    ],
)
def test_a_time_limit_is_a_number_however_it_is_written(given: Any, seconds: Any) -> None:
    assert timeout_of(provider(given), CONFIGURATION, {}) == seconds


@pytest.mark.parametrize("given", ["soon", "${word}", "${nobody}", True, 0, [0, 5], -1, "-1", [1, 2, 3], {}])
def test_what_is_no_number_fails_the_call_by_name(given: Any) -> None:
    with pytest.raises(ActivityFailed, match=r"timeout: .*expected a number of seconds above 0"):
        timeout_of(provider(given), CONFIGURATION, {})


def test_it_says_nothing_of_the_service() -> None:
    with pytest.raises(ActivityFailed) as refusal:
        timeout_of(provider("${word}"), CONFIGURATION, {})
    assert shortage_of(refusal.value) is MissedReason.NOT_SENDABLE


def test_a_process_has_one_time_limit() -> None:
    with pytest.raises(ActivityFailed, match="expected a number of seconds"):
        timeout_of(provider([1, 2], "process"), {}, {})


@pytest.mark.parametrize("part", ["method", "rollbacks"])
def test_a_time_limit_that_resolves_to_no_number_is_refused_before_anything_begins(part: str) -> None:
    said = rf'^{part}\[1\]\.provider\.timeout: "\$\{{word\}}" resolves to "soon"; expected a number of seconds above 0$'
    with pytest.raises(BadInput, match=said):
        check(Toolkit(document(part, "${word}"), {}))
    check(Toolkit(document(part, "${text}"), {}))


def test_a_probe_of_the_hypothesis_is_checked_too() -> None:
    probe = {"type": "probe", "name": "p", "tolerance": 200, "provider": provider("${word}")}
    with pytest.raises(BadInput, match=r"^steady-state-hypothesis\.probes\[0\]\.provider\.timeout: "):
        check(Toolkit(experiment([probe], configuration=CONFIGURATION), {}))


def test_a_control_may_yet_fill_it_in() -> None:
    check(Toolkit(document("method", "${word}", controls=[CONTROL]), {}))
