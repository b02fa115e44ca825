"""Work that blocks, aside of an event loop."""

import asyncio
import threading

import pytest

from rtk.console.jobs.aside import aside

LIMIT = 30.0


def refuse(_over: threading.Event) -> None:
    raise SystemExit("no")


def test_what_it_returns_is_returned_and_the_loop_goes_on_meanwhile() -> None:
    go = threading.Event()

    async def both() -> int:
        waiting = asyncio.create_task(aside(lambda _: go.wait(LIMIT), "waits"))
        await asyncio.sleep(0)
        go.set()
        assert await waiting
        return await aside(lambda _: 7, "answers")

    assert asyncio.run(both()) == 7


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(SystemExit, match="no"):
        asyncio.run(aside(refuse, "refuses"))


def test_whoever_no_longer_waits_for_it_tells_it_and_leaves_it_behind() -> None:
    seen, leave = threading.Event(), threading.Event()

    def work(over: threading.Event) -> None:
        over.wait(LIMIT)
        seen.set()
        leave.wait(LIMIT)

    async def cancelled() -> None:
        waiting = asyncio.create_task(aside(work, "goes on"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(cancelled())  # and not after LIMIT
    assert seen.wait(LIMIT)
    leave.set()
