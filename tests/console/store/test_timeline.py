"""Which events have a row of their own, also those of before there were rows."""

from importlib import import_module

import pytest
from django.db import connection

from rtk.console.store import timeline
from rtk.console.store.models import Event
from tests.console.pages.insights.made import a_run, ended
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def rows() -> set[tuple[str, object]]:
    return set(Event.objects.filter(shown=True).values_list("kind", "run"))


def test_events_of_before_there_were_rows_are_given_theirs(world: World) -> None:
    a_run(world)
    run = ended(world, key="another")
    timeline.add(world.shop, None, "execution.experiment-finished", run.execution_id, "of a run", run=run.id)
    timeline.add(world.shop, None, "execution.experiment-finished", run.experiment_id, "of none")
    timeline.add(world.shop, None, "verification.ended", run.verification_id, "part of a run")
    before = rows()
    Event.objects.update(shown=False, run=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("rtk.console.store.migrations.0010_timeline")._ROWS)
    assert rows() == before


def test_what_becomes_of_a_run_is_no_row_of_its_own(world: World) -> None:
    run = a_run(world)
    before = rows()
    timeline.add(world.shop, None, "run.lost-contact", run.id, "x")
    timeline.add(world.shop, None, "run.abandoned", run.id, "x")
    assert rows() == before
