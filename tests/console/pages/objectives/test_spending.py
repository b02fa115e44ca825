"""What is spent of an objective in the window that ends now."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from rtk.console.store import budget_spending
from rtk.console.store.budget_spending import Spent
from rtk.console.store.insights import keep
from rtk.console.store.models import Objective, Run
from rtk.console.store.run_state import NotedState, RunState
from rtk.insight.budget import Balance
from tests.console.live import measurement, whole_record
from tests.console.pages.insights.made import a_run, ended, told
from tests.console.people.world import World, signed_in

DAY = timedelta(days=1)
THEN = now().replace(microsecond=0)  # so that runs lie to one another as they are told to


def of(run: Run) -> Objective:
    """The objective of a run, which promises 95 % over a day."""
    objective = run.verification.objective
    assert objective
    return objective


def dated(run: Run, **ago: timedelta) -> Run:
    """A run whose moments are so long ago."""
    Run.objects.filter(id=run.id).update(**{name: now() - each for name, each in ago.items()})
    run.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_outage WHERE verification_id = %s", [run.verification_id])
    keep(run)
    return run


def seen(world: World, *deviated: int, ago: float = 3600.0, node: str | None = None, key: str = "one") -> Run:
    """A run of 30 slots of 10 s that began so many seconds ago, of which these deviated."""
    run = a_run(world, key=key)
    run.client = {"node": node} if node else {}
    run.created_at = THEN - timedelta(seconds=ago)
    run.save()
    return told(run, whole_record(str(run.id), ["deviated" if k in deviated else "met" for k in range(30)]))


def balance(objective: Objective, at: datetime | None = None) -> Balance:
    return budget_spending.accounts([objective], at or now())[objective.id].balance


def spenders(objective: Objective, most: int = 20) -> list[Spent]:
    """The last that spent, with an account that is the one of a list."""
    account, found = budget_spending.spent_by(objective, at := now(), most)
    assert account == budget_spending.accounts([objective], at)[objective.id]
    return found


def test_runs_of_an_objective_add_up_and_those_of_another_do_not(world: World) -> None:
    first = ended(world, ["deviated"] * 3 + ["met"] * 27, key="one")
    ended(world, ["met"] * 29 + ["deviated"], key="one")
    other = ended(world, ["deviated"] * 30)
    accounts = budget_spending.accounts([of(first), of(other)], now())
    assert (accounts[of(first).id].balance.deviating_s, accounts[of(first).id].runs) == (40.0, 2)
    assert accounts[of(other).id].balance.deviating_s == 300.0


def test_a_run_before_the_window_is_not_counted(world: World) -> None:
    run = dated(ended(world, ["deviated"] * 30), created_at=2 * DAY, ended_at=2 * DAY)
    assert balance(of(run)).spent == 0.0
    assert budget_spending.accounts([of(run)], now())[of(run).id].runs == 0
    assert spenders(of(run)) == []


def test_of_a_run_that_began_before_the_window_only_what_deviated_within_it_is_counted(world: World) -> None:
    run = dated(ended(world, ["deviated"] * 30), created_at=DAY + timedelta(seconds=95), ended_at=DAY / 2)
    assert balance(of(run)).deviating_s == pytest.approx(205.0, abs=1.0)
    (spent,) = spenders(of(run))
    assert (spent.run, spent.deviating_s) == (run.id, 300.0), "a run is told with all that it saw"


def test_a_run_under_way_is_counted_as_far_as_it_came(world: World) -> None:
    run = told(a_run(world), [measurement(0, "deviated"), measurement(1), measurement(2, "missed")])
    assert balance(of(run)).deviating_s == 10.0
    (spent,) = spenders(of(run))
    assert (spent.name, spent.came_to, spent.deviating_s) == (run.verification.name, "running", 10.0)


def test_a_run_that_lost_contact_is_told_so_and_shown_on_the_page_of_its_objective(world: World) -> None:
    run = told(a_run(world), [measurement(0, "deviated")])
    Run.objects.filter(pk=run.pk).update(state=NotedState.LOST)
    (spent,) = spenders(of(run))
    assert spent.came_to == RunState.LOST_CONTACT
    answer = signed_in(world.member).get(f"/acme/shop/objectives/{of(run).pk}")
    assert "lost contact" in answer.content.decode()


def test_a_run_whose_insight_is_older_than_its_record_is_counted_anew(world: World) -> None:
    run = ended(world, ["deviated"] * 2)
    Run.objects.filter(id=run.id).update(deviating_s=990.0, insight_next=1)
    assert balance(of(run)).deviating_s == 20.0


def test_what_is_spent_is_what_the_insight_says(world: World) -> None:
    run = ended(world, ["deviated"] * 4 + ["met"] * 12)
    insight: dict[str, Any] = run.insight or {}
    assert balance(of(run)).deviating_s == insight["deviating_s"] == run.deviating_s
    assert balance(of(run)).spent == insight["budget_spent"]


def test_the_last_five_results_are_told_oldest_first(world: World) -> None:
    for ago, verdict in enumerate(("invalid", "pass", "fail", "inconclusive", "pass", "fail")):
        run = ended(world, key="one")
        Run.objects.filter(id=run.id).update(verdict=verdict, created_at=now() - ago * DAY)
    a_run(world, key="one")
    assert budget_spending.results([of(run)])[of(run).id] == ["pass", "inconclusive", "fail", "pass", "invalid"]


def test_the_dearest_is_not_told_but_the_last(world: World) -> None:
    runs = [dated(ended(world, ["deviated"], key="one"), created_at=timedelta(hours=ago)) for ago in range(4)]
    assert [each.run for each in spenders(of(runs[0]), 2)] == [runs[0].id, runs[1].id]


def test_one_outage_that_several_runs_saw_is_one_outage(world: World) -> None:
    first = seen(world, 3, 4, 5)
    seen(world, 3, 4, 5)
    assert balance(of(first)).deviating_s == 30.0
    seen(world, 3, 4, 5, ago=3590.0)  # each of its slots is due 10 s later
    assert balance(of(first)).deviating_s == 40.0
    assert len(spenders(of(first))) == 3


def test_an_outage_counts_once_however_its_runs_lie_to_one_another(world: World) -> None:
    first = seen(world, *range(30))
    for ago in (3595.0, 3450.0, 3301.0):
        seen(world, 0, ago=ago)
    assert balance(of(first)).deviating_s == pytest.approx(300.0 + 9.0)


def test_two_verifications_of_one_objective_see_one_outage(world: World) -> None:
    first, other = seen(world, 1, 2), seen(world, 2, 3, key="two")
    assert other.verification.objective_id != first.verification.objective_id
    other.verification.objective = of(first)
    other.verification.save()
    assert balance(of(first)).deviating_s == 30.0


def test_what_known_places_saw_is_added_up_and_each_sees_an_outage_once(world: World) -> None:
    first = seen(world, 1, 2, node="berlin")
    seen(world, 1, 2, node="berlin")
    assert balance(of(first)).deviating_s == 20.0
    seen(world, 2, 3, node="paris")
    assert balance(of(first)).deviating_s == 40.0


def test_what_was_seen_from_nobody_knows_where_counts_as_far_as_no_place_saw_it(world: World) -> None:
    first = seen(world, 1, 2, node="berlin")
    seen(world, 1, 2, 3, node="0123456789ab")  # what a container calls itself names no place
    seen(world, 3)
    assert balance(of(first)).deviating_s == 30.0


def test_a_run_under_way_sees_the_outage_that_others_saw(world: World) -> None:
    first = seen(world, 0, 1, ago=0.0)
    run = a_run(world, key="one")
    run.created_at = first.created_at
    told(run, [measurement(0, "deviated"), measurement(1, "deviated"), measurement(2, "deviated")])
    assert balance(of(first)).deviating_s == pytest.approx(30.0, abs=1.5)


def test_an_outage_over_midnight_is_whole(world: World) -> None:
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = seen(world, *range(30), ago=(THEN - midnight).total_seconds() + 100)
    assert balance(of(first), midnight + timedelta(hours=1)).deviating_s == pytest.approx(300.0, abs=1.0)
    assert balance(of(first), midnight + DAY).deviating_s == pytest.approx(200.0, abs=1.0)


def test_what_was_stored_before_is_taken_over(world: World) -> None:
    first = seen(world, 1, 2, 5)
    outages = import_module("rtk.console.store.migrations.0012_outages")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE store_outage")
        cursor.execute(outages._TABLE + outages._COUNTED)
    assert balance(of(first)).deviating_s == 30.0
