"""What one occurrence costs by all runs of a verification, in one query."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec import to_builtins

from rtk.console.store import changes, occurrences, runs
from rtk.console.store.models import Verification
from rtk.console.store.verifications import occurs_in
from tests.console.live import EXPERIMENT, PLAN
from tests.console.people.world import World, made
from tests.insight.test_occurrence import priced

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return made()


@pytest.fixture
def verification(world: World) -> Verification:
    values = {
        "name": "Busy",
        "experiment": EXPERIMENT,
        "frequency": 1.0,
        "duration": 60.0,
        "warm_up": 12.0,
        "cool_down": 6.0,
        "stop_when": {},
        "objective": {"name": "It answers", "target": 0.95, "window": 86_400.0},
        "occurs": "2/30d",
    }
    return changes.new_verification(world.shop, world.owner, values)


def ran(world: World, of: Verification, occurrence: Any) -> None:
    run = runs.make(of.team, world.owner, of, PLAN, uuid4())
    run.occurrence = occurrence
    run.save()


def test_the_dearest_of_all_runs_is_found_in_one_query(
    world: World, verification: Verification, django_assert_num_queries: Any
) -> None:
    for marks in ("x", 20 * "x", "xxx"):
        ran(world, verification, to_builtins(priced(marks + 40 * ".")))
    ran(world, verification, None)
    ran(world, verification, {"answer": "of a later version"})
    with django_assert_num_queries(1):
        found = occurrences.dearest(verification.pk, occurs_in(verification))
    assert found is not None
    assert (found.runs, found.unpriced) == (3, 0)
    shown = occurrences.shown(found)
    assert shown is not None
    assert (shown["answer"], shown["cost_s"]) == ("within-allowance", 21.0)


def test_where_nothing_is_expected_nothing_is_asked(verification: Verification, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert occurrences.dearest(verification.pk, None) is None
    assert occurrences.shown(None) is None


def test_runs_of_before_the_expectation_changed_are_left_out(world: World, verification: Verification) -> None:
    ran(world, verification, to_builtins(priced("x" + 40 * ".")))
    changed = changes.change_verification(world.shop, world.owner, verification, {"occurs": "3/30d"})
    assert occurrences.dearest(changed.pk, occurs_in(changed)) is None
