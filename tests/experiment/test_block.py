import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.experiment import limits, needs, packages
from rtk.experiment.block import Overrides, block_of, plan_of
from rtk.experiment.check import check
from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.read import document
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.outage_length import Learned
from tests.experiment.samples import JSON_VALUES, VERIFICATION, changed, paths, refusal_of, small, with_block

_PUBLISHED = document(VERIFICATION.read_bytes(), "f", "json")[0]
_PLACE = r"extensions\[0\].verification"


def test_the_published_plan_is_30_slots() -> None:
    plan = plan_of(_PUBLISHED)
    assert (plan.frequency_s, plan.duration_s, plan.slots("conditions")) == (10.0, 300.0, 30)
    assert plan.verification_id == "dd1e52d0-454a-40b8-8864-5d34834191e6"
    assert plan.objective is None


def test_the_ids_of_a_block_are_found() -> None:
    block = block_of(_PUBLISHED)
    assert block is not None
    assert block.ids["team_id"] == "f3a36d51-2486-4eb1-9fe3-29b4ea8fb387"
    assert set(block.ids) == {"experiment_id", "objective_id", "team_id", "org_id"}


def test_every_key_is_read() -> None:
    plan = plan_of(
        with_block(
            id="v",
            warm_up_duration=60,
            cool_down_duration=0.5,
            objective={"name": "fast", "target": 0.95, "window": "1d"},
            max_in_flight=4,
            stop_when={"deviated-in-a-row": 3, "budget-spent": 0.5, "max-duration": 900, "decided": True},
            require_baseline=True,
        )
    )
    stops = StopWhen(3, 0.5, 900, decided=True)
    expected = Plan(10, 300, 60, 0.5, ServiceLevelObjective(0.95, 86400, "fast"), 4, stops, "v", require_baseline=True)
    assert plan == expected


PROMISED = {"objective": {"target": 0.95}, "warm_up_duration": 60}


def test_options_ask_for_what_the_file_does_not() -> None:
    asked = plan_of(with_block(**PROMISED, stop_when={"deviated-in-a-row": 3}), Overrides(decided=True))
    assert asked.stop_when == StopWhen(3, decided=True)
    assert plan_of(with_block(**PROMISED), Overrides(require_baseline=True)).require_baseline
    denied = plan_of(with_block(**PROMISED, require_baseline=False, stop_when={"decided": False}))
    assert (denied.require_baseline, denied.stop_when) == (False, StopWhen())


@pytest.mark.parametrize(
    ("block", "options", "says"),
    [
        ({}, Overrides(require_baseline=True), "--require-baseline: there is no baseline, expected warm-up-duration"),
        (
            {"objective": {"target": 0.9}, "require_baseline": True},
            Overrides(),
            r"extensions\[0\].verification.require-baseline: there is no baseline, expected warm-up-duration above 0",
        ),
        (
            {"require_baseline": True, **PROMISED},
            Overrides(warm_up_s=0.0),
            r"extensions\[0\].verification.require-baseline: there is no baseline",
        ),
        ({"warm_up_duration": 60}, Overrides(require_baseline=True), "--require-baseline: no objective can be missed"),
        ({}, Overrides(decided=True), "--stop-when: nothing can be decided without an objective, expected one"),
        (
            {"stop_when": {"decided": True}},
            Overrides(),
            r"extensions\[0\].verification.stop-when.decided: nothing can be decided without an objective",
        ),
        ({**PROMISED, "stop_when": {"decided": 1}}, Overrides(), ".*stop-when.decided: expected true or false, not 1$"),
        (
            {**PROMISED, "require_baseline": "yes"},
            Overrides(),
            ".*require-baseline: expected true or false, not .yes.$",
        ),
    ],
)
def test_what_cannot_be_required_or_decided_is_refused(block: dict[str, Any], options: Overrides, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        plan_of(with_block(**block), options)


def test_options_make_any_experiment_a_verification() -> None:
    options = Overrides(every_s=1, for_s=30, warm_up_s=2, cool_down_s=3, target=0.9, window_s=60)
    assert plan_of(small(), options) == Plan(1, 30, 2, 3, ServiceLevelObjective(0.9, 60))


def test_options_go_before_the_block() -> None:
    written = with_block(objective={"name": "fast", "target": 0.95, "window": "1d"}, warm_up_duration=5)
    plan = plan_of(written, Overrides(every_s=2, target=0.5))
    assert plan == Plan(2, 300, 5, 0, ServiceLevelObjective(0.5, 86400, "fast"))


def test_an_option_of_zero_goes_before_the_block_too() -> None:
    assert plan_of(with_block(warm_up_duration=5), Overrides(warm_up_s=0)).warm_up_s == 0


@pytest.mark.parametrize("plain", [small(), small(extensions=[]), small(extensions=[{"name": "chaosiq"}])])
def test_without_a_block_or_options_both_ways_are_told(plain: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"--every 10s --for 5m.*`rtk experiment upgrade`"):
        plan_of(plain)


@pytest.mark.parametrize("value", [0, -1, -0.0, math.nan, math.inf, 86401, 10**400, "10", "10s", True, [], {}])
def test_a_frequency_out_of_range_is_refused_with_its_place(value: object) -> None:
    says = f"{_PLACE}.frequency-of-measurement: expected seconds above 0 and at most 86400"
    with pytest.raises(BadInput, match=says):
        plan_of(with_block(**{"frequency-of-measurement": value}))


@pytest.mark.parametrize("key", ["duration-of-conditions", "warm-up-duration", "cool-down-duration"])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, 31 * 86400, "5m", True, []])
def test_a_duration_out_of_range_is_refused_with_its_place(key: str, value: object) -> None:
    with pytest.raises(BadInput, match=f"{_PLACE}.{key}: expected seconds from 0 to 2592000"):
        plan_of(with_block(**{key: value}))


