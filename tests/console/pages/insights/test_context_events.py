"""What else went on while a run did."""

from datetime import timedelta

from django.utils.timezone import now

from rtk.console.pages.insights.context_events import MOST_OUTSIDE, MOST_RUNS, lanes
from rtk.console.people.models import Team
from rtk.console.store.models import Event, Run
from tests.console.pages.insights.made import ended
from tests.console.people.world import World


def happened(team: Team, title: str, ago: timedelta = timedelta()) -> None:
    at = now() - ago
    Event.objects.create(team=team, kind="outside", title=title, source="ci", outer_id=title, created_at=at, shown=True)


def lasting(run: Run, began: int, over: int | None) -> Run:
    """A run from so many minutes ago to so many; without an end it goes on."""
    at = [now() - timedelta(minutes=each) for each in (began, over or 0)]
    kept = {"created_at": at[0], "heard_at": at[1], "ended_at": at[1] if over is not None else None}
    Run.objects.filter(id=run.id).update(**kept)
    return Run.objects.select_related("verification", "team__org").get(id=run.id)


def test_runs_that_overlap_are_told_and_no_others(world: World) -> None:
    own = lasting(ended(world), 20, 10)
    during, long, going_on = (
        lasting(ended(world), 15, 12),
        lasting(ended(world), 60, 5),
        lasting(ended(world), 12, None),
    )
    lasting(ended(world), 40, 30)
    lasting(ended(world), 5, 1)
    told = lanes(own)["runs"]
    assert {each["url"].rpartition("/")[2] for each in told} == {str(each.id) for each in (during, long, going_on)}
    assert [each["ended"] for each in told if each["url"].endswith(str(going_on.id))] == [None]


def test_what_happened_outside_is_told_from_shortly_before(world: World) -> None:
    own = lasting(ended(world), 20, 10)
    for title, minutes in (("deploy", 15), ("alert", 10), ("just before", 20.5), ("long before", 25), ("after", 2)):
        happened(world.shop, title, timedelta(minutes=minutes))
    happened(world.bank, "not ours", timedelta(minutes=15))
    assert [each["title"] for each in lanes(own)["outside"]] == ["alert", "deploy", "just before"]


def test_there_is_an_end_to_what_is_told(world: World) -> None:
    own = lasting(ended(world), 20, 10)
    for number in range(MOST_OUTSIDE + 5):
        happened(world.shop, f"deploy {number}", timedelta(minutes=15, seconds=number / 10))
    told = lanes(own)
    assert len(told["outside"]) == MOST_OUTSIDE
    assert len(told["runs"]) <= MOST_RUNS
