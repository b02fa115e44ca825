"""Promises about a quantile: one grammar, spelled back one way, and held against one probe."""

from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.block import Overrides, plan_of
from rtk.experiment.plan import ValueLimit
from rtk.experiment.quantile import limit_of, quantile_promise
from rtk.experiment.upgrade import upgrade
from rtk.insight.facts import ServiceLevelObjective
from tests.experiment.samples import small

TIMED = {
    "type": "python",
    "module": "chaoscloud.probes.http",
    "func": "time_http_call",
    "arguments": {"url": "http://x"},
}
UNDER = {
    "type": "probe",
    "name": "under",
    "provider": {
        "type": "python",
        "module": "chaoscloud.tolerances.http",
        "func": "response_time_under",
        "arguments": {"duration": 6000},
    },
}


def probe(name: str, provider: dict[str, Any] | None = None, tolerance: Any = None) -> dict[str, Any]:
    return {"type": "probe", "name": name, "provider": provider or TIMED, "tolerance": tolerance or UNDER}


def experiment(*probes: dict[str, Any], **verification: Any) -> dict[str, Any]:
    block = {"frequency-of-measurement": 5, "duration-of-conditions": 900, **verification}
    hypothesis = {"title": "It answers", "probes": list(probes)}
    extension = {"name": "chaosiq", "verification": block}
    return small(**{"steady-state-hypothesis": hypothesis, "extensions": [extension]})


QUEUE = probe("queue", {"type": "python", "module": "acme.queue", "func": "length", "arguments": {}}, [0, 100])
DISK = {
    "type": "python",
    "module": "chaoscloud.probes.disk",
    "func": "read_free_space",
    "arguments": {"path": "/"},
}
FREE = probe("free-space", DISK, [10, 100])
STATUS = probe("status", {"type": "http", "url": "http://x"}, 200)


