from functools import partial
from typing import Any

import pytest

from rtk.experiment.limits import charts_number, max_in_flight, threshold, time_limit, time_threshold_s, within
from rtk.experiment.plan import Plan, ValueLimit
from rtk.insight.facts import Threshold


def python(func: str = "f", module: str = "m", **arguments: Any) -> dict[str, Any]:
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


def timed(tolerance: Any) -> dict[str, Any]:
    return {"provider": python("time_http_call", "chaoscloud.probes.http"), "tolerance": tolerance}


def judged(func: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "t", "provider": python(func, "chaoscloud.tolerances.http", **arguments)}


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ({"provider": {"type": "http"}}, 30),
        ({"provider": {"type": "http", "timeout": 200}}, 200),
        ({"provider": {"type": "http", "timeout": [2, 3.5]}}, 5.5),
        ({"provider": {"type": "http", "timeout": [None, 3]}}, 30),
        ({"provider": {"type": "process", "timeout": "${limit}"}}, 7),
        ({"provider": {"type": "process", "timeout": "${unknown}"}}, 30),
        ({"provider": python(timeout=4)}, 4),
        ({"provider": python(timeout="${text}")}, 2.5),
        ({"provider": {"type": "process", "arguments": {"timeout": 4}}}, 30),
        ({"provider": python(), "timeout": 9}, 9),
        ({"provider": {"type": "http", "timeout": 5}, "timeout": 9}, 5),
        ({"provider": {"type": "http", "timeout": 0}}, 30),
        ({"provider": {"type": "http", "timeout": -1}}, 30),
        ({"provider": {"type": "http", "timeout": float("nan")}}, 30),
        ({"provider": {"type": "http", "timeout": True}}, 30),
        ({"provider": None}, 30),
        ({}, 30),
    ],
)
def test_the_time_limit_is_the_probes_own_else_30_s(probe: dict[str, Any], expected: float) -> None:
    assert time_limit(probe, {"limit": 7, "text": "2.5"}) == expected


@pytest.mark.parametrize(
    ("frequency", "limit", "expected"),
    [(10, 30, 32), (1, 30, 32), (0.5, 30, 61), (0.1, 0.7, 32), (0.01, 30, 1000)],
)
def test_measurements_in_flight_cover_the_time_limit(frequency: float, limit: float, expected: int) -> None:
    assert max_in_flight(Plan(frequency, 60), limit) == expected


def test_the_plans_own_number_in_flight_goes_first() -> None:
    assert max_in_flight(Plan(0.01, 60, max_in_flight=3), 30) == 3


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (timed(judged("response_time_under", duration=6000)), Threshold(None, 6000, "ms")),
        (timed(judged("response_time_above", duration="${bound}")), Threshold(250, None, "ms")),
        (timed({"type": "range", "range": [10, 20]}), Threshold(10, 20, "ms")),
        (timed([10, 20]), Threshold(10, 20, "ms")),
        (timed(5), Threshold(5, 5, "ms")),
        (timed(judged("response_time_under")), Threshold(None, None, "ms")),
        (
            {"provider": python("read_free_space", "chaoscloud.probes.disk"), "tolerance": [10, 100]},
            Threshold(10, 100, "%"),
        ),
        ({"provider": python(), "tolerance": judged("result_value_under", upper=1)}, Threshold(None, 1)),
        ({"provider": python(), "tolerance": judged("result_value_above", lower=1)}, Threshold(1, None)),
        (
            {"provider": python(), "tolerance": judged("result_value_between", lower=1, upper=2)},
            Threshold(1, 2),
        ),
        ({"provider": python(), "tolerance": True}, Threshold()),
        ({"provider": python(), "tolerance": [1, 2, 3]}, Threshold()),
        ({"provider": {"type": "http"}, "tolerance": 200}, Threshold()),
        ({"provider": {"type": "http"}, "tolerance": [200, 201]}, Threshold()),
        (
            {
                "provider": {"type": "http"},
                "tolerance": {"type": "range", "range": [1, 2], "target": "status"},
            },
            Threshold(),
        ),
        (
            {"provider": {"type": "http"}, "tolerance": {"type": "range", "range": [1, 2], "target": "body"}},
            Threshold(1, 2),
        ),
        ({"provider": {"type": "http"}, "tolerance": {"type": "regex", "pattern": "x"}}, Threshold()),
        (
            {"provider": {"type": "http"}, "tolerance": judged("status_in_range", lower=200, upper=299)},
            Threshold(),
        ),
        ({"provider": python("read_http_status_code", "chaoscloud.probes.http"), "tolerance": 200}, Threshold()),
        ({"provider": python("http_status", "acme.web"), "tolerance": [200, 299]}, Threshold()),
        ({"provider": python("exit_code", "acme.shell"), "tolerance": 0}, Threshold()),
        ({}, Threshold()),
    ],
)
def test_the_threshold_is_the_tolerances_bound(probe: dict[str, Any], expected: Threshold) -> None:
    assert threshold(probe, {"bound": "250"}) == expected


