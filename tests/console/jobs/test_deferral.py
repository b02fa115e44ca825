"""Jobs are deferred in the transaction of what makes them necessary, and hold an id and nothing else."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from rtk.console.jobs.deferral import defer, defer_on, made
from rtk.console.jobs.queue import Work
from rtk.console.store.database import connect

ONE, OTHER = uuid4(), uuid4()


def read_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")


def there() -> list[Any]:
    return [(each.task_name, each.lock, each.args) for each in ProcrastinateJob.objects.order_by("id")]


@pytest.mark.django_db
def test_a_job_has_the_id_of_what_it_is_for_and_waits_for_others_of_the_same() -> None:
    defer(Work.TELL, [ONE, OTHER])
    defer(Work.TEST, [ONE])
    tells = [("tell", f"tell {each}", {"id": str(each)}) for each in (ONE, OTHER)]
    assert there() == [*tells, ("test", None, {"id": str(ONE)})]


@pytest.mark.django_db
def test_what_did_not_happen_leaves_no_job() -> None:
    with transaction.atomic():
        defer(Work.TELL, [ONE])
        transaction.set_rollback(True)
    assert there() == []


@pytest.mark.usefixtures("kept")
def test_so_it_is_on_a_connection_of_our_own() -> None:
    async def deferred() -> None:
        raw = await connect()
        try:
            async with raw.transaction(force_rollback=True):
                await defer_on(raw, Work.TELL, [ONE])
            async with raw.transaction():
                await defer_on(raw, Work.TELL, [OTHER])
        finally:
            await raw.close()

    asyncio.run(deferred())
    assert there() == [("tell", f"tell {OTHER}", {"id": str(OTHER)})]


@pytest.mark.usefixtures("kept")
def test_what_the_database_says_is_said_as_it_says_it() -> None:
    read_only()
    with pytest.raises(DatabaseError, match="read-only transaction"):
        defer(Work.TELL, [ONE])
    connection.close()


@pytest.mark.usefixtures("kept")
def test_a_connection_of_our_own_says_it_as_well() -> None:
    async def refused() -> None:
        raw = await connect()
        try:
            await raw.execute("SET default_transaction_read_only = on")
            async with raw.transaction():
                await defer_on(raw, Work.TELL, [ONE])
        finally:
            await raw.close()

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        asyncio.run(refused())


def test_nothing_is_deferred_for_nobody() -> None:
    assert made(Work.TELL, []) == []
    defer(Work.TELL, [])  # without a database
