"""The API's description is true: what is answered is as described, everything has an example, the page is whole."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from ninja import Schema
from pydantic import BaseModel

from rtk.console.api import shown, views
from rtk.console.api.api import api
from rtk.console.api.proposed import PROPOSED
from rtk.console.api.safeguards import ShownSafeguard
from rtk.insight.power import prospects
from tests.console.live import EXPERIMENT, PLAN, Live, Machine, measurement
from tests.docs.pages import DOCS

SCHEMA: dict[str, Any] = dict(api.get_openapi_schema())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]
ROW = re.compile(r"^\| `([A-Z]+) ([^`?]+)(?:\?[^`]*)?` \|", re.MULTILINE)
PLACE = re.compile(r"\{\w+\}")
T = "/organizations/{org}/teams/{team}"


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine(live.world.owner)


def test_what_is_answered_is_as_described(live: Live, machine: Machine) -> None:
    team = live.team
    objective = {"name": "Checkout", "target": 0.95, "window": 86400, "tags": ["shop"]}
    verification = {"name": "v", "experiment": EXPERIMENT, "frequency": 10, "duration": 300, "objective": objective}
    made = machine("POST", f"{team}/verifications", json=verification).json()
    run = f"{live.runs(made['id'])}/{uuid4()}"
    begun = machine("PUT", run, json={"plan": PLAN, "experiment": EXPERIMENT}).json()
    machine("POST", f"{run}/record", json={"from": 0, "entries": [measurement(0)]})
    shown.MadeVerification.model_validate(made)
    shown.BegunRun.model_validate(begun)
    shown.WholeObjective.model_validate(machine("POST", f"{team}/objectives", json=objective).json())
    guard = machine("POST", f"{team}/safeguards", json={"name": "s"}).json()
    ShownSafeguard.model_validate(guard)
    shown.ShownActionItem.model_validate(machine("POST", f"{team}/action-items", json={"title": "t"}).json())
    shown.MadeToken.model_validate(machine("POST", "/tokens", json={"name": "CI"}).json())
    shown.Found.model_validate(machine("POST", f"{team}/import", json={"source": json.dumps(EXPERIMENT)}).json())
    shown.Fault.model_validate(machine("POST", f"{team}/objectives", json={}).json())
    read: dict[str, type[BaseModel]] = {
        run: shown.WholeRun,
        f"{run}/measurements": shown.Measurements,
        f"{team}/verifications/{made['id']}": shown.WholeVerification,
        f"{team}/objectives/{made['objective_id']}": shown.WholeObjective,
        live.runs(made["id"]): shown.Page[shown.ShownRun],
        f"{team}/verifications": shown.Page[shown.ShownVerification],
        f"{team}/objectives": shown.Page[shown.ShownObjective],
        f"{team}/safeguards": shown.Page[ShownSafeguard],
        f"{team}/safeguards/{guard['id']}": ShownSafeguard,
        f"{team}/action-items": shown.Page[shown.ShownActionItem],
        f"{team}/timeline": shown.Page[shown.ShownEvent],
        "/tokens": shown.Page[shown.ShownToken],
    }
    for path, shape in read.items():
        answer = machine("GET", path)
        assert answer.status_code == 200, path
        assert shape.model_validate(answer.json()), path


def component(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    return found


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS])
def test_every_body_has_an_example(method: str, path: str, operation: dict[str, Any]) -> None:
    for body in operation.get("requestBody", {}).get("content", {}).values():
        shape = component(body["schema"])
        may_be_empty = "properties" in shape and not shape.get("required")
        told = "example" in body or "example" in shape or may_be_empty
        assert told, f"the body of {method} {path} has no example: give its class one, as rtk/console/api/forms.py does"


def shapes(above: type[Schema] = Schema) -> Iterator[tuple[str, type[Schema]]]:
    """The classes of what is taken and answered, by their names in the description."""
    for shape in above.__subclasses__():
        yield shape.__name__, shape
        yield from shapes(shape)


def is_thing(schema: dict[str, Any]) -> bool:
    """Whether it needs an example: no word out of a few, no page of things, no body that may be empty."""
    parts = schema.get("properties", {})
    return bool(parts) and set(parts) != {"items", "next"} and "required" in schema


@pytest.mark.parametrize("name", [name for name, schema in SCHEMA["components"]["schemas"].items() if is_thing(schema)])
def test_every_thing_has_an_example_that_fits(name: str) -> None:
    example = SCHEMA["components"]["schemas"][name].get("example")
    assert example, f"{name} has no example: give its class one, as those of src/rtk/console/api/shown.py have"
    dict(shapes())[name].model_validate(example)


def test_every_call_may_be_refused() -> None:
    for _, _, operation in OPERATIONS:
        assert "application/problem+json" in operation["responses"]["4XX"]["content"]


def test_the_page_names_every_call_and_no_other() -> None:
    calls = ROW.findall((DOCS / "reference" / "http-api.md").read_text())
    named = {(method, PLACE.sub("{}", re.sub("^T", T, path))) for method, path in calls if path.startswith(("/", "T"))}
    there = {(method, PLACE.sub("{}", path.removeprefix("/api/v1"))) for method, path, _ in OPERATIONS}
    assert sorted(there - named) == [], "calls that have no row in docs/reference/http-api.md"
    assert sorted(named - there) == [], "rows of docs/reference/http-api.md for calls that are not there"


def test_what_the_example_says_that_a_plan_can_prove_is_computed() -> None:
    slots = PROPOSED["duration"] // PROPOSED["frequency"]
    told = prospects(PROPOSED["objective"]["target"], slots, float(PROPOSED["frequency"])).sentences()
    assert PROPOSED["prospects"] == [told[0]]


def test_the_description_is_made_once_for_everybody(live: Live) -> None:
    views._descriptions.cache_clear()
    for path in ("openapi.json", "docs", "openapi.json"):
        assert Client().get(f"/api/v1/{path}").status_code == 200
    assert views._descriptions.cache_info().misses == 1
    described = Client().get("/api/v1/openapi.json").json()
    assert described == json.loads(json.dumps(api.get_openapi_schema()))
