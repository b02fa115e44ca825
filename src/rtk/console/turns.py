"""Turns at the few threads that work on calls: one sender's calls run beside those of others, never before them.

A sender and a team have so many turns at once at most. Whoever waits longest since the last turn is next, so that a
hundred calls of one sender keep another's first call waiting for one of them and not for all. The wait costs no
thread; it is bounded in number and in time.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from rtk.console.store.problem import Problem
from rtk.figures import chosen_duration

MOST_REMEMBERED = 10_000  # senders and teams whose last turn is known
MOST_WAITING = 10_000  # calls of all senders
MOST_KEYS = 1_024  # senders of whom it is known how they are counted
WATCHED_S = 0.1  # after so long a wait it is watched whether its caller goes


class Sender(NamedTuple):
    """Who sent a call, and for which team; empty where it is for none."""

    name: str
    team: str = ""


class TurnShare(NamedTuple):
    """How much one sender and one team may have at once, how many calls of a sender may wait, and for how long.

    `kept` are the last threads, which only those have who hold none, and whose team holds none.
    """

    of_sender: int
    of_team: int
    waiting: int
    patience_s: float
    kept: int = 0


Wait = asyncio.Future[Executor]
Leaving = Callable[[], Coroutine[Any, Any, object]]


class Turns:
    """The turns at some threads, each of which one call at a time has for itself. All of it in one event loop."""

    def __init__(self, threads: Sequence[Executor], share: TurnShare, what: str = "calls") -> None:
        self._free = list(threads)
        self._share = share
        self._what = what
        self._running: Counter[str] = Counter()
        self._waits: dict[Sender, deque[Wait]] = {}
        self._waiting = 0
        self._last: OrderedDict[str, int] = OrderedDict()
        self._given = 0

    @asynccontextmanager
    async def turn(self, sender: Sender, leaving: Leaving | None = None) -> AsyncIterator[Executor]:
        """Wait for a turn, and have a thread for as long as it lasts. Raises `Problem`, 429 or 503, instead of it.

        `leaving` is called where there is a wait, and raises once the caller has gone: that is raised here.
        """
        thread = await self._awaited(sender, leaving)
        try:
            yield thread
        finally:
            self._give_back(sender, thread)

    async def _awaited(self, sender: Sender, leaving: Leaving | None) -> Executor:
        if not self._waits and self._free and self._may(sender):
            return self._give(sender)
        if len(self._waits.get(sender, ())) >= self._share.waiting:
            said = f"{self._share.waiting:,} {self._what} of yours wait for their turn already: send fewer at once"
            raise Problem(429, said)
        if self._waiting >= MOST_WAITING:
            raise Problem(503, f"{MOST_WAITING:,} {self._what} wait for their turn already: try again in a moment")
        wait: Wait = asyncio.get_running_loop().create_future()
        self._waits.setdefault(sender, deque()).append(wait)
        self._waiting += 1
        self._serve()
        try:
            with _bounded(wait, self._share.patience_s, leaving):
                return await wait
        except BaseException as error:
            if wait in self._waits.get(sender, ()):
                self._forget(sender, wait)
            elif wait.done() and not wait.cancelled() and not wait.exception():
                self._give_back(sender, wait.result())  # the turn came in the same moment
            if isinstance(error, TimeoutError):
                raise self._late(sender) from None
            raise

    def _may(self, sender: Sender) -> bool:
        """Whether a sender and its team have a turn left, of those threads that are free."""
        running = self._running.get
        its_own = running(_name(sender), 0)
        its_teams = running(_team(sender), 0) if sender.team else 0
        if its_own >= self._share.of_sender or its_teams >= self._share.of_team:
            return False
        return len(self._free) > self._share.kept or not (its_own or its_teams)

    def _give(self, sender: Sender) -> Executor:
        self._given += 1
        for key in _keys(sender):
            self._running[key] = self._running.get(key, 0) + 1
            self._last[key] = self._given
            self._last.move_to_end(key)
        while len(self._last) > MOST_REMEMBERED:
            self._last.popitem(last=False)
        return self._free.pop()  # the one that worked last, which goes on sooner than one that has slept for longer

    def _give_back(self, sender: Sender, thread: Executor) -> None:
        for key in _keys(sender):
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
        self._free.append(thread)
        self._serve()

    def _serve(self) -> None:
        """Give the free threads to those whose turn it is."""
        while self._free and (able := [sender for sender in self._waits if self._may(sender)]):
            # By when the one of sender and team that had a turn last had it, then the other: a new name gains nothing.
            following = min(
                able, key=lambda each: sorted((self._last.get(key, 0) for key in _keys(each)), reverse=True)
            )
            wait = self._waits[following][0]
            self._forget(following, wait)
            if not wait.done():  # else its caller went a moment ago
                wait.set_result(self._give(following))

    def _forget(self, sender: Sender, wait: Wait) -> None:
        self._waits[sender].remove(wait)
        self._waiting -= 1
        if not self._waits[sender]:
            del self._waits[sender]

    def _late(self, sender: Sender) -> Problem:
        waited = f"this call waited {chosen_duration(self._share.patience_s)} for its turn"
        if self._running[_name(sender)] >= (most := self._share.of_sender):
            return Problem(429, f"{waited}: {self._what} of one sender are worked on {most:,} at a time")
        if sender.team and self._running[_team(sender)] >= (most := self._share.of_team):
            return Problem(429, f"{waited}: {self._what} of a team are worked on {most:,} at a time")
        return Problem(503, f"{waited}: the console has too much to do, try again in a moment")


@contextmanager
def _bounded(wait: Wait, patience_s: float, leaving: Leaving | None) -> Iterator[None]:
    """While this lasts, let a wait end when it has taken too long, or once its caller has gone.

    Most waits take milliseconds: nobody watches the caller of these.
    """
    loop = asyncio.get_running_loop()
    watching: list[asyncio.Task[object]] = []

    def watch(leaving: Leaving) -> None:
        watching.append(task := loop.create_task(leaving()))
        task.add_done_callback(lambda gone: None if gone.cancelled() else _end(wait, gone.exception()))

    timers: list[asyncio.TimerHandle] = [loop.call_later(patience_s, _end, wait, TimeoutError())]
    if leaving:
        timers.append(loop.call_later(WATCHED_S, watch, leaving))
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for task in watching:
            task.cancel()


def _end(wait: Wait, error: BaseException | None) -> None:
    if error and not wait.done():
        wait.set_exception(error)


@lru_cache(MOST_KEYS)
def _name(sender: Sender) -> str:
    return f"sender {sender.name}"


@lru_cache(MOST_KEYS)
def _team(sender: Sender) -> str:
    return f"team {sender.team}"


@lru_cache(MOST_KEYS)
def _keys(sender: Sender) -> tuple[str, ...]:
    """Whose turns are counted: the sender's, and the team's where there is one."""
    return (_name(sender), _team(sender)) if sender.team else (_name(sender),)
