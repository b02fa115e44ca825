"""Turns: one sender's calls run beside those of others, and no wait is without an end."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

import pytest

from rtk.console.store.problem import Problem
from rtk.console.turns import Sender, Turns, TurnShare

BUSY, OTHER = Sender("busy"), Sender("other")
SHARE = TurnShare(of_sender=2, of_team=2, waiting=5, patience_s=60)


class Play:
    """Calls that last until they are let go; `under_way` are those that have a thread."""

    def __init__(self, threads: int, share: TurnShare = SHARE) -> None:
        self.turns = Turns([Executor() for _ in range(threads)], share)
        self.under_way: list[str] = []
        self.most = 0
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def call(self, name: str, sender: Sender) -> None:
        """Somebody calls."""
        self._ends[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._call(name, sender))
        await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        """A call is done; whoever is next begins."""
        self._ends[name].set()
        await self._tasks[name]
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def hang_up(self, name: str) -> None:
        """A caller goes."""
        self._tasks[name].cancel()
        with suppress(asyncio.CancelledError):
            await self._tasks[name]
        await asyncio.sleep(0)

    def answer(self, name: str) -> BaseException | None:
        """What a call was refused with."""
        return self._tasks[name].exception()

    async def _call(self, name: str, sender: Sender) -> None:
        async with self.turns.turn(sender):
            self.under_way.append(name)
            self.most = max(self.most, len(self.under_way))
            try:
                await self._ends[name].wait()
            finally:
                self.under_way.remove(name)


def played(play: Coroutine[Any, Any, None]) -> None:
    asyncio.run(play)


def test_a_sender_has_no_more_turns_at_once_than_its_share() -> None:
    async def play() -> None:
        calls = Play(threads=6)
        for number in range(5):
            await calls.call(f"busy {number}", BUSY)
        assert calls.under_way == ["busy 0", "busy 1"]
        await calls.call("other", OTHER)
        assert "other" in calls.under_way

    played(play())


def test_who_comes_after_a_crowd_of_one_waits_for_one_of_them() -> None:
    async def play() -> None:
        calls = Play(threads=2)
        for number in range(6):
            await calls.call(f"busy {number}", BUSY)
        await calls.call("other", OTHER)
        assert calls.under_way == ["busy 0", "busy 1"]
        await calls.end("busy 0")
        assert calls.under_way == ["busy 1", "other"]

    played(play())


def test_two_who_crowd_take_turns() -> None:
    async def play() -> None:
        calls, order = Play(threads=1), []
        for number in range(3):
            await calls.call(f"a{number}", Sender("a"))
        for number in range(3):
            await calls.call(f"b{number}", Sender("b"))
        for _ in range(6):
            [name] = calls.under_way
            order.append(name)
            await calls.end(name)
        assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]

    played(play())


def test_a_team_with_many_tokens_has_the_turns_of_one() -> None:
    async def play() -> None:
        calls = Play(threads=2, share=SHARE._replace(of_sender=1, of_team=1))
        for number in range(4):
            await calls.call(f"shop {number}", Sender(f"token {number}", "shop"))
        assert calls.under_way == ["shop 0"]
        await calls.call("bank", Sender("bank", "bank"))
        assert calls.under_way == ["shop 0", "bank"]

    played(play())


def test_the_last_threads_are_kept_for_who_holds_none() -> None:
    async def play() -> None:
        calls = Play(threads=4, share=SHARE._replace(of_sender=3, of_team=3, kept=2))
        for number in range(3):
            await calls.call(f"busy {number}", BUSY)
        assert calls.under_way == ["busy 0", "busy 1"]
        await calls.call("other", OTHER)
        await calls.call("other again", OTHER)
        await calls.call("visitor", Sender("visitor"))
        assert calls.under_way == ["busy 0", "busy 1", "other", "visitor"]
        await calls.end("busy 0")
        assert "busy 2" not in calls.under_way
        await calls.end("visitor")
        await calls.end("other")
        assert calls.under_way == ["busy 1", "busy 2", "other again"]

    played(play())


def test_a_thread_is_of_one_call_at_a_time() -> None:
    async def play() -> None:
        calls = Play(threads=3)
        for number in range(9):
            await calls.call(str(number), Sender(str(number % 3)))
        for _ in range(9):
            await calls.end(calls.under_way[0])
        assert (calls.most, calls.under_way) == (3, [])

    played(play())


def test_who_hangs_up_leaves_the_turn_to_the_next() -> None:
    async def play() -> None:
        calls = Play(threads=1)
        for name in ("first", "gone", "last"):
            await calls.call(name, Sender(name))
        await calls.hang_up("gone")
        await calls.hang_up("first")
        assert calls.under_way == ["last"]
        await calls.end("last")
        await calls.call("again", Sender("again"))
        assert "again" in calls.under_way

    played(play())


def test_a_turn_that_comes_as_its_caller_goes_is_not_lost() -> None:
    async def play() -> None:
        calls = Play(threads=1)
        await calls.call("first", BUSY)
        await calls.call("gone", OTHER)
        calls._ends["first"].set()
        await asyncio.sleep(0)  # the turn is given, and not yet taken
        assert calls.under_way == []
        await calls.hang_up("gone")
        await calls.call("next", BUSY)
        assert calls.under_way == ["next"]

    played(play())


def test_a_crowd_beyond_its_bound_is_refused_with_the_figure() -> None:
    async def play() -> None:
        calls = Play(threads=1, share=SHARE._replace(waiting=2))
        for number in range(4):
            await calls.call(str(number), BUSY)
        refused = calls.answer("3")
        assert isinstance(refused, Problem)
        assert (refused.status, refused.detail) == (
            429,
            "2 calls of yours wait for their turn already: send fewer at once",
        )
        await calls.call("other", OTHER)
        await calls.end("0")
        assert calls.under_way == ["other"]

    played(play())


@pytest.mark.parametrize(
    ("under_way", "share", "status", "says"),
    [
        ([OTHER], (2, 2), 503, "the console has too much to do, try again in a moment"),
        ([BUSY], (1, 1), 429, "calls of one sender are worked on 1 at a time"),
        ([Sender("x", "shop")], (1, 1), 429, "calls of a team are worked on 1 at a time"),
    ],
)
def test_a_wait_ends_with_what_it_was_for(
    under_way: list[Sender], share: tuple[int, int], status: int, says: str
) -> None:
    async def play() -> None:
        calls = Play(threads=len(under_way), share=TurnShare(*share, waiting=5, patience_s=0.01))
        for number, sender in enumerate(under_way):
            await calls.call(str(number), sender)
        waiting = under_way[0]._replace(name="late") if under_way[0].team else BUSY
        with pytest.raises(Problem) as refused:
            async with calls.turns.turn(waiting):
                pass
        assert (refused.value.status, refused.value.detail) == (status, f"this call waited 0.01 s for its turn: {says}")

    played(play())


def test_a_wait_ends_once_its_caller_has_gone_and_nobody_watches_the_caller_of_a_short_one() -> None:
    watched: list[str] = []

    class GoneError(Exception):
        pass

    async def gone() -> None:
        watched.append("a caller")
        raise GoneError

    async def play() -> None:
        turns = Turns([Executor()], SHARE)
        async with turns.turn(BUSY, gone):
            with pytest.raises(GoneError):
                async with turns.turn(OTHER, gone):
                    pass
            assert watched == ["a caller"]
            short = asyncio.create_task(_held(turns, gone))
            await asyncio.sleep(0)
        await short
        async with turns.turn(OTHER):  # the turn of who has gone is nobody's
            assert watched == ["a caller"]

    played(play())


def test_the_thread_that_worked_last_is_the_next_to_work() -> None:
    async def play() -> None:
        turns = Turns([Executor() for _ in range(6)], SHARE)
        async with turns.turn(BUSY) as first, turns.turn(OTHER) as beside:
            assert first is not beside
        for _ in range(3):
            async with turns.turn(OTHER) as again:
                assert again is first

    played(play())


async def _held(turns: Turns, leaving: Any) -> None:
    async with turns.turn(OTHER, leaving):
        pass
