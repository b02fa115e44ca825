"""Safeguards: when one forbids runs, and that whoever changed it can be found."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from rtk.console.people.models import AuditEntry
from rtk.console.store import safeguards
from rtk.console.store.models import Safeguard
from rtk.console.store.problem import Problem
from rtk.console.store.safeguards import SafeguardState
from tests.console.people.world import World, made

NOW = now()
HOUR = timedelta(hours=1)


@pytest.fixture
def world(committed: None) -> World:
    return made()


def safeguard(world: World, begins: datetime | None = None, ends: datetime | None = None) -> Safeguard:
    return safeguards.make(world.shop, world.owner, {"name": "Sale", "begins_at": begins, "ends_at": ends})


def recorded(world: World) -> list[str]:
    found = AuditEntry.objects.filter(org=world.org, action__startswith="safeguard.").order_by("created_at")
    return list(found.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (None, None, SafeguardState.IN_FORCE),
        (NOW, None, SafeguardState.IN_FORCE),
        (NOW - HOUR, NOW + HOUR, SafeguardState.IN_FORCE),
        (NOW + HOUR, None, SafeguardState.PLANNED),
        (None, NOW, SafeguardState.OVER),
        (NOW - 2 * HOUR, NOW - HOUR, SafeguardState.OVER),
    ],
)
def test_one_forbids_from_its_begin_until_its_end(
    world: World, begins: datetime | None, ends: datetime | None, state: SafeguardState
) -> None:
    one = safeguard(world, begins, ends)
    assert safeguards.standing_of(one, NOW).state is state
    assert (safeguards.forbidding(world.shop, NOW) == [one]) is (state is SafeguardState.IN_FORCE)
    assert safeguards.forbidding(world.bank, NOW) == []


def test_one_without_an_end_forbids_until_it_is_lifted(world: World) -> None:
    one = safeguard(world)
    assert safeguards.forbidding(world.shop, NOW + timedelta(days=3650)) == [one]
    lifted = safeguards.change(one, world.admin, {"active": False})
    assert safeguards.standing_of(lifted, NOW).state is SafeguardState.LIFTED
    assert safeguards.forbidding(world.shop) == []
    assert recorded(world) == ["safeguard.created", "safeguard.lifted"]


def test_what_changes_nothing_is_not_recorded_and_what_is_deleted_is(world: World) -> None:
    one = safeguard(world)
    safeguards.change(one, world.owner, {"name": "Sale", "active": True})
    safeguards.change(one, world.owner, {"name": "Winter sale"})
    safeguards.delete(one, world.owner)
    assert recorded(world) == ["safeguard.created", "safeguard.changed", "safeguard.deleted"]
    assert safeguards.forbidding(world.shop) == []


def test_one_that_is_gone_meanwhile_is_said_to_be_so_and_deleted_once(world: World) -> None:
    one = safeguard(world)
    same = safeguards.find(world.shop, str(one.pk))
    safeguards.delete(one, world.owner)
    with pytest.raises(Problem, match="there is no such safeguard"):
        safeguards.change(same, world.admin, {"active": False})
    safeguards.delete(same, world.admin)
    assert recorded(world) == ["safeguard.created", "safeguard.deleted"]


def test_an_end_before_the_begin_changes_nothing(world: World) -> None:
    one = safeguard(world, NOW, NOW + HOUR)
    with pytest.raises(Problem, match="ends_at: expected a moment after begins_at"):
        safeguards.change(one, world.owner, {"name": "Never", "ends_at": NOW})
    one.refresh_from_db()
    assert (one.name, recorded(world)) == ("Sale", ["safeguard.created"])


@pytest.mark.parametrize("key", ["", "sale", "\0", "00000000-0000-0000-0000-000000000000"])
def test_there_is_no_other_by_any_other_id(world: World, key: str) -> None:
    safeguard(world)
    with pytest.raises(Problem, match="there is no such safeguard"):
        safeguards.find(world.shop, key)


def test_another_teams_is_not_found(world: World) -> None:
    with pytest.raises(Problem, match="there is no such safeguard"):
        safeguards.find(world.bank, str(safeguard(world).pk))


WEEKENDS = {"days": ["sat", "sun"], "from": "00:00", "to": "00:00", "zone": "Europe/Berlin"}
SATURDAY, MONDAY = (datetime(2026, 12, day, 12, tzinfo=UTC) for day in (5, 7))


def test_one_of_each_week_forbids_in_its_hours_alone(world: World) -> None:
    one = safeguards.make(world.shop, world.owner, {"name": "Weekends", "weekly": WEEKENDS})
    assert safeguards.forbidding(world.shop, SATURDAY) == [one]
    assert safeguards.forbidding(world.shop, MONDAY) == []
    stands = safeguards.standing_of(one, MONDAY)
    assert (stands.state, len(stands.hours)) == (SafeguardState.PLANNED, 5)
    assert [f"{each.begins_at:%a %d %H:%M}" for each in stands.hours[:2]] == ["Fri 11 23:00", "Sat 12 23:00"]


def test_the_hours_of_each_week_are_cut_where_it_begins_and_ends(world: World) -> None:
    told = {"name": "Weekend", "weekly": WEEKENDS, "begins_at": SATURDAY, "ends_at": SATURDAY + 6 * HOUR}
    one = safeguards.make(world.shop, world.owner, told)
    stands = safeguards.standing_of(one, SATURDAY - HOUR)
    assert (stands.state, stands.hours) == (SafeguardState.PLANNED, ((SATURDAY, SATURDAY + 6 * HOUR),))
    assert safeguards.standing_of(one, SATURDAY).until == SATURDAY + 6 * HOUR
    ended = {**told, "begins_at": MONDAY, "ends_at": MONDAY + HOUR}
    assert safeguards.standing_of(safeguards.make(world.shop, world.owner, ended), MONDAY).state is SafeguardState.OVER


def test_one_whose_zone_is_no_longer_known_forbids(world: World) -> None:
    one = safeguards.make(world.shop, world.owner, {"name": "Weekends", "weekly": WEEKENDS})
    Safeguard.objects.filter(pk=one.pk).update(weekly={**WEEKENDS, "zone": "Europe/Atlantis"})
    assert safeguards.forbidding(world.shop, MONDAY) == [one]


def test_hours_that_cannot_be_are_refused_and_change_nothing(world: World) -> None:
    one = safeguard(world)
    with pytest.raises(Problem, match="zone: expected"):
        safeguards.change(one, world.admin, {"weekly": {**WEEKENDS, "zone": "Mars"}})
    one.refresh_from_db()
    assert one.weekly is None


def test_one_of_the_whole_organization_forbids_its_teams_and_no_others(world: World) -> None:
    one = safeguards.make(world.shop, world.owner, {"name": "Audit", "everywhere": True})
    assert [safeguards.forbidding(team) for team in (world.shop, world.bank)] == [[one], [one]]
    assert safeguards.forbidding(world.rivals_team) == []
    safeguards.change(safeguards.find(world.bank, str(one.pk)), world.admin, {"active": False})
    assert safeguards.forbidding(world.shop) == []
    with pytest.raises(Problem):
        safeguards.find(world.rivals_team, str(one.pk))
