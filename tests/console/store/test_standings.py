"""How a promise stands by what is kept of its runs: in few queries, and without their measurements."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import process_time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from rtk.console.store import changes, revisions, standings
from rtk.console.store.evidence import Evidence
from rtk.console.store.models import Execution, Objective, Run, Verification
from rtk.insight.proof import BAD, GOOD, MISSED, Counts
from rtk.insight.standing import standing_of
from rtk.insight.standing_shape import PromiseStanding, StandingReason, StandingState
from rtk.insight.sums import RunSums, Sums, sums_of
from rtk.insight.uncounted import Uncounted
from tests.console.live import EXPERIMENT, PLAN
from tests.console.people.world import World, made

CLEAN = {"slots": 300, "least_good": 300, "least_chances": 300, "most_good": 300, "most_chances": 300}
COUNTS = ("good", "outages", "chances", "outlasting")
STRETCHES = [GOOD * 10] * 40 + [BAD, BAD * 4, MISSED * 3, GOOD + MISSED]


pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def verification(world: World, target: float = 0.95, **columns: Any) -> Verification:
    promise = {"name": "Checkout", "target": target, "window": 86_400.0}
    values = {"frequency": 10.0, "duration": 3000.0, "warm_up": 0.0, "cool_down": 0.0, "stop_when": {}}
    name = f"v-{uuid4()}"
    document = {**EXPERIMENT, "title": name}
    made = changes.new_verification(
        world.shop, world.member, {"name": name, "experiment": document, "objective": promise, **values}
    )
    Verification.objects.filter(pk=made.pk).update(**columns)
    return Verification.objects.select_related("objective", "revision", "experiment").get(pk=made.pk)


def weighed(of: Verification, many: int, *, days_ago: float = 0.0, **columns: Any) -> None:
    """So many nightly runs of the current revision, the last of them so many days ago."""
    begun = [now() - timedelta(days=days_ago + n) for n in range(many)]
    bare = {"experiment": of.experiment, "verification": of, "plan": PLAN, "team_id": of.team_id}
    executions = Execution.objects.bulk_create(Execution(team_id=of.team_id, experiment=of.experiment) for _ in begun)
    runs = Run.objects.bulk_create(
        Run(execution=played, day=at.date(), due_at=at, created_at=at, **bare)
        for played, at in zip(executions, begun, strict=True)
    )
    told = {"revision_id": of.revision_id, "verdict": "inconclusive", "outage_slots": 3.0, **CLEAN, **columns}
    Evidence.objects.bulk_create(Evidence(run=run, verification=of, at=run.created_at, **told) for run in runs)


def stands(of: Verification, at: datetime | None = None) -> tuple[StandingState, StandingReason]:
    found = standings.of([of], at or now())[of.pk].promise
    return found.state, found.reason


KEPT = (StandingState.KEPT, StandingReason.PROVEN)


def test_what_was_never_tried_is_said_so(world: World) -> None:
    assert stands(verification(world)) == (StandingState.NEVER_TRIED, StandingReason.NEVER_TRIED)


def test_clean_nights_keep_a_promise_until_they_are_too_old(world: World) -> None:
    of = verification(world)
    weighed(of, 12)
    assert stands(of) == KEPT
    assert stands(of, now() + timedelta(days=25)) == (StandingState.LAPSED, StandingReason.TOO_OLD)


def test_the_shorter_of_two_lengths_of_a_proof_counts(world: World) -> None:
    of = verification(world, proof_lasts_s=5 * 86_400.0)
    assert of.objective is not None
    Objective.objects.update(proof_lasts_s=9 * 86_400.0)
    weighed(of, 12)
    assert standings.of([of], now())[of.pk].promise.runs == 5


def test_a_failed_run_breaks_it(world: World) -> None:
    of = verification(world)
    weighed(of, 12, days_ago=1)
    weighed(of, 1, verdict="fail", least_good=200, most_good=200, least_outages=1, most_outages=1)
    assert stands(of) == (StandingState.BROKEN, StandingReason.FAILED)


def test_runs_without_a_verdict_and_of_other_revisions_do_not_count(world: World) -> None:
    of = verification(world)
    weighed(of, 12, verdict=None)
    weighed(of, 3, revision_id=None)
    found = standings.of([of], now())[of.pk]
    assert (found.promise.state, found.promise.attempt, found.apart) == (StandingState.NEVER_TRIED, 1, 3)


def test_all_runs_that_do_not_count_are_counted_by_the_reason_that_is_told_of_each(world: World) -> None:
    of = verification(world)
    weighed(of, 12)
    weighed(of, 1, verdict=None)
    weighed(of, 2, revision_id=None)
    weighed(of, 3, days_ago=40, verdict=None)
    changes.change_verification(world.shop, world.member, of, {"duration": 1500.0})
    of = fresh(of)
    weighed(of, 4)
    at = now()
    found = standings.of([of], at)[of.pk]
    assert found.promise.runs == 4
    assert found.beside == {
        Uncounted.TOO_OLD: 3,
        Uncounted.UNJUDGED: 1,
        Uncounted.APART: 2,
        Uncounted.EARLIER: 12,
    }
    assert found.says[-1] == found.counted
    assert found.counted.startswith("Of 22 runs that ended, 4 count toward this: 3 are older than 30 days, ")
    runs = Run.objects.filter(verification=of).select_related("evidence")
    told = Counter(standings.uncounted(run, of, at) for run in runs)
    assert told.pop(None) == found.promise.runs
    assert told == found.beside


def test_of_a_run_that_has_not_ended_or_promises_nothing_there_is_nothing_to_say(world: World) -> None:
    of = verification(world)
    weighed(of, 1)
    (run,) = Run.objects.filter(verification=of)
    Evidence.objects.all().delete()
    assert standings.uncounted(Run.objects.get(pk=run.pk), of, now()) is None
    weighed(of, 1, verdict=None)
    bare = Verification.objects.get(pk=of.pk)
    bare.revision = None
    assert standings.uncounted(Run.objects.latest("created_at"), bare, now()) is None


def test_a_new_revision_starts_anew_and_says_which_attempt_it_is_unless_only_names_changed(world: World) -> None:
    of = verification(world)
    weighed(of, 12)
    changes.change_verification(world.shop, world.member, of, {"name": "Another name"})
    assert stands(fresh(of)) == KEPT
    changes.change_verification(world.shop, world.member, of, {"duration": 1500.0})
    anew = standings.of([fresh(of)], now())[of.pk].promise
    assert (anew.state, anew.attempt) == (StandingState.NEVER_TRIED, 2)
    changes.change_verification(world.shop, world.member, fresh(of), {"duration": 3000.0})
    again = standings.of([fresh(of)], now())[of.pk].promise
    assert (again.state, again.attempt) == (StandingState.KEPT, 1)  # what was never run is no attempt


def test_another_target_is_another_revision(world: World) -> None:
    of = verification(world)
    weighed(of, 12)
    assert of.objective is not None
    changes.change_objective(of.objective, {"name": "Renamed"})
    assert stands(fresh(of)) == KEPT
    changes.change_objective(of.objective, {"target": 0.5})
    assert stands(fresh(of))[0] is StandingState.NEVER_TRIED


# A thousand runs within 28 days, the seventh part of which saw a bad slot; no two count the same.
_CROWDED = """
UPDATE store_evidence AS e SET at = now() - n * interval '40 minutes', slots = 300 + n, least_good = 300 + n - bad,
  least_outages = bad, least_chances = 300 + n - bad, most_good = 300 + n - bad, most_outages = bad,
  most_chances = 300 + n - bad
