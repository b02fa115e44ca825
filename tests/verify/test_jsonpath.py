"""A tolerance of the type jsonpath judges as the Chaos Toolkit judges it, its path read once."""

from typing import Any

import pytest
from chaoslib.hypothesis import within_tolerance
from jsonpath2.path import Path as JSONPath

from rtk.errors import BadInput
from rtk.experiment.check import validate
from rtk.verify.measure import is_tolerated, judge_of
from tests.experiment.samples import small

ANSWER = {"status": 200, "body": {"n": 7, "zones": ["a", "b"], "s": "up", "none": None}}
CONFIGURATION = {"key": "n", "seven": 7, "two": 2}


def tolerance(path: str, **more: Any) -> dict[str, Any]:
    return {"type": "jsonpath", "path": path, **more}


@pytest.mark.parametrize(
    ("tolerance", "value"),
    [
        (tolerance("$.n", target="body"), ANSWER),
        (tolerance("$.${key}", target="body", expect="${seven}"), ANSWER),
        (tolerance("$.${key}", target="body", expect=["${seven}"]), ANSWER),
        (tolerance("$.n", target="body", expect=8), ANSWER),
        (tolerance("$.none", target="body", expect=None), ANSWER),
        (tolerance("$.zones[*]", target="body", count=2), ANSWER),
        (tolerance("$.zones[*]", target="body", count=0), ANSWER),
        (tolerance("$.error", target="body", count=0), ANSWER),
        (tolerance("$.zones[*]", target="body", count=9, expect=["a", "b"]), ANSWER),
        (tolerance("$.body.n"), ANSWER),
        (tolerance("$.n", target="stdout"), {"status": 0, "stdout": '{"n": 1}'}),
        (tolerance("$.n"), b'{"n": 1}'),
        (tolerance("$.n"), "no JSON"),
        (tolerance("$.n"), None),
        (tolerance("$[*]"), []),
    ],
)
def test_it_judges_as_the_chaos_toolkit_does(tolerance: dict[str, Any], value: Any) -> None:
    expected = within_tolerance(dict(tolerance), value, configuration=CONFIGURATION, secrets={})
    assert is_tolerated(tolerance, value, CONFIGURATION, {}) is expected


def test_a_count_is_filled_in_as_the_rest_is() -> None:
    judge = judge_of(tolerance("$.zones[*]", target="body", count="${two}"), CONFIGURATION, {})
    assert judge(ANSWER)


def test_a_path_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = judge_of(tolerance("$.n"), {}, {})
    monkeypatch.setattr(JSONPath, "parse_str", None)
    assert [judge({"n": 1}), judge({"m": 1})] == [True, False]


def test_a_path_that_is_none_once_it_is_filled_in_judges_nothing() -> None:
    with pytest.raises(ValueError, match=r".+"):
        judge_of(tolerance("${path}"), {"path": "%%"}, {})({"n": 1})


def test_a_path_that_is_none_is_refused_before_anything_begins() -> None:
    document = small()
    document["steady-state-hypothesis"]["probes"][0]["tolerance"] = tolerance("%%")
    with pytest.raises(BadInput, match="JSON path %% is invalid"):
        validate(document, config_vars={"url": "http://localhost"}, environ={})
