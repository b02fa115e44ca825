"""Which rows the timeline has: one for a run whatever becomes of it, newest first, of many teams at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from rtk.console.pages.timeline import rows
from rtk.console.pages.timeline.rows import TimelineEvent, TimelineFilter
from rtk.console.store import executions, experiments, runs, watch
from rtk.console.store.models import Event, Run
from tests.console.live import EXPERIMENT, PLAN, verification
from tests.console.pages.insights.made import a_run, browser_of, ended, told
from tests.console.pages.timeline import made
from tests.console.people.world import World


def of(world: World, kind: str, **more: Any) -> list[TimelineEvent]:
    return rows.page(TimelineFilter((world.shop.pk,), kinds=(kind,), **more))[0]


def test_a_run_is_one_row_from_its_start_to_its_end(world: World) -> None:
    run = a_run(world)
    (row,) = of(world, "run")
    assert (row.run, row.state, row.took_s) == (run.id, "running", None)
    Run.objects.filter(id=run.id).update(heard_at=now() - timedelta(minutes=2), due_at=now() - timedelta(minutes=1))
    watch.sweep()
    (row,) = of(world, "run")
    assert (row.state, row.goes_on) == ("lost contact", True)
    run.refresh_from_db()
    runs.end(run, world.member, b'{"status": "completed"}', {})
    (row,) = of(world, "run")
    assert row.state == "completed"
    told_of_it = set(Event.objects.filter(run=run).values_list("kind", flat=True))
    assert told_of_it == {"verification.started", "execution.experiment-finished"}
    assert of(world, "execution") == []


def test_an_execution_without_a_run_has_a_row_of_its_own(world: World) -> None:
    experiment, _ = experiments.keep(world.shop, world.member, EXPERIMENT)
    executions.create(world.shop, world.member, str(experiment.id), b'{"status": "aborted", "deviated": false}')
    (row,) = of(world, "execution")
    assert (row.state, row.title, row.tags) == ("aborted", EXPERIMENT["title"], ["shop"])


def test_a_run_that_ended_has_its_verdict_and_what_its_measurements_were(world: World) -> None:
    ended(world, ["met"] * 12 + ["deviated"] * 12 + ["met"] * 6)
    (row,) = of(world, "run")
    assert row.state == "fail"
    assert len(row.spark.values) == 30
    assert row.spark.outcomes.count("deviated") == 12
    assert row.spark.threshold == {"lower": 0, "upper": 6000, "unit": "ms"}


def test_a_run_under_way_shows_its_last_measurements(world: World) -> None:
    run = a_run(world)
    told(run, [made.head(run), *made.measured(60, deviated=59)])
    (row,) = of(world, "run")
    assert len(row.spark.values) == 40
    assert row.spark.outcomes[-1] == "deviated"
    assert row.spark.threshold["upper"] == 6000


def test_results_are_those_up_to_the_run(world: World) -> None:
    first = ended(world, ["met"] * 30, key="same")
    second = ended(world, ["deviated"] * 30, key="same")
    ended(world, key="another")
    shown = {row.run: row.verdicts for row in of(world, "run")}
    assert shown[first.id] == [first.verdict]
    assert shown[second.id] == [first.verdict, "fail"]


def test_events_of_several_teams_are_merged_newest_first(world: World) -> None:
    for minutes in (5, 3, 1):
        made.told(world, f"shop {minutes}", timedelta(minutes=minutes))
        made.told(world, f"bank {minutes}", timedelta(minutes=minutes, seconds=-20), world.bank)
    found, following = rows.page(TimelineFilter((world.shop.pk, world.bank.pk)), size=4)
    assert [row.title for row in found] == ["bank 1", "shop 1", "bank 3", "shop 3"]
    rest, end = rows.page(TimelineFilter((world.shop.pk, world.bank.pk)), following, size=4)
    assert [row.title for row in rest] == ["bank 5", "shop 5"]
    assert end is None


def test_what_was_deleted_since_leads_nowhere(world: World) -> None:
    ended(world)
    (row,) = of(world, "objective")
    assert row.there
    from rtk.console.store.models import Objective

    Objective.objects.update(deleted_at=now())
    (row,) = of(world, "objective")
    assert not row.there


def test_filters_narrow_what_is_found(world: World) -> None:
    made.told(world, "Checkout 1.18", timedelta(days=3), data={"tags": ["größe", "b"]})
    made.told(world, "checkout 1.19")
    teams = (world.shop.pk,)
    assert [row.title for row in rows.page(TimelineFilter(teams, text="CHECKOUT"))[0]] == [
        "checkout 1.19",
        "Checkout 1.18",
    ]
    assert [row.title for row in rows.page(TimelineFilter(teams, tag="größe"))[0]] == ["Checkout 1.18"]
    assert rows.page(TimelineFilter(teams, tag="röß"))[0] == []
    assert rows.page(TimelineFilter(teams, text="%"))[0] == []
    assert len(rows.page(TimelineFilter(teams, begin=now() - timedelta(days=1)))[0]) == 1
    assert len(rows.page(TimelineFilter(teams, end=now() - timedelta(days=1)))[0]) == 1
    assert rows.page(TimelineFilter(teams, kinds=("run",)))[0] == []
    assert rows.page(TimelineFilter(()))[0] == []


def test_the_state_of_a_page_changes_when_a_row_does(world: World) -> None:
    asked = TimelineFilter((world.shop.pk,))
    run = a_run(world)
    before = rows.token(asked)
    assert rows.token(asked) == before
    told(run, [made.head(run), *made.measured(2)])
    after = rows.token(asked)
    assert after != before
    made.told(world, "new")
    assert rows.token(asked) != after


def test_a_page_takes_two_queries_however_many_rows_it_has(world: World) -> None:
    for _ in range(3):
        a_run(world)
    ended(world)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rows.page(TimelineFilter((world.shop.pk, world.bank.pk)))
    assert len(asked) == 2


def test_whatever_an_experiment_holds_the_page_is_shown(world: World) -> None:
    hostile = {**EXPERIMENT, "tags": ["\ud800", "a\0b", "<b>"], "description": "\0\ud800"}
    run = runs.create(world.shop, world.member, "hostile", uuid4(), PLAN, {**verification("hostile"), **hostile}, {})[0]
    told(run, [{**made.head(run), "experiment": hostile}, *made.measured(2)])
    (row,) = of(world, "run")
    assert row.tags == ["?", "a b", "<b>"]
    assert row.spark.threshold["upper"] == 6000
    assert browser_of(world).get("/acme/shop").status_code == 200
