"""Tokens: nothing of them is kept but what recognises them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from rtk.console.people import tokens
from rtk.console.people.models import AuditEntry, Token
from tests.console.people.world import World


def test_a_token_is_found_by_its_secret_and_by_nothing_near_it(world: World) -> None:
    token, secret = tokens.make(world.owner, "CI")
    assert tokens.find(secret) == token
    for wrong in ("", secret[:-1], secret + "a", secret.swapcase(), "rtk_", "\0", "\ud800"):
        assert tokens.find(wrong) is None


def test_the_secret_is_nowhere_in_the_database(world: World) -> None:
    token, secret = tokens.make(world.owner, "CI")
    kept = Token.objects.filter(pk=token.pk).values().get()
    assert secret not in str(kept)
    assert secret[tokens.SHOWN :] not in str(kept) + str(list(AuditEntry.objects.values()))
    assert secret.startswith(token.prefix)
    assert len(token.prefix) == tokens.SHOWN


def test_two_tokens_are_never_the_same(world: World) -> None:
    assert tokens.make(world.owner, "a")[1] != tokens.make(world.owner, "a")[1]


def test_a_token_ends_after_a_year_unless_told_otherwise(world: World) -> None:
    token, secret = tokens.make(world.owner, "CI")
    a_year = timezone.now() + timedelta(days=365)
    assert abs(token.expires_at - a_year) < timedelta(minutes=1)
    assert tokens.find(secret, token.expires_at - timedelta(seconds=1)) is not None
    assert tokens.find(secret, token.expires_at) is None


def test_a_token_of_a_user_who_was_shut_out_is_not_found(world: World) -> None:
    _, secret = tokens.make(world.owner, "CI")
    world.owner.is_active = False
    world.owner.save()
    assert tokens.find(secret) is None


def test_a_revoked_token_is_not_found(world: World) -> None:
    token, secret = tokens.make(world.owner, "CI")
    tokens.revoke(token)
    assert tokens.find(secret) is None
    assert AuditEntry.objects.filter(org=world.org, action="token.revoked", target="CI").count() == 1


def test_the_last_use_is_noted_at_most_once_a_minute(world: World) -> None:
    token, _ = tokens.make(world.owner, "CI")
    noon = timezone.now()
    for seconds, noted in ((0, 0), (59, 0), (61, 61), (100, 61)):
        token.refresh_from_db()
        tokens.used(token, noon + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == noon + timedelta(seconds=noted)


@pytest.mark.parametrize("scopes", [[], ["read", "everything"]])
def test_the_database_refuses_scopes_that_there_are_not(world: World, scopes: list[str]) -> None:
    with pytest.raises(IntegrityError):
        Token.objects.create(user=world.owner, name="x", scopes=scopes, digest=b"x", expires_at=timezone.now())
