"""The gate: who may what, where, by which token."""

import uuid

import pytest

from rtk.console.people import gate, tokens
from rtk.console.people.gate import Caller, Forbidden, NotFound, Unauthorized
from rtk.console.people.models import Token, User
from tests.console.people.world import World

NEEDS = ("read", "run", "admin", "own")
MAY = {
    "owner": {"read", "run", "admin", "own"},
    "admin": {"read", "run", "admin"},
    "member": {"read", "run"},
    "viewer": {"read"},
}


def caller(user: User, *scopes: str) -> Caller:
    return Caller(user, frozenset(scopes or ("read", "run", "admin")))


@pytest.mark.parametrize("who", MAY)
@pytest.mark.parametrize("need", NEEDS)
def test_each_role_may_what_it_may_and_nothing_else(world: World, who: str, need: str) -> None:
    asking = caller(getattr(world, who))
    if need in MAY[who]:
        assert gate.team_for(asking, world.org.pk, world.shop.pk, need) == world.shop
        assert gate.org_for(asking, world.org.pk, need) == world.org
    else:
        with pytest.raises(Forbidden, match=who):
            gate.team_for(asking, world.org.pk, world.shop.pk, need)
        with pytest.raises(Forbidden, match=who):
            gate.org_for(asking, world.org.pk, need)


@pytest.mark.parametrize("need", NEEDS)
def test_owners_and_admins_are_in_all_teams_and_others_only_in_theirs(world: World, need: str) -> None:
    assert gate.team_for(caller(world.admin), world.org.pk, world.bank.pk, "admin") == world.bank
    for outside in (world.member, world.viewer, world.stranger):
        with pytest.raises(NotFound):
            gate.team_for(caller(outside), world.org.pk, world.bank.pk, need)


def test_a_team_is_found_in_its_own_organization_only(world: World) -> None:
    for org in (world.rival.pk, uuid.uuid4(), "rival", "", "nonsense", "\0", "é" * 300):
        with pytest.raises(NotFound):
            gate.team_for(caller(world.owner), org, world.shop.pk, "read")
    for team in (world.rivals_team.pk, uuid.uuid4(), "bänk", "\0", "'; DROP TABLE people_team"):
        with pytest.raises(NotFound):
            gate.team_for(caller(world.owner), world.org.pk, team, "read")


def test_ids_and_slugs_lead_to_the_same_team(world: World) -> None:
    asking = caller(world.member)
    assert gate.team_for(asking, str(world.org.pk), "shop", "run") == world.shop
    assert gate.team_for(asking, "acme", world.shop.pk, "run") == world.shop


def test_nobody_is_unauthorized(world: World) -> None:
    with pytest.raises(Unauthorized):
        gate.team_for(None, world.org.pk, world.shop.pk, "read")
    with pytest.raises(Unauthorized):
        gate.teams_for(None)


@pytest.mark.parametrize(("scope", "need"), [("read", "run"), ("run", "read"), ("run", "admin"), ("admin", "run")])
def test_a_token_may_only_what_its_scopes_say(world: World, scope: str, need: str) -> None:
    narrow = caller(world.owner, "read", scope) if need != "read" else caller(world.owner, scope)
    with pytest.raises(Forbidden, match=f"scope {need}"):
        gate.team_for(narrow, world.org.pk, world.shop.pk, need)


def test_a_scope_that_the_role_lacks_gives_nothing(world: World) -> None:
    with pytest.raises(Forbidden, match="viewer"):
        gate.team_for(caller(world.viewer), world.org.pk, world.shop.pk, "run")


def test_teams_are_listed_with_the_role(world: World) -> None:
    def listed(user: User) -> list[tuple[str, str]]:
        return [(team.name, team.role) for team in gate.teams_for(caller(user))]

    assert listed(world.owner) == [("Bank", "owner"), ("Shop", "owner")]
    assert listed(world.viewer) == [("Shop", "viewer")]
    assert listed(world.stranger) == [("Lab", "owner")]


@pytest.mark.parametrize("who", ["owner", "admin", "member", "viewer", "banker", "stranger"])
def test_what_every_page_shows_is_what_the_gate_finds(world: World, who: str) -> None:
    by = caller(getattr(world, who))
    for shown, found in (
        (gate.teams_of(by), gate.teams_for(by)),
        (gate.organizations_of(by), gate.organizations_for(by)),
    ):
        assert [(each.pk, each.name, each.role) for each in shown] == [
            (each.pk, each.name, each.role) for each in found
        ]
    assert [each.org.pk for each in gate.teams_of(by)] == [each.org_id for each in gate.teams_for(by)]
    for ask in (gate.teams_of, gate.organizations_of):
        with pytest.raises(gate.Unauthorized):
            ask(None)


def test_who_left_the_organization_is_in_no_team_of_it_though_a_row_remained(world: World) -> None:
    world.membership(world.member).delete()
    with pytest.raises(NotFound):
        gate.team_for(caller(world.member), world.org.pk, world.shop.pk, "read")


def test_a_good_token_is_its_user_with_its_scopes(world: World) -> None:
    token, secret = tokens.make(world.member, "CI", ["run"])
    found = gate.authenticate(f"bEARER  {secret} ")
    assert found == Caller(world.member, frozenset({"run"}), "token", token)
    assert Token.objects.get(pk=token.pk).last_used_at is not None


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer rtk_wrong", "Bearer \0", "é"])
def test_what_is_no_good_token_is_nobody(world: World, header: str | None) -> None:
    assert gate.authenticate(header) is None
