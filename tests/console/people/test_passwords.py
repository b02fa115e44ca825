"""Whose password somebody typed."""

import pytest
from allauth.account.models import EmailAddress

from rtk.console.people.models import User
from rtk.console.people.passwords import Passwords
from tests.console.people.world import PASSWORD, World


def found(email: str, password: str) -> User | None:
    return Passwords().authenticate(None, email=email, password=password)


def test_it_is_the_holders(world: World) -> None:
    assert found(" Mary@Example.org", PASSWORD) == world.member
    assert found("mary@example.org", "wrong") is None


def test_or_that_of_an_account_that_only_goes_by_the_address(world: World) -> None:
    other = User.objects.create_user("mary@example.org", "another long phrase")
    EmailAddress.objects.create(user=other, email="mary@example.org")
    assert found("mary@example.org", "another long phrase") == other


@pytest.mark.parametrize(("email", "password"), [("", PASSWORD), ("mary@example.org", ""), ("x@example.org", PASSWORD)])
def test_without_both_it_is_nobodys(world: World, email: str, password: str) -> None:
    assert found(email, password) is None


def test_whoever_is_shut_out_is_nobody(world: World) -> None:
    User.objects.filter(pk=world.member.pk).update(is_active=False)
    assert found("mary@example.org", PASSWORD) is None
