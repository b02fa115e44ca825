"""Whatever fits the description, and what nearly does: never a fault of ours. RTK_SCHEMA_CASES says how many."""

import os
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rtk.console.api.api import api
from tests.console.live import Live, Machine

CASES = int(os.environ.get("RTK_SCHEMA_CASES", "250"))
SCHEMA = dict(api.get_openapi_schema())
OPERATIONS = [f"{method.upper()} {path}" for path, methods in SCHEMA["paths"].items() for method in methods]
EACH = -(-CASES // len(OPERATIONS))
NOT_ANSWERED_AT_ONCE = "/stream"


@pytest.fixture(scope="module")
def machine(live: Live) -> Machine:
    return live.machine(live.world.owner)


@cache
def operations() -> dict[str, Any]:
    """What Schemathesis reads from the description, imported here: that takes a second, and one worker needs it."""
    import schemathesis
    from schemathesis.core.result import Ok

    found = schemathesis.openapi.from_dict(SCHEMA).get_all_operations()
    return {each.ok().label: each.ok() for each in found if isinstance(each, Ok)}


def test_every_operation_is_tried() -> None:
    assert sorted(operations()) == sorted(OPERATIONS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_case_ends_in_a_fault(live: Live, machine: Machine, label: str) -> None:
    from schemathesis import GenerationMode

    operation = operations()[label]
    ids = {"org": str(live.world.org.id), "team": str(live.world.shop.id)}

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
    def cases(case: Any) -> None:
        case.path_parameters = {**(case.path_parameters or {}), **{k: v for k, v in ids.items() if k in operation.path}}
        if operation.path.endswith(NOT_ANSWERED_AT_ONCE):
            case.path_parameters["run"] = "nobody"
        given = case.as_transport_kwargs(base_url=live.url)
        headers = {key: value for key, value in given.pop("headers", {}).items() if key.lower() != "authorization"}
        given.pop("cookies", None)
        method, url = given.pop("method"), given.pop("url")
        answer = machine(method, url.removeprefix(live.url), headers=headers, **given)
        assert answer.status_code < 500 or answer.status_code == 503, (method, url, given, answer.text[:500])

    cases()
