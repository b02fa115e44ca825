"""A run under way, before a script takes over, and how it is stopped."""

import pytest
from django.urls import reverse

from rtk.console.pages.insights import live
from rtk.console.people.models import User
from rtk.console.store.models import Measurement, RecordEntry, Run
from tests.console.pages.insights.made import ended
from tests.console.people.world import World, signed_in


@pytest.fixture
def run(world: World) -> Run:
    """A run under way."""
    made = ended(world)
    RecordEntry.objects.filter(run_id=made.id, kind="end").delete()
    Run.objects.filter(id=made.id).update(ended_at=None, state="running", insight=None, verdict=None)
    return Run.objects.select_related("verification", "experiment", "team__org").get(id=made.id)


def stopped(user: User, run: Run) -> int:
    address = reverse("pages:stop-insight", args=["acme", "shop", run.id])
    status = signed_in(user).post(address).status_code
    run.refresh_from_db()
    return status


def test_counts_are_told_by_phase_and_no_verdict(run: Run) -> None:
    told = live.shown(run)
    stored = Measurement.objects.filter(run_id=run.id)
    assert told["taken"] == stored.count() > 0
    assert told["deviated"] == stored.filter(outcome=1).count()
    assert sum(row["met"] for row in told["rows"]) == told["met"]
    assert "verdict" not in told
    assert told["state"] == "running"


def test_a_member_stops_a_run_and_says_who(world: World, run: Run) -> None:
    assert stopped(world.member, run) == 302
    assert run.stop == "stopped on the console by Mary"


def test_the_first_stop_counts(world: World, run: Run) -> None:
    stopped(world.member, run)
    assert stopped(world.owner, run) == 302
    assert run.stop == "stopped on the console by Mary"


def test_who_may_only_look_stops_nothing(world: World, run: Run) -> None:
    assert (stopped(world.viewer, run), run.stop) == (403, None)


def test_what_has_ended_is_not_stopped(world: World) -> None:
    over = ended(world)
    assert (stopped(world.member, over), over.stop) == (302, None)


def test_a_name_is_one_harmless_line() -> None:
    assert live.who(User(name="Mary\n\u202eeve", email="m@example.org")) == "Mary eve"
    assert live.who(User(name="", email="m@example.org")) == "m@example.org"