@pytest.mark.parametrize(
    ("text", "share", "spelled"),
    [
        ("p95 <= 300ms", 0.95, "p95 <= 300ms"),
        ("  P95<=300 ms ", 0.95, "p95 <= 300ms"),
        ("p99.90 ≤ 0.50s", 0.999, "p99.9 <= 0.5s"),
        ("p50 <= 2min", 0.5, "p50 <= 2min"),
        ("p90 <= 40", 0.9, "p90 <= 40"),
        ("p95 of the  checkout <= 300ms", 0.95, "p95 of the checkout <= 300ms"),
        ("p95 of a <= b <= 300ms", 0.95, "p95 of a <= b <= 300ms"),
    ],
)
def test_a_promise_is_read_and_spelled_back(text: str, share: float, spelled: str) -> None:
    promise = quantile_promise(text)
    assert (promise.share, promise.spelled()) == (share, spelled)
    assert quantile_promise(spelled) == promise


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("p0 <= 300ms", "above p1 and below p100, not p0"),
        ("p1 <= 300ms", "above p1 and below p100, not p1"),
        ("p100 <= 300ms", "above p1 and below p100, not p100"),
        ("p99.99999999999999999 <= 1s", "below p100"),
        ("p0.95 <= 300ms", "did you mean p95?"),
        ("p95 <= 300sec", 'unknown unit "sec", expected ms, s or min'),
        ("p95 <= -3ms", "a limit of 0 or more"),
        ("p95 < 300ms", "expected a quantile and its limit such as p95 <= 300ms"),
        ("p95 >= 300ms", "expected a quantile and its limit"),
        ("95% <= 300ms", "expected a quantile and its limit"),
        ("p95 <= 300ms" * 100, "expected a quantile and its limit"),
        (95, "expected a quantile and its limit"),
        (None, "not null"),
    ],
)
def test_what_is_no_promise_is_refused_in_one_sentence(value: object, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        quantile_promise(value, "quantile")
    assert told in str(refused.value)
    assert str(refused.value).startswith("quantile: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "upper"), [("p95 <= 300ms", 300.0), ("p95 <= 0.3s", 300.0), ("p95 <= 2min", 120_000.0)]
)
def test_a_limit_is_in_the_unit_of_the_value(text: str, upper: float) -> None:
    limit = limit_of(quantile_promise(text), experiment(probe("checkout")))
    assert (limit.position, limit.upper, limit.unit) == (0, upper, "ms")


def test_a_limit_of_a_value_in_per_cent_is_a_bare_number() -> None:
    limit = limit_of(quantile_promise("p90 <= 80"), experiment(FREE))
    assert limit == ValueLimit(0, 80.0, "%", "p90 <= 80")


def test_of_several_probes_the_one_that_is_named_has_the_limit() -> None:
    limit = limit_of(quantile_promise("p99 of queue <= 40"), experiment(STATUS, QUEUE))
    assert limit == ValueLimit(1, 40.0, "", "p99 of queue <= 40")


@pytest.mark.parametrize(
    ("text", "probes", "told"),
    [
        (
            "p95 <= 300ms",
            (STATUS, probe("checkout")),
            "2 probes, expected the name of one as in p95 of status <= 300ms",
        ),
        (
            "p95 of chekout <= 300ms",
            (probe("checkout"),),
            'no probe "chekout" in the hypothesis, did you mean checkout?',
        ),
        ("p95 of status <= 300ms", (STATUS, probe("checkout")), 'the probe "status" gives no number'),
        ("p95 <= 300", (probe("checkout"),), '"checkout" is measured in ms, expected ms, s or min as in p95 <= 300ms'),
        ("p95 <= 300ms", (QUEUE,), 'the value of "queue" has no unit, expected a bare number as in p95 <= 300'),
        ("p95 <= 300ms", (FREE,), 'the value of "free-space" is in %, expected a bare number as in p95 <= 300'),
        ("p95 <= 300ms", (), "needs a probe, and the hypothesis has none"),
    ],
)
def test_a_limit_that_no_value_can_have_is_refused(text: str, probes: tuple[dict[str, Any], ...], told: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan_of(experiment(*probes, objective={"quantile": text}))
    assert told in str(refused.value)
    assert str(refused.value).startswith("extensions[0].verification.objective.quantile: ")


def test_a_quantile_is_a_target_and_a_limit_in_the_plan() -> None:
    plan = plan_of(
        experiment(probe("checkout"), objective={"name": "Checkout", "quantile": "p95<=0.3s", "window": "1d"})
    )
    assert plan.objective == ServiceLevelObjective(0.95, 86_400.0, "Checkout", "p95 <= 0.3s")
    assert plan.limit == ValueLimit(0, 300.0, "ms", "p95 <= 0.3s")


@pytest.mark.parametrize(
    ("objective", "options", "told"),
    [
        ({"quantile": "p95 <= 1s", "target": 0.95}, {}, "objective.quantile: promises a share already"),
        (None, {"quantile": "p95 <= 1s", "target": 0.9}, "--quantile: promises a share already"),
        ({"quantile": "p95 <= 1s"}, {"target": 0.9}, "--target: the file promises p95 <= 1s, expected --quantile"),
        (None, {"quantile": "p100 <= 1s"}, "--quantile: expected a quantile above p1"),
        (None, {"quantile": "p95 of none <= 1s"}, '--quantile: there is no probe "none"'),
    ],
)
def test_a_share_and_a_quantile_are_never_promised_at_once(
    objective: dict[str, Any] | None, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=r"expected|no probe") as refused:
        plan_of(experiment(probe("checkout"), **({"objective": objective} if objective else {})), Overrides(**options))
    assert told in str(refused.value)


def test_an_option_takes_the_place_of_what_the_file_promises() -> None:
    given = experiment(probe("checkout"), objective={"target": 0.9, "window": "1d"})
    plan = plan_of(given, Overrides(quantile="p99 <= 1s"))
    assert plan.objective == ServiceLevelObjective(0.99, 86_400.0, "", "p99 <= 1s")


def test_an_experiment_is_upgraded_to_promise_a_quantile() -> None:
    plain = small(**{"steady-state-hypothesis": {"title": "It answers", "probes": [probe("checkout")]}})
    made = upgrade(plain, Overrides(every_s=5, for_s=900, quantile="p95 <= 300 ms", window_s=3600), new_id=lambda: "v")
    assert made["extensions"][0]["verification"]["objective"] == {
        "name": "It answers",
        "quantile": "p95 <= 300ms",
        "window": 3600,
    }
    with pytest.raises(BadInput, match="has no unit"):
        upgrade(
            {**plain, "steady-state-hypothesis": {"title": "t", "probes": [QUEUE]}},
            Overrides(5, 9, quantile="p9 <= 1s"),
        )
