"""What a run counts for, kept with its insight, and for runs that ended before that was kept."""

from typing import Any

import pytest

from rtk.console.store import holds, insights, runs
from rtk.console.store.evidence import Evidence, Revision
from rtk.console.store.models import Measurement, Run, Verification
from tests.console.live import PLAN, verification, whole_record
from tests.console.pages.insights.made import a_run, ended, told
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db
OUTCOMES = ["met"] * 10 + ["deviated", "missed", "deviated"] + ["met"] * 17


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def counts(run: Run) -> tuple[Any, ...]:
    found = Evidence.objects.get(run=run)
    least = (found.least_good, found.least_outages, found.least_chances)
    return found.verdict, found.slots, least, (found.most_good, found.most_outages, found.most_chances)


def test_what_a_run_counts_for_is_kept_with_its_insight_in_both_readings(world: World) -> None:
    run = ended(world, OUTCOMES)
    assert counts(run) == ("inconclusive", 30, (27, 1, 27), (28, 2, 28))
    assert Evidence.objects.get(run=run).revision == Verification.objects.get(pk=run.verification_id).revision


def test_it_is_kept_in_the_very_transaction_of_the_insight(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(world)

    def broken(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(holds, "settle", broken)
    with pytest.raises(RuntimeError, match="full"):
        insights.keep(run)
    assert not Evidence.objects.exists()
    assert Run.objects.get(pk=run.pk).insight is None


def test_a_run_that_goes_on_after_its_insight_is_weighed_again(world: World) -> None:
    run = ended(world, ["met"] * 30)
    measured = Measurement.objects.filter(run_id=run.pk)
    measured.filter(slot__gte=20).update(outcome=1)
    insights.keep(run)
    assert counts(run)[:3] == ("fail", 30, (20, 1, 21))


def test_one_that_is_no_evidence_has_a_row_that_counts_nothing(world: World) -> None:
    run = a_run(world)
    head, *_, end = whole_record(str(run.id), [])
    told(run, [head, {**end, "status": "failed"}])
    assert counts(run)[:2] == (None, 0)
    assert Evidence.objects.get(run=run).revision is None


def revised(run: Run) -> Revision:
    found = Verification.objects.select_related("revision").get(pk=run.verification_id).revision
    assert found is not None
    return found


def of_a_file(world: World, key: str, **plan: Any) -> Run:
    run = a_run(world, key=key, **plan)
    return told(run, whole_record(str(run.id), ["met"] * 30))


def test_of_a_file_the_last_judged_run_says_which_revision_is_the_current_one(world: World) -> None:
    first = of_a_file(world, "f")
    assert revised(first).number == 1
    other = of_a_file(world, "f", duration_s=310.0)
    assert (revised(other).number, Evidence.objects.get(run=other).revision) == (2, revised(other))
    of_a_file(world, "f")
    assert revised(first).number == 1
    a_run(world, key="f", duration_s=320.0)  # not judged yet
    assert revised(first).number == 1


def test_of_a_verification_made_here_a_run_of_something_else_is_of_no_revision(world: World) -> None:
    own = Verification.objects.get(pk=of_a_file(world, "f").verification_id)
    Verification.objects.filter(pk=own.pk).update(file_id=None)
    own.refresh_from_db()
    same, other = (
        runs.make(world.shop, world.member, own, {**PLAN, **plan}, run_id, experiment=verification("f"))
        for run_id, plan in ((own.pk, {}), (world.shop.pk, {"frequency_s": 1.0}))
    )
    for run in (same, other):
        told(run, whole_record(str(run.pk), ["met"] * 30))
    assert Evidence.objects.get(run=same).revision == own.revision
    assert Evidence.objects.get(run=other).revision is None
