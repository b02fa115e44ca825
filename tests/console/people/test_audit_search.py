"""What a search of the audit log finds: by who, what, to what and when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.utils.timezone import now

from rtk.console.people import audit
from rtk.console.people.audit_search import Search, SearchForm, find
from rtk.console.people.models import AuditEntry
from tests.console.people.world import World

DAY = timedelta(days=1)


@pytest.fixture
def entries(world: World) -> World:
    """Three entries, the last one new, the first two days old."""
    who = [world.owner, world.admin, world.admin]
    what = [("team.created", "Shop"), ("team.created", "Bank"), ("invitation.sent", "new@example.org")]
    for age, (actor, (action, target)) in enumerate(zip(who, what, strict=True)):
        at = now() - (2 - age) * DAY
        AuditEntry.objects.create(
            org=world.org, actor=actor, actor_name=actor.email, action=action, target=target, created_at=at
        )
    audit.record(world.rival, world.stranger, "team.created", "Shop")
    return world


def targets(world: World, by: Search) -> list[str]:
    return [entry.target for entry in find(world.org, by)]


def test_nothing_looked_for_finds_all_of_the_organization_newest_first(entries: World) -> None:
    assert targets(entries, Search()) == ["new@example.org", "Bank", "Shop"]


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (Search(actor="ALICE"), ["Shop"]),
        (Search(actor="adam@"), ["new@example.org", "Bank"]),
        (Search(action="team.created"), ["Bank", "Shop"]),
        (Search(target="ban"), ["Bank"]),
        (Search(actor="adam", action="team.created", target="shop"), []),
        (Search(target="%"), []),
    ],
)
def test_each_field_narrows_it(entries: World, by: Search, found: list[str]) -> None:
    assert targets(entries, by) == found


def test_a_time_span_has_its_beginning_and_not_its_end(entries: World) -> None:
    at = AuditEntry.objects.get(org=entries.org, target="Bank").created_at
    assert targets(entries, Search(begin=at)) == ["new@example.org", "Bank"]
    assert targets(entries, Search(end=at)) == ["Shop"]


def form(query: str) -> SearchForm:
    made = SearchForm(QueryDict(query))
    made.is_valid()
    return made


def test_days_are_whole_days_of_utc() -> None:
    by = form("since=2026-01-30&until=2026-01-31").search()
    assert (by.begin, by.end) == (datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("since=2026-02-02&until=2026-02-01", "until"),
        ("action=team.exploded", "action"),
        ("actor=%00", "actor"),
        (f"target={'x' * 255}", "target"),
    ],
)
def test_what_cannot_be_looked_for_is_said_beside_its_field_and_left_out(query: str, field: str) -> None:
    made = form(query)
    assert list(made.errors) == [field]
    assert not made.narrows or "since" in query


def test_the_last_day_of_all_ends_nowhere() -> None:
    assert form("until=9999-12-31").search().end is None


def test_a_search_is_kept_in_an_address() -> None:
    query = "actor=a%26b&action=team.created&since=2026-01-30"
    assert form(f"{query}&target=&page=3").query() == query


def test_every_action_can_be_chosen() -> None:
    assert all(form(f"action={each}").search().action == each for each in audit.ACTIONS)
