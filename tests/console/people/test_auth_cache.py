"""The gate's answers are remembered for a moment, and never after what they depend on has changed here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from rtk.console.people import gate, tokens
from rtk.console.people.auth_cache import SECONDS, Memory, remembered
from rtk.console.people.models import Membership, Token
from tests.console.people.world import World, made

pytestmark = pytest.mark.django_db


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> Memory:
    return Memory(clock)


@pytest.fixture
def world() -> World:
    return made()


def secret_of(world: World, *scopes: str) -> str:
    return "Bearer " + tokens.make(world.member, "m", scopes or ("read", "run"))[1]


def asked(memory: Memory, world: World, secret: str, need: str = "run") -> Any:
    caller = memory.authenticate(secret)
    return memory.team_for(caller, str(world.org.id), str(world.shop.id), need)


def test_what_was_found_is_not_asked_for_again_for_a_moment(world: World, memory: Memory, clock: Clock) -> None:
    secret = secret_of(world)
    assert asked(memory, world, secret) == world.shop
    Token.objects.all().update(expires_at=now() - timedelta(days=1))  # as another process would
    Membership.objects.all().update(role="viewer")
    assert asked(memory, world, secret) == world.shop
    clock.now += SECONDS
    with pytest.raises(gate.Unauthorized):
        asked(memory, world, secret)


def test_what_is_refused_is_not_remembered(world: World, memory: Memory) -> None:
    assert memory.authenticate("Bearer nothing") is None
    secret = secret_of(world)
    caller = memory.authenticate(secret)
    with pytest.raises(gate.NotFound):
        memory.team_for(caller, str(world.rival.id), str(world.shop.id), "read")
    assert memory.recall(caller, str(world.rival.id), str(world.shop.id), "read") is None


def test_a_team_that_is_remembered_lets_nobody_do_more(world: World, memory: Memory) -> None:
    both, reading, running = secret_of(world), secret_of(world, "read"), secret_of(world, "run")
    assert asked(memory, world, both) == world.shop
    for secret, need in ((both, "admin"), (reading, "run"), (running, "run")):
        for _ in range(2):
            with pytest.raises(gate.Forbidden):
                asked(memory, world, secret, need)
    where = (str(world.org.id), str(world.shop.id))
    with pytest.raises(gate.Forbidden):
        memory.recall(memory.caller(both), *where, "admin")
    assert memory.recall(memory.caller(both), *where, "run") == world.shop


CHANGES: dict[str, Callable[[World, Token], Any]] = {
    "the token is revoked": lambda _, token: tokens.revoke(token),
    "the user is shut out": lambda world, _: _saved(world.member, is_active=False),
    "the role is another": lambda world, _: _saved(world.member.memberships.get(org=world.org), role="viewer"),
    "the user is not in the team any more": lambda world, _: world.member.team_memberships.all().delete(),
    "the user is not in the organization any more": lambda world, _: world.member.memberships.all().delete(),
    "the team is no more": lambda world, _: world.shop.delete(),
}


def _saved(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_noticed_by_the_very_next_call(world: World, change: Callable[[World, Token], Any]) -> None:
    secret = secret_of(world)
    assert asked(remembered, world, secret) == world.shop
    change(world, Token.objects.get(user=world.member, name="m"))
    with pytest.raises(gate.Refused):
        asked(remembered, world, secret)


def test_what_was_asked_before_a_change_is_not_kept_after_it(memory: Memory) -> None:
    age = memory._age
    memory.forget()
    memory._keep(memory._callers, b"digest", "caller", age)
    assert memory._callers == {}
