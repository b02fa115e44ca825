"""Which revision of a verification is the current one, where people change what it measures."""

from typing import Any

import pytest

from rtk.console.store import changes, experiments
from rtk.console.store.evidence import Revision
from rtk.console.store.models import Verification
from tests.console.live import EXPERIMENT
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db
VALUES = {"name": "v", "frequency": 10.0, "duration": 300.0, "warm_up": 0.0, "cool_down": 0.0, "stop_when": {}}
PROMISE = {"name": "Checkout", "target": 0.95, "window": 86_400.0}


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


@pytest.fixture
def of(world: World) -> Verification:
    return changes.new_verification(
        world.shop, world.member, {**VALUES, "experiment": EXPERIMENT, "objective": dict(PROMISE)}
    )


def number(of: Verification) -> int:
    found = Verification.objects.select_related("revision").get(pk=of.pk).revision
    assert found is not None
    return found.number


def test_a_new_verification_has_its_first_revision(of: Verification) -> None:
    found = Revision.objects.get()
    assert (number(of), found.target, found.frequency_s) == (1, 0.95, 10.0)


@pytest.mark.parametrize("change", [{"name": "w"}, {"stop_when": {"deviated-in-a-row": 3}}, {"proof_lasts": 90.0}])
def test_names_and_how_evidence_is_read_make_none(world: World, of: Verification, change: dict[str, Any]) -> None:
    changes.change_verification(world.shop, world.member, of, change)
    assert number(of) == 1


def test_what_is_measured_makes_one_however_much_of_it_changes_at_once(world: World, of: Verification) -> None:
    document = {
        **EXPERIMENT,
        "rollbacks": [{"type": "action", "name": "r", "provider": {"type": "process", "path": "t"}}],
    }
    changes.change_verification(world.shop, world.member, of, {"experiment": document, "frequency": 5.0})
    assert (number(of), Revision.objects.count()) == (2, 2)


def test_an_experiment_that_is_sent_again_changed_makes_one(world: World, of: Verification) -> None:
    experiments.keep(world.shop, world.member, {**EXPERIMENT, "title": "Renamed"}, str(of.experiment_id))
    assert number(of) == 1
    experiments.keep(world.shop, world.member, {**EXPERIMENT, "method": []}, str(of.experiment_id))
    assert number(of) == 2


def test_another_target_makes_one_for_each_verification_of_the_objective(world: World, of: Verification) -> None:
    assert of.objective is not None
    changes.change_objective(of.objective, {"name": "Renamed", "window": 3600.0})
    assert number(of) == 1
    changes.change_objective(of.objective, {"target": 0.9})
    assert number(of) == 2


def test_a_change_that_is_taken_back_is_the_revision_that_it_was(world: World, of: Verification) -> None:
    for frequency in (5.0, 10.0):
        changes.change_verification(world.shop, world.member, of, {"frequency": frequency})
    assert (number(of), Revision.objects.count()) == (1, 2)
