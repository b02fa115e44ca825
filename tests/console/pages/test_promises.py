"""How promises stand, on the pages that show them."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import now

from rtk.console.pages.promises import shown, together
from rtk.console.store import standings
from rtk.console.store.evidence import Evidence
from rtk.console.store.models import Run, Verification
from rtk.console.store.standings import Standing
from rtk.insight.standing_shape import PromiseStanding, StandingReason, StandingState
from rtk.report.write import FORMATS
from tests.console.pages.insights.made import ended, text_of
from tests.console.people.world import World, signed_in
from tests.console.store.test_standings import one_query

pytestmark = pytest.mark.django_db


def stands(state: StandingState, reason: StandingReason, **given: Any) -> Standing:
    return Standing(PromiseStanding(state, reason, 0.95, **given), 10.0)


def test_what_promises_nothing_is_not_shown() -> None:
    assert shown(None) is None


def test_an_objective_is_as_its_lowest_verification_and_says_how_many_stand_how() -> None:
    states = ((StandingState.KEPT, StandingReason.PROVEN), (StandingState.NEVER_TRIED, StandingReason.NEVER_TRIED))
    kept, never = (stands(*each) for each in states)
    assert together([kept, kept, never]) == (StandingState.NEVER_TRIED, "1 never tried, 2 kept")
    assert together([kept, kept]) == (StandingState.KEPT, "by 2 verifications")
    assert together([]) == (StandingState.NEVER_TRIED, "no verification")


def test_each_page_says_how_the_promise_stands(world: World) -> None:
    run = ended(world)
    of = Verification.objects.get(pk=run.verification_id)
    browser = signed_in(world.member)
    team = (world.org.slug, world.shop.slug)
    places = {
        "verifications": (),
        "verification": (of.pk,),
        "objectives": (),
        "objective": (of.objective_id,),
        "insight": (run.pk,),
    }
    for name, key in places.items():
        text = text_of(browser, reverse(f"pages:{name}", args=[*team, *key]))
        assert "not proven" in text, name
        if name in ("verification", "insight"):
            assert "It takes 10 runs to see whether they differ" in text, name
            assert "Not proven" not in text, "the badge beside it says so"
    many(run, 12)
    text = text_of(browser, reverse("pages:verification", args=[*team, of.pk]))
    assert "kept</span> At least" in text
    assert "13 runs, 65 min measured under the conditions, of the last 30 days" in text
    assert "Lapses" in text
    assert "by 1 verification" in text_of(browser, reverse("pages:objectives", args=team))


def many(like: Run, runs: int) -> None:
    """So many runs like one, each half a day before the one after it."""
    kept = Evidence.objects.get(run=like)
    for n in range(runs):
        at = now() - timedelta(days=(n + 1) / 2)
        columns = {"verification_id": like.verification_id, "experiment_id": like.experiment_id, "plan": like.plan}
        execution = like.execution
        execution.pk = None
        execution._state.adding = True
        execution.save()
        run = Run.objects.create(team=like.team, day=at.date(), due_at=at, execution=execution, **columns)
        kept.pk, kept.run_id, kept.at = run.pk, run.pk, at
        kept._state.adding = True
        kept.save(force_insert=True)


def test_lists_ask_for_all_at_once(world: World, django_assert_num_queries: Any) -> None:
    runs = [ended(world) for _ in range(3)]
    rows = list(
        Verification.objects.filter(pk__in=[each.verification_id for each in runs]).select_related(
            "objective", "revision"
        )
    )
    with one_query(django_assert_num_queries):
        assert len(standings.of(rows, now())) == 3


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_made_here_says_how_the_promise_stands(world: World, form: str) -> None:
    run = ended(world)
    place = reverse("pages:insight-report", args=[world.org.slug, world.shop.slug, run.pk, form.removeprefix(".")])
    assert "Not proven: " in signed_in(world.member).get(place).content.decode()