FROM (SELECT run_id, n, (n % 7 = 0)::int AS bad FROM (
  SELECT run_id, row_number() OVER () AS n FROM store_evidence) AS numbered) AS o WHERE o.run_id = e.run_id
"""


def fresh(of: Verification) -> Verification:
    return Verification.objects.select_related("objective", "revision", "experiment").get(pk=of.pk)


def test_without_a_promise_nothing_stands(world: World, django_assert_num_queries: Any) -> None:
    of = verification(world)
    Verification.objects.filter(pk=of.pk).update(objective=None)
    of = fresh(of)
    revisions.renew(of)
    with django_assert_num_queries(0):
        assert standings.of([of], now()) == {}


def by_rows(of: Verification, at: datetime) -> PromiseStanding:
    """How it stands by each row as an object of its own, read by Django."""
    assert of.revision is not None
    assert of.revision.target is not None
    rows = Evidence.objects.filter(revision=of.revision, verdict__isnull=False, at__lte=at)
    runs = [RunSums(str(row.run_id), row.at.timestamp(), row.verdict, sums_in(row), row.outage_slots) for row in rows]
    return standing_of(runs, of.revision.target, at.timestamp())


def sums_in(row: Evidence) -> Sums:
    as_bad = Counts(row.slots, row.least_good, row.least_outages, row.least_chances, row.least_outlasting)
    as_good = Counts(row.slots, row.most_good, row.most_outages, row.most_chances, row.most_outlasting)
    return Sums(as_bad, as_good, row.stopped_inside)


def columns_in(found: Sums) -> dict[str, int]:
    readings = {"least": found.as_bad, "most": found.as_good}
    counts = {f"{name}_{key}": getattr(each, key) for name, each in readings.items() for key in COUNTS}
    return {"slots": found.as_bad.slots, "stopped_inside": found.stopped_inside, **counts}


@pytest.mark.parametrize("seed", range(12))
def test_columns_stand_as_rows_do(world: World, seed: int) -> None:
    rng = random.Random(seed)
    of = verification(world, rng.choice([0.9, 0.95, 0.99]))
    for night in range(rng.choice([0, 1, 9, 25, 40])):
        series = b"".join(rng.choice(STRETCHES) for _ in range(30))
        found = sums_of(series, rng.choice([0, 0, 3]), rng.choice([0, 0, 2]))
        assert found is not None
        weighed(
            of,
            1,
            days_ago=night + rng.random(),
            verdict=rng.choice(["pass", "inconclusive", "inconclusive", "inconclusive", "fail"][: 4 + (seed % 3 == 0)]),
            outage_slots=rng.choice([1.0, 3.0, 4.5]),
            **columns_in(found),
        )
    for at in (now(), now() + timedelta(days=rng.uniform(0, 40))):
        assert standings.of([of], at)[of.pk].promise == by_rows(of, at)


def test_a_thousand_runs_stand_in_less_than_a_short_loop_takes_their_query_included(world: World) -> None:
    """The loop takes less than 5 ms where the standing takes 2 to 3, and as much longer where the machine is busy."""
    of = verification(world, 0.99)
    weighed(of, 1_000)
    with connection.cursor() as cursor:
        cursor.execute(_CROWDED)
        cursor.execute("ANALYZE store_evidence")
    standing, loop = [], []
    for _ in range(11):
        began = process_time()
        standings.of([of], now())
        reached = process_time()
        sum(number * number for number in range(80_000))
        standing.append(reached - began)
        loop.append(process_time() - reached)
    assert min(standing) < min(loop)


@contextmanager
def one_query(django_assert_num_queries: Any) -> Iterator[None]:
    """See that the database is asked once, by the statement that it has prepared, and not by Django beside it."""
    before = executed()
    with django_assert_num_queries(0):
        yield
    assert executed() == before + 1


def executed() -> int:
    """How often statements about evidence were executed that are prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(generic_plans + custom_plans), 0)::int FROM pg_prepared_statements "
            "WHERE statement LIKE '%FROM store_evidence%'"
        )
        (found,) = cursor.fetchone()
    return int(found)


