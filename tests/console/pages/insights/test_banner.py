"""The banner: on every page of a team while something is not restored and nobody has said that they know."""

from datetime import timedelta
from typing import Any

from django.db import connection

from rtk.console.pages.insights.banner import MOST, unacknowledged
from rtk.console.store.models import Run
from tests.console.pages.insights.made import NOT_UNDONE, UNDOING, a_run, browser_of, ended, path_of, text_of
from tests.console.people.world import World

SAYS = "left something behind"


def test_it_tells_of_a_run_that_is_not_restored_on_every_page_of_its_team(world: World) -> None:
    run = ended(world, more=NOT_UNDONE)
    for page in ("/acme/shop/insights", "/acme/shop/executions", "/acme/shop/people"):
        assert SAYS in text_of(browser_of(world), page), page
    assert [each.id for each in unacknowledged(world.shop)] == [run.id]


def test_other_teams_are_not_bothered(world: World) -> None:
    ended(world, more=NOT_UNDONE)
    assert unacknowledged(world.bank) == []
    assert SAYS not in text_of(browser_of(world, "banker"), "/acme/bank/insights")


def test_nothing_is_told_of_runs_that_are_restored_or_had_nothing_to_undo(world: World) -> None:
    ended(world, more=UNDOING)
    ended(world)
    a_run(world)
    assert unacknowledged(world.shop) == []


def test_it_goes_once_somebody_has_acknowledged_it(world: World) -> None:
    run = ended(world, more=NOT_UNDONE)
    browser_of(world).post(f"{path_of(run)}/acknowledge", {"note": "cancelled by hand"})
    assert unacknowledged(world.shop) == []
    assert SAYS not in text_of(browser_of(world), "/acme/shop/insights")


def test_a_verification_has_one_line_that_leads_to_its_newest_run(world: World) -> None:
    runs = [ended(world, more=NOT_UNDONE, key="same") for _ in range(3)]
    for days, run in enumerate(runs):
        Run.objects.filter(id=run.id).update(created_at=run.created_at - timedelta(days=days))
    told = unacknowledged(world.shop)
    assert [(each.id, each.more) for each in told] == [(runs[0].id, 2)]


def test_more_than_a_few_lines_are_not_told(world: World) -> None:
    for _ in range(MOST + 2):
        ended(world, more=NOT_UNDONE)
    assert len(unacknowledged(world.shop)) == MOST


def test_it_is_one_query_by_its_own_index(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        unacknowledged(world.shop)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'run_not_restored'")
        (made,) = cursor.fetchone() or ("",)
    assert "acknowledged_at IS NULL" in made