def test_a_number_of_prometheus_has_the_unit_that_the_file_gives() -> None:
    query = partial(python, "query", "chaoscloud.probes.prometheus", query="up")
    shares = {"type": "range", "range": [0, 5]}
    assert threshold({"provider": query(unit="%"), "tolerance": shares}) == Threshold(0, 5, "%")
    assert threshold({"provider": query(), "tolerance": shares}) == Threshold(0, 5, "")
    assert threshold({"provider": query(unit=7), "tolerance": shares}) == Threshold(0, 5, "")
    assert charts_number({"provider": query(), "tolerance": shares})


def test_only_a_probe_of_its_own_duration_has_a_time_threshold() -> None:
    under = judged("response_time_under", duration=600)
    above, another = judged("response_time_above", duration=600), {"provider": python("another"), "tolerance": under}
    assert time_threshold_s(timed(under), threshold(timed(under))) == 0.6
    assert time_threshold_s(timed(above), threshold(timed(above))) is None
    assert time_threshold_s(another, threshold(another)) is None


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (Threshold(upper=600, unit="ms"), Threshold(upper=300, unit="ms")),
        (Threshold(upper=200, unit="ms"), Threshold(upper=200, unit="ms")),
        (Threshold(lower=50), Threshold(50, 300, "ms")),
    ],
)
def test_of_a_limit_and_a_tolerance_the_stricter_bound_is_shown(bound: Threshold, expected: Threshold) -> None:
    assert within(bound, ValueLimit(0, 300, "ms", "p95 <= 300ms")) == expected


@pytest.mark.parametrize(
    ("probe", "charts"),
    [
        (timed(judged("response_time_under", duration=600)), True),
        ({"provider": python("queue_length", "acme.queue"), "tolerance": [0, 40]}, True),
        ({"provider": python("queue_length", "acme.queue"), "tolerance": "${most}"}, True),
        (
            {"provider": python("queue", "acme.queue"), "tolerance": {"type": "range", "target": "n", "range": [0, 9]}},
            True,
        ),
        ({"provider": {"type": "http"}, "tolerance": {"type": "range", "target": "body", "range": [0, 9]}}, True),
        ({"provider": {"type": "http"}, "tolerance": 200}, False),
        ({"provider": {"type": "http"}, "tolerance": {"type": "regex", "target": "body", "pattern": "ok"}}, False),
        ({"provider": {"type": "process"}, "tolerance": 0}, False),
        ({"provider": {"type": "process"}, "tolerance": {"type": "range", "target": "stdout", "range": [0, 9]}}, False),
        ({"provider": python("is_up", "acme.web"), "tolerance": True}, False),
        ({"provider": python("colour", "acme.web"), "tolerance": "green"}, False),
        ({"provider": python("http_status", "acme.web"), "tolerance": 200}, False),
        ({"provider": python("query", "acme.prometheus"), "tolerance": judged("result_value_under", upper=1)}, False),
    ],
)
def test_whether_a_probe_charts_a_number_is_known_before_a_run(probe: dict[str, Any], charts: bool) -> None:
    assert charts_number(probe) is charts