def test_many_verifications_are_one_query(world: World, django_assert_num_queries: Any) -> None:
    several = [verification(world) for _ in range(3)]
    for each in several:
        weighed(each, 2)
    with one_query(django_assert_num_queries):
        found = standings.of(several, now())
    assert [found[each.pk].promise.runs for each in several] == [2, 2, 2]


def test_objectives_stand_by_their_verifications_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    one, other = verification(world), verification(world)
    Verification.objects.filter(pk=other.pk).update(objective=one.objective)
    objectives = list(Objective.objects.all())
    with one_query(django_assert_num_queries):
        found = standings.of_objectives(objectives, now())
    assert {key: len(each) for key, each in found.items()} == {
        one.objective_id: 2,
        other.objective_id: 0,
    }


def test_a_team_stands_by_all_it_promises_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    one, archived = verification(world), verification(world, archived_at=now())
    weighed(one, 12)
    weighed(archived, 12)
    assert archived.objective is not None
    Objective.objects.filter(pk=archived.objective.pk).update(name="Nothing else measures it")
    gone = verification(world).objective
    assert gone is not None
    Objective.objects.filter(pk=gone.pk).update(deleted_at=now())
    with one_query(django_assert_num_queries):
        found = standings.of_team(world.shop.pk, now(), 10)
    states = {each.name: [stand.promise.state for stand in each.stands] for each in found}
    assert states == {"Checkout": [StandingState.KEPT], "Nothing else measures it": []}
    assert (found[0].target, found[0].window_s) == (0.95, 86_400.0)
    assert standings.of_team(world.bank.pk, now(), 10) == []
