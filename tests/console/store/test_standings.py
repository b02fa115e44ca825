"""How a promise stands by what is kept of its runs: in few queries, and without their measurements."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from rtk.console.store import changes, revisions, standings
from rtk.console.store.evidence import Evidence
from rtk.console.store.models import Execution, Objective, Run, Verification
from rtk.insight.standing_shape import StandingReason, StandingState
from rtk.insight.uncounted import Uncounted
from tests.console.live import EXPERIMENT, PLAN
from tests.console.people.world import World, made

CLEAN = {"slots": 300, "least_good": 300, "least_chances": 300, "most_good": 300, "most_chances": 300}


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
    of.objective.proof_lasts_s = 9 * 86_400.0
    assert standings.lasts_s(of) == 5 * 86_400
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


def fresh(of: Verification) -> Verification:
    return Verification.objects.select_related("objective", "revision", "experiment").get(pk=of.pk)


def test_without_a_promise_nothing_stands(world: World, django_assert_num_queries: Any) -> None:
    of = verification(world)
    Verification.objects.filter(pk=of.pk).update(objective=None)
    of = fresh(of)
    revisions.renew(of)
    with django_assert_num_queries(0):
        assert standings.of([of], now()) == {}


def test_many_verifications_are_one_query(world: World, django_assert_num_queries: Any) -> None:
    several = [verification(world) for _ in range(3)]
    for each in several:
        weighed(each, 2)
    with django_assert_num_queries(1):
        found = standings.of(several, now())
    assert [found[each.pk].promise.runs for each in several] == [2, 2, 2]


def test_an_objective_stands_by_its_verifications_in_two_queries(world: World, django_assert_num_queries: Any) -> None:
    one, other = verification(world), verification(world)
    Verification.objects.filter(pk=other.pk).update(objective=one.objective)
    objectives = list(Objective.objects.all())
    with django_assert_num_queries(2):
        found = standings.of_objectives(objectives, now())
    assert {key: len(each) for key, each in found.items()} == {
        one.objective_id: 2,
        other.objective_id: 0,
    }
