"""Runs that ended before it was kept what they count for."""

from datetime import timedelta

import pytest
from django.db import connection

from rtk.console.store import backlog
from rtk.console.store.evidence import Evidence
from rtk.console.store.models import Run
from tests.console.pages.insights.made import ended
from tests.console.people.world import World, made
from tests.console.store.test_standing_weights import OUTCOMES, counts, of_a_file, revised

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def test_runs_from_before_are_weighed_a_few_at_a_time_the_latest_first(world: World) -> None:
    several = [ended(world, OUTCOMES) for _ in range(3)]
    for n, run in enumerate(several):
        insight = {key: value for key, value in (run.insight or {}).items() if key not in {"sums", "outage"}}
        at = run.created_at + timedelta(seconds=n)
        Run.objects.filter(pk=run.pk).update(insight=insight, weighed=False, essence="", created_at=at)
    Evidence.objects.all().delete()
    assert backlog.weigh(2) == 2
    assert set(Evidence.objects.values_list("run", flat=True)) == {several[1].pk, several[2].pk}
    assert backlog.weigh(2) == 1
    assert backlog.weigh(2) == 0
    assert counts(several[0]) == ("inconclusive", 30, (27, 1, 27), (28, 2, 28))
    assert Evidence.objects.get(run=several[0]).revision is not None


def test_of_one_whose_measurements_are_gone_nothing_counts(world: World) -> None:
    run = ended(world, OUTCOMES)
    Run.objects.filter(pk=run.pk).update(insight={"verdict": "pass"}, verdict="pass", weighed=False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_measurement WHERE run_id = %s", [run.pk])
    backlog.weigh(5)
    assert counts(run)[:2] == (None, 0)


def test_a_run_of_long_ago_that_is_weighed_late_changes_nothing(world: World) -> None:
    old = of_a_file(world, "f")
    newest = of_a_file(world, "f", duration_s=310.0)
    Run.objects.filter(pk=old.pk).update(weighed=False)
    backlog.weigh(5)
    assert revised(newest).number == 2
