import json

import pytest

from rtk.errors import BadInput
from rtk.experiment.block import Overrides, plan_of
from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.upgrade import upgrade
from rtk.insight.facts import ServiceLevelObjective
from tests.experiment.samples import PLAIN, small, with_block

_OPTIONS = Overrides(every_s=10, for_s=300, warm_up_s=0.5, target=0.95, window_s=86400)


def test_an_experiment_becomes_a_verification_and_stays_itself() -> None:
    plain = json.loads(PLAIN.read_bytes())
    upgraded = upgrade(plain, _OPTIONS, new_id=lambda: "an-id")
    objective = ServiceLevelObjective(0.95, 86400, "Application responds")
    assert plan_of(upgraded) == Plan(10, 300, 0.5, 0, objective, verification_id="an-id")
    extensions = upgraded.pop("extensions")
    assert upgraded == plain == json.loads(PLAIN.read_bytes())
    assert extensions[0]["verification"]["frequency-of-measurement"] == 10


def test_other_extensions_stay() -> None:
    upgraded = upgrade(small(extensions=[{"name": "other"}]), _OPTIONS)
    assert [each["name"] for each in upgraded["extensions"]] == ["other", "chaosiq"]


def test_the_ids_of_a_block_without_a_verification_stay() -> None:
    upgraded = upgrade(small(extensions=[{"name": "chaosiq", "team_id": "t"}]), _OPTIONS)
    assert upgraded["extensions"][0]["team_id"] == "t"


def test_what_is_required_and_what_stops_a_run_is_written_beside_the_rules_that_are_there() -> None:
    options = Overrides(every_s=1, for_s=30, warm_up_s=5, target=0.9, require_baseline=True, decided=True)
    upgraded = upgrade(with_block(stop_when={"deviated-in-a-row": 3}), options, replace=True)
    plan = plan_of(upgraded)
    assert (plan.require_baseline, plan.stop_when) == (True, StopWhen(3, decided=True))


def test_a_verification_is_not_replaced_unasked() -> None:
    written = with_block(id="mine", max_in_flight=5)
    with pytest.raises(BadInput, match="is a verification already, give --replace"):
        upgrade(written, _OPTIONS)
    plan = plan_of(upgrade(written, _OPTIONS, replace=True, name="other"))
    assert (plan.verification_id, plan.max_in_flight) == ("mine", 5)
    assert plan.objective == ServiceLevelObjective(0.95, 86400, "other")


def test_what_is_no_experiment_is_refused() -> None:
    with pytest.raises(BadInput, match="title: missing"):
        upgrade({}, _OPTIONS)
