"""What is spent of an objective in the window that ends now."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from rtk.console.store import spending
from rtk.console.store.models import Objective, Run
from rtk.console.store.spending import Spent
from rtk.insight.budget import Balance
from tests.console.live import measurement
from tests.console.pages.insights.made import a_run, ended, told
from tests.console.people.world import World

DAY = timedelta(days=1)


def of(run: Run) -> Objective:
    """The objective of a run, which promises 95 % over a day."""
    objective = run.verification.objective
    assert objective
    return objective


def dated(run: Run, **ago: timedelta) -> Run:
    """A run whose moments are so long ago."""
    Run.objects.filter(id=run.id).update(**{name: now() - each for name, each in ago.items()})
    return run


def balance(objective: Objective, at: datetime | None = None) -> Balance:
    return spending.accounts([objective], at or now())[objective.id].balance


def spenders(objective: Objective, most: int = 20) -> list[Spent]:
    """The last that spent, with an account that is the one of a list."""
    account, found = spending.spent_by(objective, at := now(), most)
    assert account == spending.accounts([objective], at)[objective.id]
    return found


def test_runs_of_an_objective_add_up_and_those_of_another_do_not(world: World) -> None:
    first = ended(world, ["deviated"] * 3 + ["met"] * 27, key="one")
    ended(world, ["met"] * 29 + ["deviated"], key="one")
    other = ended(world, ["deviated"] * 30)
    accounts = spending.accounts([of(first), of(other)], now())
    assert (accounts[of(first).id].balance.deviating_s, accounts[of(first).id].runs) == (40.0, 2)
    assert accounts[of(other).id].balance.deviating_s == 300.0


def test_a_run_before_the_window_is_not_counted(world: World) -> None:
    run = dated(ended(world, ["deviated"] * 30), created_at=2 * DAY, ended_at=2 * DAY)
    assert balance(of(run)).spent == 0.0
    assert spending.accounts([of(run)], now())[of(run).id].runs == 0
    assert spenders(of(run)) == []


def test_of_a_run_that_began_before_the_window_only_what_deviated_within_it_is_counted(world: World) -> None:
    run = dated(ended(world, ["deviated"] * 30), created_at=DAY + timedelta(seconds=95), ended_at=DAY / 2)
    assert balance(of(run)).deviating_s == 200.0  # those due from 100 s on
    (spent,) = spenders(of(run))
    assert (spent.run, spent.deviating_s) == (run.id, 200.0)


def test_a_run_under_way_is_counted_as_far_as_it_came(world: World) -> None:
    run = told(a_run(world), [measurement(0, "deviated"), measurement(1), measurement(2, "missed")])
    assert balance(of(run)).deviating_s == 10.0
    (spent,) = spenders(of(run))
    assert (spent.name, spent.came_to, spent.deviating_s) == (run.verification.name, "running", 10.0)


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
    assert spending.results([of(run)])[of(run).id] == ["pass", "inconclusive", "fail", "pass", "invalid"]


def test_the_dearest_is_not_told_but_the_last(world: World) -> None:
    runs = [dated(ended(world, ["deviated"], key="one"), created_at=timedelta(hours=ago)) for ago in range(4)]
    assert [each.run for each in spenders(of(runs[0]), 2)] == [runs[0].id, runs[1].id]
