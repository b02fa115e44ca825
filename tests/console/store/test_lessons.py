"""What the runs of an objective teach of its outages."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from rtk.console.store import lessons, runs, verifications
from rtk.console.store.intake import PlanOf
from rtk.console.store.models import Objective, Run, Verification
from rtk.insight.gamma import lower_quartile
from rtk.insight.outage_length import OutageSource
from tests.console.live import EXPERIMENT
from tests.console.people.world import World, made

PLAN = {"frequency_s": 5, "duration_s": 900}


@pytest.fixture
def world(committed: None) -> World:
    return made()


def objective(world: World, **values: Any) -> Objective:
    made: Objective = Objective.objects.create(
        team=world.shop, name="Checkout", target=0.95, window_s=86_400.0, **values
    )
    return made


def verification(world: World, of: Objective, **values: Any) -> Verification:
    document = {**EXPERIMENT, "title": str(uuid4())}
    made = verifications.imported(world.shop, world.member, document, PlanOf(5.0, 900.0), None)
    Verification.objects.filter(pk=made.pk).update(objective=of, **values)
    return Verification.objects.select_related("objective", "experiment").get(pk=made.pk)


def ran(world: World, of: Verification, outages: int | None, seconds: float | None, days_ago: float = 1) -> Run:
    run = runs.make(world.shop, world.member, of, PLAN, uuid4())
    at = now() - timedelta(days=days_ago)
    Run.objects.filter(pk=run.pk).update(outages_seen=outages, outages_seen_s=seconds, created_at=at)
    return run


def test_the_runs_of_all_its_verifications_teach(world: World) -> None:
    promise = objective(world)
    one, other = verification(world, promise), verification(world, promise)
    ran(world, one, 2, 60.0)
    ran(world, one, 0, 0.0)
    ran(world, other, 4, 100.0)
    ran(world, other, None, None)
    found = lessons.learned(promise.pk)
    assert found is not None
    assert (found.outages, found.runs) == (6, 2)
    assert found.seconds == pytest.approx(160.0 / lower_quartile(6))


def test_runs_of_another_objective_and_of_a_deleted_verification_teach_nothing(world: World) -> None:
    promise, another = objective(world), objective(world)
    ran(world, verification(world, another), 9, 90.0)
    ran(world, verification(world, promise, deleted_at=now()), 9, 90.0)
    assert lessons.learned(promise.pk) is None
    assert lessons.learned(None) is None


def test_after_90_days_a_run_teaches_no_longer(world: World) -> None:
    promise = objective(world)
    of = verification(world, promise)
    ran(world, of, 5, 50.0, days_ago=89)
    ran(world, of, 5, 5_000.0, days_ago=91)
    found = lessons.learned(promise.pk)
    assert found is not None
    assert (found.outages, found.runs) == (5, 1)


def test_four_outages_are_too_few(world: World) -> None:
    promise = objective(world)
    ran(world, verification(world, promise), 4, 400.0)
    assert lessons.learned(promise.pk) is None


def test_what_is_declared_below_is_overruled(world: World) -> None:
    promise = objective(world, outage_lasts_s=10.0)
    of = verification(world, promise, outage_lasts_s=12.0)
    assert lessons.length_of(of).source is OutageSource.DECLARED
    ran(world, of, 5, 500.0)
    found = lessons.length_of(of)
    assert (found.source, found.overruled_s) == (OutageSource.LEARNED, 12.0)
    assert found.seconds == pytest.approx(500.0 / lower_quartile(5))


def test_it_travels_in_the_file_and_asks_for_one_query(world: World, django_assert_num_queries: Any) -> None:
    promise = objective(world)
    of = verification(world, promise)
    ran(world, of, 5, 500.0)
    before = executed()
    with django_assert_num_queries(0):  # of Django's own beside it
        found = lessons.learned(promise.pk)
    assert executed() == before + 1
    block = next(e for e in verifications.document_of(of, found)["extensions"] if e["name"] == "chaosiq")
    assert block["outage_learned"] == {"seconds": found and found.seconds, "outages": 5, "runs": 1}
    plain = next(e for e in verifications.document_of(of)["extensions"] if e["name"] == "chaosiq")
    assert "outage_learned" not in plain


def executed() -> int:
    """How often the database executed what it has prepared of what runs teach."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(generic_plans + custom_plans), 0)::int FROM pg_prepared_statements "
            "WHERE statement LIKE '%sum(r.outages_seen)%'"
        )
        (found,) = cursor.fetchone()
    return int(found)


def test_a_run_keeps_what_its_insight_saw(world: World) -> None:
    run = Run(insight={"seen": {"outages": 3, "seconds": 45.0}})
    lessons.keep(run)
    assert (run.outages_seen, run.outages_seen_s) == (3, 45.0)
    lessons.keep(old := Run(insight={"version": 1}))
    assert (old.outages_seen, old.outages_seen_s) == (None, None)
