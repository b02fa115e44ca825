"""Organizations and teams: made, joined, left; an owner always remains."""

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from rtk.console.people import memberships
from rtk.console.people.models import AuditEntry, Membership, Organization, Role, Team, TeamMembership, User
from tests.console.people.world import World, made


def done(world: World) -> list[str]:
    return list(AuditEntry.objects.filter(org=world.org).values_list("action", flat=True))


@pytest.mark.parametrize("name", ["Acme", "ACME", "acme!", " acme "])
def test_two_organizations_never_have_one_name_or_address(world: World, name: str) -> None:
    with pytest.raises(ValidationError, match="already"):
        memberships.make_organization(world.member, name)
    assert Organization.objects.count() == 2


def test_two_organizations_may_each_have_a_team_of_a_name(world: World) -> None:
    assert memberships.make_team(world.stranger, world.rival, "Shop").slug == "shop"
    with pytest.raises(ValidationError, match="already"):
        memberships.make_team(world.owner, world.org, "SHOP")


def test_a_refused_name_leaves_no_trace(world: World) -> None:
    before = done(world)
    with pytest.raises(ValidationError):
        memberships.rename(world.owner, world.shop, "Bank")
    assert Team.objects.get(pk=world.shop.pk).name == "Shop"
    assert done(world) == before


def test_another_name_is_another_address(world: World) -> None:
    memberships.rename(world.owner, world.org, "Acme Two")
    assert Organization.objects.get(pk=world.org.pk).slug == "acme-two"
    assert done(world)[0] == "organization.renamed"


@pytest.mark.parametrize("act", [memberships.remove, lambda who, what: memberships.change_role(who, what, Role.MEMBER)])
def test_the_last_owner_stays_an_owner(world: World, act: Callable[[User, Membership], None]) -> None:
    with pytest.raises(ValidationError, match="needs an owner"):
        act(world.owner, world.membership(world.owner))
    assert world.membership(world.owner).role == Role.OWNER


def test_an_owner_may_go_once_there_is_another(world: World) -> None:
    memberships.change_role(world.owner, world.membership(world.admin), Role.OWNER)
    memberships.remove(world.owner, world.membership(world.owner))
    assert not Membership.objects.filter(user=world.owner, org=world.org).exists()
    assert done(world)[:2] == ["member.left", "member.role-changed"]


def test_who_is_removed_is_in_no_team_any_more(world: World) -> None:
    memberships.remove(world.admin, world.membership(world.member))
    assert not TeamMembership.objects.filter(user=world.member).exists()
    assert done(world)[0] == "member.removed"


def test_who_joins_again_keeps_the_role(world: World) -> None:
    memberships.join(world.member, world.org, Role.ADMIN, [world.bank])
    assert world.membership(world.member).role == Role.MEMBER
    assert TeamMembership.objects.filter(user=world.member).count() == 2


def test_entering_and_leaving_a_team_is_noted_once(world: World) -> None:
    for _ in range(2):
        memberships.enter_team(world.admin, world.bank, world.membership(world.member))
    memberships.exit_team(world.admin, TeamMembership.objects.get(user=world.member, team=world.bank))
    assert done(world)[:2] == ["team.member-removed", "team.member-added"]
    assert done(world).count("team.member-added") == 1


@pytest.mark.usefixtures("committed")
def test_of_two_owners_who_leave_at_once_one_stays() -> None:
    world = made()
    memberships.change_role(world.owner, world.membership(world.admin), Role.OWNER)
    together, refused = threading.Barrier(2), []

    def leave(user: User) -> None:
        mine = world.membership(user)
        together.wait()
        try:
            memberships.remove(user, mine)
        except ValidationError as error:
            refused.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(user,)) for user in (world.owner, world.admin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [memberships.LAST_OWNER]
    assert Membership.objects.filter(org=world.org, role=Role.OWNER).count() == 1
