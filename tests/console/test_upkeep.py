"""What goes on beside answering goes on, whatever goes wrong."""

import asyncio
import logging
import threading

import pytest

from rtk.console import upkeep
from rtk.console.upkeep import Tending, Ticking, failed, failures


@pytest.fixture(autouse=True)
def _none_failed() -> None:
    failures.clear()


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files"), MemoryError(), SystemExit(1), KeyboardInterrupt()]
)
def test_no_exception_ends_a_thread_that_tends(error: BaseException) -> None:
    turns: list[int] = []
    again = threading.Event()

    def turn() -> None:
        turns.append(len(turns))
        if len(turns) < 4:
            raise error
        again.set()

    tended = Tending("database", turn, 0.001)
    tended.begin()
    assert again.wait(10)
    tended.end()
    assert failures["database"] == 3


def test_it_ends_when_it_is_told_to() -> None:
    tended = Tending("database", lambda: None, 60)
    tended.begin()
    tended.end()
    assert not tended._thread.is_alive()


def test_the_same_holds_in_the_event_loop() -> None:
    turns: list[int] = []

    async def turn() -> None:
        turns.append(len(turns))
        if len(turns) < 3:
            raise OSError

    async def play() -> None:
        ticking = Ticking("streams", turn, 0)
        ticking.begin()
        while len(turns) < 5:
            await asyncio.sleep(0)
        await ticking.end()

    asyncio.run(play())
    assert failures["streams"] == 2


def test_what_fails_again_and_again_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, upkeep.logger.name):
        for _ in range(100):
            failed("streams")
    assert [record.getMessage().split(" times")[0] for record in caplog.records] == [
        f"streams: failed {2**power}" for power in range(7)
    ]
