"""The chart of a month: what it counts, day by day."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from rtk.console.pages.timeline.month import DAYS, Month, month
from rtk.console.pages.timeline.rows import KINDS, TimelineFilter
from tests.console.pages.insights.made import a_run, ended
from tests.console.pages.timeline import made
from tests.console.people.world import World


def counts(found: Month, kind: str) -> list[int]:
    return next(each.counts for each in found.series if each.kind == kind)


def test_the_axis_ends_today_and_begins_thirty_days_before(world: World) -> None:
    found = month(TimelineFilter((world.shop.pk,)))
    assert len(found.days) == DAYS == 30
    assert found.days[-1] == now().astimezone(UTC).date()
    assert found.days[0] == found.days[-1] - timedelta(29)
    assert found.total == 0
    assert found.busy == []


def test_every_kind_is_counted_on_its_day_and_a_run_once(world: World) -> None:
    ended(world)
    a_run(world)
    made.told(world, "deploy", timedelta(days=2))
    found = month(TimelineFilter((world.shop.pk,)))
    assert counts(found, "run")[-1] == 2
    assert counts(found, "outside")[-3] == 1
    assert counts(found, "execution") == [0] * 30
    assert {each.kind for each in found.series} == set(KINDS)


def test_the_chart_counts_the_rows_that_the_list_shows(world: World) -> None:
    from rtk.console.pages.timeline import rows

    ended(world)
    made.told(world, "deploy")
    asked = TimelineFilter((world.shop.pk,))
    assert month(asked).total == len(rows.page(asked)[0])


def test_what_happened_before_and_in_other_teams_is_left_out(world: World) -> None:
    made.told(world, "old", timedelta(days=31))
    made.told(world, "theirs", team=world.bank)
    assert month(TimelineFilter((world.shop.pk,))).total == 0
    assert month(TimelineFilter((world.shop.pk, world.bank.pk))).total == 1


def test_a_day_is_one_of_utc(world: World) -> None:
    made.told(world, "late", now() - datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    found = month(TimelineFilter((world.shop.pk,)), datetime(2026, 3, 2, 0, 1, tzinfo=UTC))
    assert counts(found, "outside")[-2:] == [1, 0]


def test_kinds_that_are_not_chosen_keep_their_numbers(world: World) -> None:
    made.told(world, "deploy")
    a_run(world)
    found = month(TimelineFilter((world.shop.pk,), kinds=("run",)))
    assert [each.kind for each in found.series if each.chosen] == ["run"]
    assert counts(found, "outside")[-1] == 1
    assert found.total == 1


OTHERS = """
SELECT c.oid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'store_event'::regclass AND NOT i.indisprimary AND c.relname <> 'event_shown_kind'
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
"""


def test_it_is_one_query_that_an_index_alone_can_answer(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        month(TimelineFilter((world.shop.pk, world.bank.pk)))
    assert len(asked) == 1
    with connection.cursor() as cursor:
        # A table of few rows is read in any way that is cheap: here in the one that is left.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(OTHERS)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using event_shown_kind" in plan, plan
