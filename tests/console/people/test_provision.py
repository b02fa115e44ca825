"""A console set up by a machine."""

import threading

import pytest
from django.db import connection

from rtk.console.people import gate, tokens
from rtk.console.people.models import Organization, Team, Token, User
from rtk.console.people.provision import provision
from rtk.errors import BadInput
from tests.console.people.world import World


def test_a_user_an_organization_a_team_and_a_token_are_made(db: None) -> None:
    caller = gate.authenticate(f"Bearer {provision('Ops@Example.org', 'Acme', 'Shop')}")
    assert caller is not None
    assert (caller.user.email, caller.scopes) == ("ops@example.org", frozenset({"read", "run", "admin"}))
    [team] = gate.teams_for(caller)
    assert (team.org.name, team.name, team.role) == ("Acme", "Shop", "owner")


def test_twice_changes_nothing(db: None) -> None:
    secret = provision("ops@example.org", "Acme", "Shop")
    assert provision("OPS@example.org", "ACME", "shop", kept=secret) == secret
    assert [kind.objects.count() for kind in (User, Organization, Team, Token)] == [1, 1, 1, 1]


def test_a_token_that_is_no_longer_good_is_replaced(world: World) -> None:
    token, others = tokens.make(world.stranger, "x")
    for kept in ("rtk_gone", others):
        fresh = provision("alice@example.org", "Acme", "Shop", kept=kept)
        assert fresh != kept
        found = tokens.find(fresh)
        assert found is not None
        assert found.user == world.owner
    assert Token.objects.filter(pk=token.pk).exists()


def test_a_missing_team_is_added_to_what_is_there(world: World) -> None:
    provision("adam@example.org", "Acme", "Third")
    assert Team.objects.filter(org=world.org).count() == 3


@pytest.mark.parametrize(
    ("email", "org", "team", "why"),
    [
        ("nobody", "Acme", "Shop", "valid email"),
        ("dora@example.org", "Acme", "Shop", "of others"),
        ("mary@example.org", "Acme", "Third", "of others"),
        ("dora@example.org", "Settings", "Shop", "kept for the console"),
        ("dora@example.org", "Fresh", "", "Give a name"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_made(
    world: World, email: str, org: str, team: str, why: str
) -> None:
    counts = [kind.objects.count() for kind in (User, Organization, Team, Token)]
    with pytest.raises(BadInput, match=why):
        provision(email, org, team)
    assert [kind.objects.count() for kind in (User, Organization, Team, Token)] == counts


@pytest.mark.usefixtures("committed")
def test_two_at_once_make_it_once() -> None:
    secrets: list[str] = []

    def one() -> None:
        try:
            secrets.append(provision("ops@example.org", "Acme", "Shop"))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(secrets)) == 2
    assert [kind.objects.count() for kind in (User, Organization, Team)] == [1, 1, 1]