@pytest.mark.parametrize("value", [0, 1, 1.5, "95", -1, math.nan, None, [], True])
def test_a_target_out_of_range_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(BadInput, match=f"{_PLACE}.objective.target: (expected a share|missing)"):
        plan_of(with_block(objective={"target": value}))


@pytest.mark.parametrize(
    ("verification", "says"),
    [
        (
            {"freqency-of-measurement": 1},
            "freqency-of-measurement: unknown, did you mean frequency-of-measurement",
        ),
        ({"\x1b[2Jx\n": 1}, r'"\\u001b\[2Jx\\n": unknown, known here'),
        ({"zzz": 1}, "zzz: unknown, known here: acts-on, cool-down-duration"),
        ({"objective": {"targett": 0.5}}, "objective.targett: unknown, did you mean target"),
        ({"stop-when": {"deviated": 1}}, "stop-when.deviated: unknown, did you mean deviated-in-a-row"),
        ({"objective": 0.95}, "objective: expected a mapping, not 0.95"),
        ({"objective": {"target": 0.9, "window": "0s"}}, "objective.window: expected a window above 0"),
        ({"objective": {"target": 0.9, "name": 3}}, "objective.name: expected text"),
        ({"stop-when": []}, "stop-when: expected a mapping, not a list"),
        ({"stop-when": {"deviated-in-a-row": 1.5}}, "stop-when.deviated-in-a-row: expected a whole number"),
        ({"stop-when": {"budget-spent": 0.5}}, "stop-when.budget-spent: there is no budget"),
        ({"stop-when": {"max-duration": 0}}, "stop-when.max-duration: expected seconds above 0"),
        ({"max-in-flight": 0}, "max-in-flight: expected a whole number from 1 to 1,000"),
        ({"max-in-flight": 1001}, "max-in-flight: expected a whole number"),
        ({"id": 5}, "id: expected text"),
        ({"duration-of-conditions": None}, "duration-of-conditions: missing, .* .or give --for"),
        ({"frequency-of-measurement": 1e-7}, "frequency-of-measurement: every 0.0001 ms makes 3,000,000,000"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(verification: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=f"^{_PLACE}.{says}"):
        plan_of(with_block(**verification))


def test_budget_spent_must_be_a_share_of_the_budget() -> None:
    objective = {"target": 0.9, "window": "1d"}
    with pytest.raises(BadInput, match="budget-spent: expected a share of the budget"):
        plan_of(with_block(objective=objective, stop_when={"budget-spent": 2}))


def test_more_than_one_block_is_refused() -> None:
    blocks = [{"name": "chaosiq"}, {"name": "other"}, {"name": "chaosiq"}]
    with pytest.raises(BadInput, match="expected one block named chaosiq, there are 2"):
        plan_of(small(extensions=blocks))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Overrides(every_s=0, for_s=1), "--every: expected seconds above 0"),
        (Overrides(every_s=1, for_s=math.nan), "--for: expected seconds from 0"),
        (Overrides(every_s=1, for_s=1, target=1.5), "--target: expected a share"),
        (Overrides(every_s=1, for_s=1, window_s=5), "--window: means nothing without --target"),
        (Overrides(every_s=1, for_s=1, target=0.5, window_s=0), "--window: expected a window above 0"),
        (Overrides(every_s=1e-9, for_s=1), "makes 1,000,000,000 measurements, expected at most 10,000,000"),
    ],
)
def test_bad_options_are_named(options: Overrides, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        plan_of(small(), options)


@given(st.sampled_from(paths(_PUBLISHED)), JSON_VALUES)
@settings(max_examples=250)
def test_the_tutorial_with_any_node_replaced_is_planned_or_refused(path: list[Any], value: Any) -> None:
    mutated = changed(_PUBLISHED, path, value)
    planned = refusal_of(lambda: plan_of(mutated)) is None
    if refusal_of(lambda: check(mutated)) is not None:
        return
    assert planned or "extensions" in path or path == []
    for probe in mutated["steady-state-hypothesis"]["probes"]:
        assert limits.time_limit(probe, {}) > 0
        limits.threshold(probe, {})
    needs.missing(mutated, {})
    needs.warnings(mutated)
    packages.all_modules(mutated)


def taught(learned: Any) -> dict[str, Any]:
    document = with_block()
    document["extensions"][0]["outage_learned"] = learned
    return document


def test_what_a_console_learned_travels_beside_the_ids() -> None:
    plan = plan_of(taught({"seconds": 41.2, "outages": 12, "runs": 5}), Overrides(outage_lasts_s=30))
    assert (plan.outage_lasts_s, plan.outage_learned) == (30, Learned(41.2, 12, 5))
    assert plan_of(taught(None)).outage_learned is None


def lasting(**keys: Any) -> dict[str, Any]:
    objective = {"target": 0.9, **({"proof-lasts": keys["objective"]} if "objective" in keys else {})}
    own = {"proof-lasts": keys["own"]} if "own" in keys else {}
    block = {"frequency-of-measurement": 1, "duration-of-conditions": 1, "objective": objective, **own}
    return {**_PUBLISHED, "extensions": [{"name": "chaosiq", "verification": block}]}


def test_the_shorter_length_of_a_proof_counts() -> None:
    assert plan_of(lasting(own="30d", objective="7d")).proof_lasts_s == 7 * 86_400
    assert plan_of(lasting(objective=60)).proof_lasts_s == 60
    assert plan_of(lasting()).proof_lasts_s is None


@pytest.mark.parametrize("value", [0, 59, "367d", "soon", True, []])
def test_how_long_a_proof_lasts_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(BadInput, match=r"verification\.proof-lasts: expected"):
        plan_of(lasting(own=value))
