"""Documents that tests change: the published tutorial, and a small experiment that validates anywhere."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rtk.errors import ToolkitError

TUTORIAL = Path(__file__).parent.parent / "tutorial"
PLAIN = TUTORIAL / "experiment.json"
WRAPPED = TUTORIAL / "experiment-ec2-responds-processor-load.json"
VERIFICATION = TUTORIAL / "verification-ec2-responds-processor-load.json"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)

_SMALL: dict[str, Any] = {
    "title": "Answers",
    "description": "It answers",
    "configuration": {"url": {"type": "env", "key": "RTK_TEST_URL_NOT_SET"}},
    "steady-state-hypothesis": {
        "title": "It answers 200",
        "probes": [
            {
                "type": "probe",
                "name": "answers",
                "tolerance": 200,
                "provider": {"type": "http", "url": "${url}", "timeout": 3},
            }
        ],
    },
    "method": [],
    "rollbacks": [],
}


def small(**changes: Any) -> dict[str, Any]:
    """A fresh small experiment with some of its keys changed."""
    return {**copy.deepcopy(_SMALL), **changes}


def with_block(**verification: Any) -> dict[str, Any]:
    """A small experiment with a verification of 10 s over 5 minutes, some of its keys changed (`...`: removed)."""
    block = {"frequency-of-measurement": 10, "duration-of-conditions": 300.0, **verification}
    kept = {key.replace("_", "-"): value for key, value in block.items() if value is not ...}
    return small(extensions=[{"name": "chaosiq", "verification": kept}])


def refusal_of(call: Callable[[], object]) -> str | None:
    """The one sentence by which a call is refused, or None; any other exception passes."""
    try:
        call()
    except ToolkitError as refusal:
        sentence = str(refusal)
    else:
        return None
    assert sentence
    assert "\n" not in sentence
    return sentence


def changed(document: Any, path: list[Any], value: Any) -> Any:
    """A copy of a document in which the node at a path is replaced."""
    if not path:
        return copy.deepcopy(value)
    whole = copy.deepcopy(document)
    node = whole
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = copy.deepcopy(value)
    return whole


def paths(document: Any) -> list[list[Any]]:
    """The path of every node of a document, the root's first."""
    found: list[list[Any]] = [[]]
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        found.append([key])
        if isinstance(value, dict | list):
            found += [[key, *rest] for rest in paths(value)[1:]]
    return found
