"""What a run takes beside its planned phases, were every limit used up."""

from typing import Any

import pytest

from rtk.experiment.plan import Plan
from rtk.insight.facts import ServiceLevelObjective
from rtk.report.planned import planned
from rtk.verify.longest import beside_s
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.tries import GRACE_S, LIMIT_S
from tests.verify.test_proof import proving
from tests.verify.world import World, action, experiment, play


def process(**more: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": "true", **more.pop("provider", {})}
    return {"type": "action", "name": "mend", "provider": provider, **more}


@pytest.mark.parametrize(
    ("rollback", "seconds"),
    [
        (process(), 3 * (LIMIT_S + GRACE_S) + 3),
        (process(provider={"timeout": 10}), 3 * (10 + GRACE_S) + 3),
        (process(provider={"timeout": "${limit}"}), 3 * (LIMIT_S + GRACE_S) + 3),
        (process(extensions=[{"name": "rtk", "tries": 1}]), LIMIT_S + GRACE_S),
        (process(extensions=[{"name": "rtk", "tries": 5}], provider={"timeout": 1}), 5 * (1 + GRACE_S) + 10),
        (process(pauses={"before": 4, "after": 6}), 3 * (LIMIT_S + GRACE_S) + 13),
    ],
)
def test_a_rollback_takes_its_tries_times_its_limit_with_the_pauses_between(
    rollback: dict[str, Any], seconds: float
) -> None:
    assert beside_s({"method": [], "rollbacks": [rollback]}) == seconds
    assert beside_s({"method": [], "rollbacks": [rollback, rollback]}) == 2 * seconds


def test_effects_and_proofs_take_as_long_as_they_are_awaited() -> None:
    method = [
        action("burn", activity=proving("effect", "burn", 1.0, within=40)),
        action("blow", activity=proving("restored", "unburn", 1.0, within=20)),
    ]
    assert beside_s({"method": method, "rollbacks": []}) == 60


@pytest.mark.parametrize(
    ("method", "seconds"),
    [
        ([process(provider={"timeout": 12}, pauses={"before": 8, "after": 5})], 23),
        ([process(provider={"timeout": 3}), process(provider={"timeout": 8}, type="probe")], 9),
        ([process()], 0),
        ([process(provider={"timeout": 12}, background=True), process(provider={"timeout": 4})], 10),
        ([process(provider={"timeout": 9}, background=True), process(**proving("effect", "x", 1.0, within=4))], 7),
        ([process(provider={"timeout": 1}, **proving("effect", "x", 1.0, within=4))], 5),
        ([process(**proving("effect", "x", 1.0, within=4)), process(**proving("effect", "x", 1.0, within=4))], 6),
    ],
)
def test_a_method_that_may_outlast_its_conditions_counts_what_it_takes_longer(
    method: list[dict[str, Any]], seconds: float
) -> None:
    assert beside_s({"method": method}, 2.0) == seconds


def test_a_run_whose_method_takes_its_time_lasts_no_longer_than_was_told(world: World, tmp_path: Any) -> None:
    method = [action("burn", takes=12.0, activity={"timeout": 12, "pauses": {"before": 8, "after": 5}})]
    out = play(tmp_path, experiment(method=method), Plan(1.0, 5.0))
    lasted = next(p for p in out.facts.phases if p.phase == "conditions")
    assert lasted.ended is not None
    assert 24.0 <= lasted.ended - lasted.started <= 5.0 + beside_s({"method": method}, 5.0)


@pytest.mark.parametrize("document", [{}, {"method": None}, {"rollbacks": ["x", 1]}, {"method": [{"extensions": 1}]}])
def test_what_is_no_experiment_takes_nothing(document: dict[str, Any]) -> None:
    assert beside_s(document) == 0


def test_an_undo_that_never_works_takes_no_longer_than_was_told(world: World, tmp_path: Any) -> None:
    method = [action("burn", activity=proving("restored", "burn", 1e9, within=20))]
    document = experiment(method=method, rollbacks=[action("unburn", takes=1e7)])
    out = play(tmp_path, document, Plan(1.0, 5.0))
    undo = next(p for p in out.facts.phases if p.phase == "undo")
    assert undo.ended is not None
    assert beside_s(document) - 3 * 5.0 <= undo.ended - undo.started <= beside_s(document)


def test_the_plan_names_what_it_costs_at_worst() -> None:
    plan = Plan(1.0, 60.0, warm_up_s=10.0, cool_down_s=20.0, objective=ServiceLevelObjective(0.95, 86400.0))
    lines = planned(plan, experiment(rollbacks=[process(provider={"timeout": 10})]))
    assert (
        "At worst, with every measurement deviating (2 min 18 s, 48 s of it beside the planned phases, each time "
        "limit being used up), it spends 3.2 % of the budget." in lines
    )
    without = planned(plan, experiment(method=[], rollbacks=[]))
    assert "At worst, with every measurement deviating (90 s), it spends 2.1 % of the budget." in without


def test_a_control_that_may_hang_beside_the_undo_counts_its_patience() -> None:
    document: dict[str, Any] = {"method": [], "rollbacks": []}
    assert beside_s(document) == 0.0
    assert beside_s({**document, "controls": [{"name": "mine"}]}) == BESIDE_UNDO_S
    assert beside_s({**document, "rollbacks": [{"controls": [{"name": "mine"}], "provider": {}}]}) > BESIDE_UNDO_S
