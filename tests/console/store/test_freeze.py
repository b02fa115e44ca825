"""A freeze reaches a run under way with the next answer to its record."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.utils.timezone import now

from rtk.console.store import safeguards
from rtk.console.store.commit import Call, Committer
from rtk.console.store.database import connect
from rtk.console.store.freeze import KNOWN_S, SafeguardsInForce
from rtk.console.store.intake import batch_of
from rtk.console.store.models import Safeguard
from tests.console.api.test_live import begun
from tests.console.live import Live

HOUR = timedelta(hours=1)
NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)  # a Monday


class Asked:
    """A cursor that counts how often it is asked, and may fail."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        self.rows: list[Any] = [(*row, None, NOW) for row in rows]
        self.times, self.fails = 0, False

    async def execute(self, _: str) -> None:
        self.times += 1
        if self.fails:
            raise psycopg.OperationalError("away")

    async def fetchall(self) -> list[Any]:
        return self.rows


@pytest.fixture
def unfrozen() -> Iterator[None]:
    """Nobody is frozen afterwards."""
    yield
    Safeguard.objects.all().delete()


@pytest.fixture
def ticking() -> tuple[SafeguardsInForce, list[float]]:
    at = [100.0]
    return SafeguardsInForce(lambda: at[0]), at


def test_those_of_a_team_are_read_once_a_moment(ticking: tuple[SafeguardsInForce, list[float]]) -> None:
    freeze, at = ticking
    cursor: Any = Asked(("shop", "Sale"), ("shop", "Strike"), ("bank", "Audit"))
    asyncio.run(freeze.read(cursor))
    cursor.rows = []
    at[0] += KNOWN_S / 2
    asyncio.run(freeze.read(cursor))
    assert (cursor.times, freeze.of("shop"), freeze.of("bank"), freeze.of("zoo")) == (
        1,
        ("Sale", "Strike"),
        ("Audit",),
        (),
    )
    at[0] += KNOWN_S
    asyncio.run(freeze.read(cursor))
    assert (cursor.times, freeze.of("shop")) == (2, ())


@pytest.mark.parametrize(("day", "forbids"), [("mon", True), ("tue", False)])
def test_one_of_each_week_is_named_in_its_hours_alone(day: str, forbids: bool) -> None:
    cursor: Any = Asked()
    cursor.rows = [("shop", "Office", json.dumps({"days": [day], "from": "09:00", "to": "17:00", "zone": "UTC"}), NOW)]
    freeze = SafeguardsInForce()
    asyncio.run(freeze.read(cursor))
    assert freeze.of("shop") == (("Office",) if forbids else ())


def test_one_that_could_not_be_read_is_read_by_the_next(ticking: tuple[SafeguardsInForce, list[float]]) -> None:
    cursor: Any = Asked(("shop", "Sale"))
    cursor.fails = True
    with pytest.raises(psycopg.OperationalError):
        asyncio.run(ticking[0].read(cursor))
    cursor.fails = False
    asyncio.run(ticking[0].read(cursor))
    assert ticking[0].of("shop") == ("Sale",)


@pytest.mark.parametrize(
    ("begins", "ends", "active", "forbids"),
    [
        (None, None, True, True),
        (-HOUR, HOUR, True, True),
        (-HOUR, None, False, False),
        (HOUR, None, True, False),
        (-2 * HOUR, -HOUR, True, False),
    ],
)
def test_only_one_in_force_is_named(
    live: Live, unfrozen: None, begins: timedelta | None, ends: timedelta | None, active: bool, forbids: bool
) -> None:
    moment = now()
    told = {
        "name": "Sale",
        "active": active,
        "begins_at": None if begins is None else moment + begins,
        "ends_at": None if ends is None else moment + ends,
    }
    made = safeguards.make(live.world.shop, live.world.owner, told)
    assert names(live, str(live.world.shop.id)) == (("Sale",) if forbids else ())
    assert (made in safeguards.forbidding(live.world.shop, moment)) is forbids


def test_a_freeze_of_another_team_is_not_named(live: Live, unfrozen: None) -> None:
    safeguards.make(live.world.bank, live.world.owner, {"name": "Audit"})
    assert names(live, str(live.world.shop.id)) == ()


def test_a_freeze_of_the_whole_organization_is_named_to_each_team(live: Live, unfrozen: None) -> None:
    safeguards.make(live.world.bank, live.world.owner, {"name": "Audit", "everywhere": True})
    assert names(live, str(live.world.shop.id)) == ("Audit",)


def names(live: Live, team: str) -> tuple[str, ...]:
    """The safeguards that the answer to a run's record names."""
    path = begun(live, live.machine())
    batch = batch_of(json.dumps({"from": 0, "entries": []}).encode())

    async def work() -> tuple[str, ...]:
        committer = Committer(connect)
        answer = await committer.submit(Call(UUID(path.rpartition("/")[2]), team, path.split("/")[6], batch))
        await committer.close()
        return answer.safeguards

    return asyncio.run(work())
