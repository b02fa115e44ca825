"""What makes a revision of a verification, and what is only a name."""

import copy
from typing import Any

import pytest
from msgspec.structs import fields, replace

from rtk.experiment.revision import MeasurementTerms, essence

MEASURING = MeasurementTerms(10.0, 300.0, 60.0, 0.0, 0.95)


def document() -> dict[str, Any]:
    provider = {"type": "python", "module": "m", "func": "f", "arguments": {"name": "shop"}}
    return {
        "title": "Checkout",
        "description": "d",
        "tags": ["a"],
        "contributions": {"reliability": "high"},
        "steady-state-hypothesis": {
            "title": "answers",
            "probes": [{"type": "probe", "name": "p", "tolerance": 200, "provider": provider}],
        },
        "method": [{"type": "action", "name": "burn", "provider": {"type": "process", "path": "true"}}],
        "rollbacks": [],
        "extensions": [{"name": "chaosiq", "verification": {"id": "v"}}, {"name": "other", "x": 1}],
    }


def changed(*path: Any, to: Any) -> dict[str, Any]:
    found = document()
    part: Any = found
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return found


PROBE = ("steady-state-hypothesis", "probes", 0)


@pytest.mark.parametrize(
    "renamed",
    [
        changed("title", to="Other"),
        changed("description", to=""),
        changed("tags", to=[]),
        changed("contributions", to={}),
        changed("steady-state-hypothesis", "title", to="Other"),
        changed(*PROBE, "name", to="other"),
        changed("method", 0, "name", to="other"),
        changed("extensions", 0, "verification", "id", to="w"),
    ],
)
def test_names_alone_make_no_revision(renamed: dict[str, Any]) -> None:
    assert essence(renamed, MEASURING) == essence(document(), MEASURING)


@pytest.mark.parametrize(
    "other",
    [
        changed(*PROBE, "tolerance", to=201),
        changed(*PROBE, "provider", "arguments", "name", to="basket"),
        changed("method", to=[]),
        changed("method", 0, "provider", "path", to="false"),
        changed("rollbacks", to=[{"type": "action", "name": "r", "provider": {"type": "process", "path": "true"}}]),
        changed("extensions", 1, "x", to=2),
    ],
)
def test_what_is_measured_or_done_makes_one(other: dict[str, Any]) -> None:
    assert essence(other, MEASURING) != essence(document(), MEASURING)


@pytest.mark.parametrize("key", [field.name for field in fields(MeasurementTerms)])
def test_so_does_how_it_is_measured_and_what_is_promised(key: str) -> None:
    other: Any = "p95 <= 300 ms" if key == "quantile" else 0.5
    assert essence(document(), replace(MEASURING, **{key: other})) != essence(document(), MEASURING)


def test_a_whole_number_is_as_good_as_a_float_and_an_empty_part_as_none() -> None:
    without = copy.deepcopy(document())
    del without["rollbacks"]
    assert essence(without, MeasurementTerms(10, 300, 60, 0, 0.95)) == essence(document(), MEASURING)


def test_what_clients_of_2020_sent_unchecked_has_one_as_well() -> None:
    odd = {"steady-state-hypothesis": None, "extensions": {"a": 1}, "method": [None, 3]}
    assert len(essence(odd, MeasurementTerms(1, 1, 0, 0, None))) == 64
