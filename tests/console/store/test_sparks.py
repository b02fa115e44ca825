"""What a list draws of a run."""

from typing import Any

import pytest

from rtk.console.store import sparks
from rtk.console.store.insights import keep
from rtk.console.store.models import Measurement
from rtk.insight.facts import PHASES
from tests.console.live import head, measurement
from tests.console.pages.insights.made import a_run, told
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def test_the_worst_of_each_stretch_is_kept_of_a_run_that_ended(world: World) -> None:
    run = a_run(world)
    bad, lost = 123, 457
    outcomes = {bad: "deviated", lost: "missed"}
    entries = [measurement(slot, outcomes.get(slot, "met"), None if slot == lost else 60.0) for slot in range(1000)]
    entries[bad]["value"] = 50.0  # less than what surrounds it: it is the outcome that counts
    told(run, [head(str(run.id)), *entries])
    keep(run)
    spark = sparks.of([run])[run.id]
    assert len(spark.values) == 40
    assert spark.outcomes.count("deviated") == spark.outcomes.count("missed") == 1
    assert spark.values[spark.outcomes.index("deviated")] == 50.0
    assert spark.values[spark.outcomes.index("missed")] is None


def test_where_low_values_are_the_bad_ones_the_lowest_stands_for_its_stretch(world: World) -> None:
    run = a_run(world)
    entries = [measurement(slot, "deviated", 30.0 + slot % 7) for slot in range(280)]
    told(run, [{**head(str(run.id)), "threshold": {"lower": 100.0, "upper": None, "unit": "rps"}}, *entries])
    keep(run)
    assert sparks.of([run])[run.id].values == [30.0] * 40


def test_what_is_drawn_is_in_the_order_it_was_due(world: World) -> None:
    run = a_run(world)
    entries = [measurement(0, value=float(place), phase=phase) for place, phase in enumerate(PHASES)]
    told(run, [head(str(run.id)), *[{**entry, "due": float(at)} for at, entry in enumerate(entries)]])
    keep(run)
    assert sparks.of([run])[run.id].values == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_what_is_kept_needs_no_query_and_outlives_the_measurements(
    world: World, django_assert_num_queries: Any
) -> None:
    run = a_run(world)
    told(run, [head(str(run.id)), *[measurement(slot) for slot in range(5)]])
    keep(run)
    Measurement.objects.all().delete()
    with django_assert_num_queries(0):
        assert sparks.of([run])[run.id].values == [65.0] * 5


def test_runs_under_way_show_the_last_forty_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    runs = [a_run(world) for _ in range(3)]
    for run in runs[:2]:
        told(run, [head(str(run.id)), *[measurement(slot, value=float(slot)) for slot in range(50)]])
    with django_assert_num_queries(1):
        found = sparks.of(runs)
    assert found[runs[0].id].values == [float(slot) for slot in range(10, 50)]
    assert found[runs[0].id].threshold == {"lower": 0, "upper": 6000, "unit": "ms"}
    assert found[runs[2].id].values == []


def test_of_no_runs_nothing_is_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert sparks.of([]) == {}
