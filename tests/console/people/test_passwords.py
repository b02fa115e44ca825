"""Whose password somebody typed."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, identify_hasher

from rtk.console.people.models import User
from rtk.console.people.passwords import Passwords, of_address
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


def claimed(password: str) -> User:
    """Somebody who signed up by an address that nobody confirmed."""
    user = User.objects.create(email="new@example.org", password=of_address("New@example.org ", password))
    EmailAddress.objects.create(user=user, email="new@example.org")
    return user


def test_or_that_of_any_of_those_who_signed_up_by_it(world: World) -> None:
    users = {password: claimed(password) for password in ("the first phrase", "the second one", "the third one")}
    other = User.objects.create_user("new@example.org", "made by a command")  # with a salt of its own
    EmailAddress.objects.create(user=other, email="new@example.org")
    for password, user in users.items():
        assert found("new@example.org", password) == user
    assert found("new@example.org", "made by a command") == other
    assert found("new@example.org", "nobody's phrase") is None


def test_what_is_kept_of_a_password_is_another_for_another_address() -> None:
    kept = of_address("new@example.org", PASSWORD)
    assert check_password(PASSWORD, kept)
    assert kept == of_address("NEW@example.org", PASSWORD)
    assert kept != of_address("other@example.org", PASSWORD)
    assert not identify_hasher(kept).must_update(kept)


@pytest.mark.parametrize(("email", "password"), [("", PASSWORD), ("mary@example.org", ""), ("x@example.org", PASSWORD)])
def test_without_both_it_is_nobodys(world: World, email: str, password: str) -> None:
    assert found(email, password) is None


def test_whoever_is_shut_out_is_nobody(world: World) -> None:
    User.objects.filter(pk=world.member.pk).update(is_active=False)
    assert found("mary@example.org", PASSWORD) is None
