"""Whose an address is."""

import pytest
from allauth.account.models import EmailAddress

from rtk.console.people import addresses
from rtk.console.people.models import User
from tests.console.people.world import World


def test_it_is_theirs_who_confirmed_it(world: World) -> None:
    assert addresses.holder(" Mary@Example.org ") == world.member
    EmailAddress.objects.filter(user=world.member).update(verified=False)
    assert addresses.holder("mary@example.org") is None


def test_it_is_confirmed_in_whatever_case_it_is_typed(world: World) -> None:
    EmailAddress.objects.create(user=world.member, email="m@example.org")
    assert addresses.confirm(world.member, "M@Example.org")
    assert addresses.holder("m@example.org") == world.member


def test_nobody_confirms_what_is_not_theirs(world: World) -> None:
    EmailAddress.objects.create(user=world.viewer, email="mary@example.org")
    assert not addresses.confirm(world.viewer, "mary@example.org")
    assert not addresses.confirm(world.viewer, "nobody@example.org")
    assert addresses.holder("mary@example.org") == world.member


def test_what_somebody_goes_by_may_not_be_what_they_confirmed(world: World) -> None:
    User.objects.filter(pk=world.member.pk).update(email="ceo@example.org")
    world.member.refresh_from_db()
    assert not addresses.is_confirmed(world.member)
    assert addresses.is_confirmed(world.viewer)
    assert addresses.confirmed_among([world.member, world.viewer]) == {world.viewer.pk}


@pytest.mark.parametrize(
    ("email", "domain"),
    [("a@Example.org", "example.org"), ('"a@evil.example"@example.org', "example.org"), ("", ""), ("a", "a")],
)
def test_a_domain_stands_behind_the_last_sign(email: str, domain: str) -> None:
    assert addresses.domain_of(email) == domain
