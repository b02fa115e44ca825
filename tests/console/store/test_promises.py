"""What an objective promises, as forms and calls say it."""

from typing import Any

import pytest

from rtk.console.store.measures import Http
from rtk.console.store.models import Objective
from rtk.console.store.problem import Problem
from rtk.console.store.promises import columns_of, spelled

SHARE = Objective(target=0.95)
QUANTILE = Objective(target=0.95, quantile="p95 <= 300ms")


@pytest.mark.parametrize(
    ("values", "before", "columns"),
    [
        ({"target": 0.9}, None, {"target": 0.9, "quantile": ""}),
        ({"quantile": "p99.9<=2 s", "target": None}, None, {"target": 0.999, "quantile": "p99.9 <= 2s"}),
        ({"name": "x"}, SHARE, {}),
        ({"name": "x"}, QUANTILE, {}),
        ({"target": 0.9}, SHARE, {"target": 0.9, "quantile": ""}),
        ({"quantile": "p99 <= 1s"}, SHARE, {"target": 0.99, "quantile": "p99 <= 1s"}),
        ({"quantile": "", "target": 0.9}, QUANTILE, {"target": 0.9, "quantile": ""}),
        ({"quantile": "p95 <= 80ms", "measure": Http("time", "http://x", 500).probe()}, None,
         {"target": 0.95, "quantile": "p95 <= 80ms"}),
    ],
)  # fmt: skip
def test_a_promise_is_a_share_or_a_quantile(
    values: dict[str, Any], before: Objective | None, columns: dict[str, Any]
) -> None:
    assert columns_of(values, before) == columns


@pytest.mark.parametrize(
    ("values", "before", "told"),
    [
        ({}, None, "target: missing"),
        ({"quantile": "p95 <= 1s", "target": 0.9}, None, "quantile: promises a share already"),
        ({"quantile": "p95 <= 1s", "target": 0.9}, QUANTILE, "quantile: promises a share already"),
        ({"quantile": "p100 <= 1s"}, None, "quantile: expected a quantile above p1 and below p100"),
        ({"target": 0.9}, QUANTILE, "target: the objective promises p95 <= 300ms, expected an empty quantile"),
        ({"quantile": ""}, QUANTILE, "target: the objective promises p95 <= 300ms"),
        ({"quantile": "p95 <= 1s", "measure": Http("status", "http://x", 200).probe()}, None, "gives no number"),
        ({"quantile": "p95 of y <= 1s", "measure": Http("time", "http://x", 500).probe()}, SHARE, "no probe"),
    ],
)
def test_what_cannot_be_promised_is_refused_in_one_sentence(
    values: dict[str, Any], before: Objective | None, told: str
) -> None:
    with pytest.raises(Problem) as refused:
        columns_of(values, before)
    assert told in refused.value.detail
    assert refused.value.status == 422


def test_what_a_newer_client_promises_is_kept_where_it_is_known() -> None:
    assert spelled("p95<=300ms") == "p95 <= 300ms"
    assert spelled("p95 of latency over 5m") == spelled("") == ""
