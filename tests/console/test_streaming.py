"""What streams keeps no connection while nobody asks for its next part."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connection

from rtk.console.sharing import threads
from rtk.console.streaming import KeptThreads, asked, in_turn

pytestmark = pytest.mark.usefixtures("committed")
THREAD = threads(1, "streaming")


def answer() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        found: int = cursor.fetchone()[0]
    assert connection.connection is not None
    return found


def is_connected() -> bool:
    return connection.connection is not None


def in_the_thread(played: Any) -> Any:
    """What comes of a coroutine whose questions go to one thread."""

    async def play() -> Any:
        async with ThreadSensitiveContext(executor=THREAD[0]):
            return await played()

    return asyncio.run(play())


def test_who_asks_gives_the_connection_back_also_when_it_fails() -> None:
    def failing() -> None:
        answer()
        raise LookupError

    async def play() -> tuple[int, bool, bool]:
        found = await asked(answer)()
        first = await sync_to_async(is_connected)()
        with pytest.raises(LookupError):
            await asked(failing)()
        return found, first, await sync_to_async(is_connected)()

    assert in_the_thread(play) == (42, False, False)


def test_each_part_of_what_streams_is_asked_for_in_a_thread_and_none_keeps_a_connection() -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(2):
            yield b"%d" % answer()

    async def play() -> list[tuple[bytes, bool]]:
        return [(part, await sync_to_async(is_connected)()) async for part in in_turn(parts())]

    assert in_the_thread(play) == [(b"42", False), (b"42", False)]


def test_streams_at_once_have_a_thread_each_and_threads_are_used_again() -> None:
    used: list[str] = []
    together = threading.Barrier(3, timeout=60)
    kept = KeptThreads(threads(3, "beside"))

    def work() -> None:
        together.wait()
        used.append(threading.current_thread().name)

    async def stream() -> None:
        async with kept.one():
            await sync_to_async(work)()

    async def thrice() -> None:
        await asyncio.gather(*(stream() for _ in range(3)))

    asyncio.run(thrice())
    asyncio.run(thrice())
    assert sorted(used) == ["beside-0_0", "beside-0_0", "beside-1_0", "beside-1_0", "beside-2_0", "beside-2_0"]


def test_a_stream_that_fails_leaves_its_thread_to_the_next() -> None:
    kept = KeptThreads(threads(1, "beside"))

    async def failing() -> None:
        async with kept.one():
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            asyncio.run(failing())
    assert set(kept._busy.values()) == {0}


def test_the_threads_are_there_before_anybody_reads() -> None:
    KeptThreads(threads(2, "beside-from-the-start"))
    named = [each.name for each in threading.enumerate() if each.name.startswith("beside-from-the-start")]
    assert len(named) == 2
