"""Tolerances of the type jsonpath, whose path is read once: the Chaos Toolkit reads it anew for each value."""

import importlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from chaoslib import substitute


def jsonpath_judge(
    tolerance: Mapping[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]
) -> Callable[[Any], bool]:
    """Return what says whether a value is within it. `count` is filled in as `path` and `expect` are."""
    paths = importlib.import_module("jsonpath2.path").Path  # an experiment without such a tolerance goes without it
    path = paths.parse_str(substitute(tolerance.get("path"), configuration, secrets))
    target, count = tolerance.get("target"), substitute(tolerance.get("count"), configuration, secrets)
    expect = substitute(tolerance.get("expect"), configuration, secrets)
    expected = expect if isinstance(expect, list) else [expect]

    def judge(value: Any) -> bool:
        # The path is held against the target in the value, read as JSON where it is a text of that.
        if target:
            value = value.get(target, value)
        if isinstance(value, bytes):
            value = value.decode("utf-8")
        if isinstance(value, str):
            with suppress(json.JSONDecodeError):
                value = json.loads(value)
        found = [match.current_value for match in path.match(value)]
        if "expect" in tolerance:
            return found == expected
        return bool(found) if count is None else len(found) == count

    return judge
