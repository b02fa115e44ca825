"""No token lasts for ever, multiplies, or outlives the one that made it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.utils import timezone

from rtk.console.people import gate, tokens
from rtk.console.people.models import SCOPES, Token, User
from rtk.console.people.tokens import TokenRefusal
from tests.console.live import console_of_nobody
from tests.console.people.world import PASSWORD, World, made, signed_in

Call = Callable[..., Any]
NEW = "another long phrase"


def by_token(secret: str) -> Call:
    """Calls of the API by a machine."""

    def call(**body: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return Client(headers=headers).post("/api/v1/tokens", body, content_type="application/json")

    return call


def in_days(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_no_token_is_made_for_longer_than_the_console_allows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_TOKEN_DAYS", "90")
    page = signed_in(world.owner).post("/tokens", {"name": "CI", "scopes": ["read"], "days": 91})
    assert page.status_code == 422
    assert "less than or equal to 90" in page.content.decode()
    secret = tokens.make(world.owner, "admin", SCOPES)[1]
    answer = by_token(secret)(name="CI", expires_at="9999-12-31T00:00:00Z")
    assert answer.status_code == 422
    assert "at most 90 days" in answer.json()["detail"]
    assert Token.objects.count() == 1


def test_without_a_word_a_token_lasts_a_year_and_never_longer_than_the_console_allows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for allowed, days in ((3650, 365), (365, 365), (30, 30)):
        monkeypatch.setenv("RTK_TOKEN_DAYS", str(allowed))
        ends = tokens.make(world.owner, "CI")[0].expires_at
        assert abs(ends - timezone.now() - timedelta(days=days)) < timedelta(minutes=1)


def test_a_stolen_token_makes_none_that_outlives_it(world: World) -> None:
    stolen, secret = tokens.make(world.owner, "stolen", SCOPES, timezone.now() + timedelta(days=2))
    longer = by_token(secret)(name="longer", expires_at=in_days(3))
    assert longer.status_code == 422
    assert "ends with it" in longer.json()["detail"]
    usual = by_token(secret)(name="usual").json()
    assert Token.objects.get(pk=usual["id"]).expires_at == stolen.expires_at
    grandchild = by_token(by_token(secret)(name="child", scopes=list(SCOPES)).json()["token"])(name="child's").json()
    tokens.revoke(stolen)
    assert not Token.objects.exists()
    assert gate.authenticate(f"Bearer {grandchild['token']}") is None


def test_nobody_has_more_tokens_than_the_console_allows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_TOKENS_PER_PERSON", "2")
    secret = tokens.make(world.owner, "admin", SCOPES)[1]
    assert by_token(secret)(name="second").status_code == 201
    answer = by_token(secret)(name="third")
    assert answer.status_code == 409
    assert "You have 2 tokens" in answer.json()["detail"]
    page = signed_in(world.owner).post("/tokens", {"name": "third", "scopes": ["read"], "days": 1})
    assert page.status_code == 422
    assert "You have 2 tokens" in page.content.decode()
    assert signed_in(world.member).post("/tokens", {"name": "CI", "scopes": ["read"], "days": 1}).status_code == 200


def test_many_short_tokens_fill_no_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_TOKENS_PER_PERSON", "3")
    for number in range(10):
        tokens.make(world.owner, f"short {number}", expires_at=timezone.now())
    assert Token.objects.filter(user=world.owner).count() == 4
    assert Token.objects.filter(name="short 9").exists()


def test_the_people_of_an_organization_have_no_more_than_the_console_allows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTK_TOKENS_PER_ORGANIZATION", "3")
    for user in (world.owner, world.member, world.viewer):
        tokens.make(user, "CI")
    with pytest.raises(ValidationError, match="The people of Acme have 3 tokens") as refused:
        tokens.make(world.banker, "CI")
    assert refused.value.code == TokenRefusal.ORGANIZATION
    tokens.make(world.stranger, "CI")


@pytest.fixture
def console(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), console_of_nobody() as url:
        yield url


@pytest.mark.usefixtures("console")
def test_of_eight_that_are_made_at_the_same_moment_only_as_many_are_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_TOKENS_PER_PERSON", "3")
    monkeypatch.setenv("RTK_TOKENS_PER_ORGANIZATION", "5")
    world = made()
    people = [world.owner] * 5 + [world.member] * 5

    def one(user: User) -> bool:
        try:
            tokens.make(user, "CI")
        except ValidationError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        assert sum(pool.map(one, people)) == 5
    assert max(Token.objects.filter(user=user).count() for user in set(people)) == 3


def changed(client: Client, **more: str) -> Any:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **more}
    return client.post("/accounts/password/change/", form, follow=True)


def test_a_changed_password_ends_the_tokens_where_that_is_chosen(world: World) -> None:
    secrets = [tokens.make(world.member, name)[1] for name in ("one", "two")]
    others = tokens.make(world.owner, "CI")[1]
    client = signed_in(world.member)
    assert "End my 2 tokens" in client.get("/accounts/password/change/").content.decode()
    assert "2 tokens are ended" in changed(client, end_tokens="on").content.decode()
    assert not any(gate.authenticate(f"Bearer {secret}") for secret in secrets)
    assert gate.authenticate(f"Bearer {others}") is not None


def test_a_changed_password_leaves_the_tokens_where_that_is_not_chosen(world: World) -> None:
    secret = tokens.make(world.member, "one")[1]
    changed(signed_in(world.member))
    assert User.objects.get(pk=world.member.pk).check_password(NEW)
    assert gate.authenticate(f"Bearer {secret}") is not None


def test_a_password_that_is_refused_ends_no_token(world: World) -> None:
    secret = tokens.make(world.member, "one")[1]
    changed(signed_in(world.member), end_tokens="on", oldpassword="wrong")
    assert gate.authenticate(f"Bearer {secret}") is not None


def test_an_expired_token_is_told_to_be_so_to_whoever_has_it(world: World) -> None:
    expired = tokens.make(world.owner, "CI", expires_at=timezone.now() - timedelta(days=1))
    day = f"{expired[0].expires_at:%Y-%m-%d}"
    for path in ("/api/v1/organizations", "/"):
        answer = Client(headers={"Authorization": f"Bearer {expired[1]}"}).get(path)
        assert answer.status_code == 401
        assert f"This token expired on {day}" in answer.content.decode()
        assert f'error_description="it expired on {day}"' in answer["WWW-Authenticate"]


def test_a_token_that_is_none_or_of_somebody_who_is_shut_out_is_told_nothing(world: World) -> None:
    ended = timezone.now() - timedelta(days=1)
    secret = tokens.make(world.owner, "CI", expires_at=ended)[1]
    User.objects.filter(pk=world.owner.pk).update(is_active=False)
    for header in (f"Bearer {secret}", "Bearer rtk_none", "Basic x", ""):
        answer = Client(headers={"Authorization": header}).get("/api/v1/organizations")
        assert answer.status_code == 401
        assert "expired on" not in answer.content.decode() + answer["WWW-Authenticate"]
