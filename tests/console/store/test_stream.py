"""Following a run: what readers share, when they are let go, and who may read no longer."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from rtk.console.store import stream
from rtk.console.store.database import connect
from rtk.console.store.models import Run
from tests.console.api.test_live import begun
from tests.console.live import Live, Machine, measurement

RUN, DAY = uuid4(), date(2026, 3, 2)
RUNNING, ENDED = b"event: state\ndata: running\n\n", b"event: state\ndata: ended\n\n"


class Told(stream.Listener):
    """A listener whose pages come from a list of entries; `asked` are the places that were asked for."""

    def __init__(self, entries: int, state: bytes = RUNNING) -> None:
        super().__init__(self._never)
        self.entries, self.state = entries, state
        self.asked: list[int] = []
        self.away = 0

    async def _never(self) -> psycopg.AsyncConnection[Any]:
        await asyncio.sleep(3600)
        raise AssertionError

    async def _page(self, run: UUID, day: Any, after: int) -> stream.StreamedEntries:
        self.asked.append(after)
        if self.away:
            self.away -= 1
            raise psycopg.OperationalError
        await asyncio.sleep(0)
        last = min(self.entries, after + 1 + stream.PAGE)
        text = b"".join(b"id: %d\n\n" % number for number in range(after + 1, last))
        return stream.StreamedEntries(text, last - 1, last - after - 1 == stream.PAGE, self.state)


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def nobody() -> bool:
    return False


async def take(events: AsyncIterator[bytes], count: int) -> list[bytes]:
    return [await anext(events) for _ in range(count)]


def played(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 20))


def test_a_reader_is_told_what_is_there_and_how_the_run_is() -> None:
    async def work() -> list[bytes]:
        return await take(stream.events(RUN, DAY, 0, listening=Told(3)), 2)

    assert played(work()) == [stream.BEGIN, b"id: 1\n\nid: 2\n\n" + RUNNING]


def test_how_the_run_is_is_told_again_only_when_it_has_changed() -> None:
    async def work() -> list[bytes]:
        listener = Told(1)
        events = stream.events(RUN, DAY, -1, listening=listener)
        begin = await take(events, 2)
        listener.entries = 2
        listener._wake(str(RUN))
        more = await take(events, 1)
        listener.state = ENDED
        listener._wake(str(RUN))
        return [*begin, *more, *await take(events, 1)]

    assert played(work())[1:] == [b"id: 0\n\n" + RUNNING, b"id: 1\n\n", ENDED]


def test_readers_at_the_same_place_ask_the_database_once() -> None:
    async def work() -> list[int]:
        listener = Told(5)
        readers = [stream.events(RUN, DAY, -1, listening=listener) for _ in range(200)]
        await asyncio.gather(*(take(each, 2) for each in readers))
        return listener.asked

    assert played(work()) == [-1]


def test_what_is_too_much_for_one_page_comes_in_several() -> None:
    async def work() -> tuple[list[bytes], list[int]]:
        listener = Told(2 * stream.PAGE + 1)
        return await take(stream.events(RUN, DAY, -1, listening=listener), 4), listener.asked

    (_, *pages), asked = played(work())
    assert [page.count(b"id: ") for page in pages] == [stream.PAGE, stream.PAGE, 1]
    assert asked == [-1, stream.PAGE - 1, 2 * stream.PAGE - 1]


def test_a_reader_who_takes_nothing_is_read_nothing_for() -> None:
    async def work() -> list[int]:
        listener = Told(50 * stream.PAGE)
        events = stream.events(RUN, DAY, -1, listening=listener)
        await take(events, 2)
        for _ in range(20):
            listener._wake(str(RUN))
            await asyncio.sleep(0)
        return listener.asked

    assert len(played(work())) == 1


def test_who_may_read_no_longer_is_told_so_and_let_go() -> None:
    async def work() -> list[bytes]:
        listener, clock = Told(1), Clock()
        events = stream.events(RUN, DAY, -1, nobody, listener, clock)
        said = await take(events, 2)
        clock.now = stream.CHECK_S + 1
        listener.entries = 9
        listener._wake(str(RUN))
        said += [each async for each in events]
        assert not listener._readers
        return said

    assert played(work())[2:] == [stream.REFUSED]


def test_who_may_read_is_not_asked_about_at_every_entry() -> None:
    asked = 0

    async def may_read() -> bool:
        nonlocal asked
        asked += 1
        return True

    async def work() -> None:
        listener, clock = Told(1), Clock()
        events = stream.events(RUN, DAY, -1, may_read, listener, clock)
        await take(events, 2)
        for second in range(1, 11):
            clock.now, listener.entries = float(second), second + 1
            listener._wake(str(RUN))
            await take(events, 1)

    played(work())
    assert asked == 10 // stream.CHECK_S


def test_the_end_of_the_server_ends_every_stream() -> None:
    async def work() -> list[list[bytes]]:
        listener = Told(1)
        readers = [stream.events(RUN, DAY, -1, listening=listener) for _ in range(3)]
        await asyncio.gather(*(take(each, 2) for each in readers))
        waiting = [asyncio.create_task(_rest(each)) for each in readers]
        await asyncio.sleep(0)
        listener.end()
        late = _rest(stream.events(uuid4(), DAY, -1, listening=listener))
        return [*await asyncio.gather(*waiting), await late]

    *ended, late = played(work())
    assert ended == [[], [], []]
    assert late == [stream.BEGIN]


async def _rest(events: AsyncIterator[bytes]) -> list[bytes]:
    return [each async for each in events]


def test_a_database_that_is_away_for_a_moment_costs_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RETRY_S", 0.001)

    async def work() -> list[bytes]:
        listener = Told(2)
        listener.away = 2
        return await take(stream.events(RUN, DAY, -1, listening=listener), 2)

    assert played(work())[1] == b"id: 0\n\nid: 1\n\n" + RUNNING


def test_without_news_there_is_a_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PULSE_S", 0.01)

    async def work() -> list[bytes]:
        return await take(stream.events(RUN, DAY, -1, listening=Told(1)), 4)

    assert played(work())[2:] == [stream.PULSE, stream.PULSE]


def test_notifications_that_come_together_wake_once() -> None:
    async def work() -> tuple[int, int]:
        listener = Told(0)
        news, woken = listener.join(RUN), 0
        for _ in range(5):
            listener._wake_soon(str(RUN))
            woken += news.is_set()
            news.clear()
        at_once = woken
        await asyncio.wait_for(news.wait(), 5)  # for all that came after the first
        listener.leave(RUN, news)
        return at_once, woken

    assert played(work()) == (1, 1)


def test_the_last_reader_who_leaves_ends_the_listening() -> None:
    async def work() -> None:
        listener = Told(0)
        first, second = listener.join(RUN), listener.join(RUN)
        listener.leave(RUN, first)
        assert listener._task
        listener.leave(RUN, second)
        assert listener._task is None
        assert (listener._readers, listener._woken) == ({}, {})

    played(work())


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def test_a_page_has_entries_and_measurements_in_their_order_and_what_became_of_the_run(
    live: Live, machine: Machine
) -> None:
    path = begun(live, machine)
    entries = [
        measurement(0),
        {"kind": "event", "t": 1, "text": "<b>\r\nhostile\u2028</b>"},
        measurement(1, "deviated"),
    ]
    machine("POST", f"{path}/record", json={"from": 0, "entries": entries})
    machine("POST", f"{path}/stop", json={"reason": "a person\nsaid so"})
    run = Run.objects.get(id=path.rpartition("/")[2])

    async def work() -> stream.StreamedEntries:
        listener = stream.Listener(connect)
        page = await listener.page(run.id, run.day, -1)
        await listener.close()
        return page

    page = played(work())
    assert [line for line in page.text.splitlines() if line.startswith(b"id")] == [b"id: 0", b"id: 1", b"id: 2"]
    assert all(line[:4] in (b"id: ", b"even", b"data", b"") for line in page.text.splitlines())
    assert page.last == 2
    assert b'"state":"running","stop":"a person\\nsaid so"' in page.state


def test_a_page_of_long_entries_holds_fewer(live: Live, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PAGE_BYTES", 1_000)
    path = begun(live, machine)
    texts = ["x" * 5_000, *["y" * 300] * 5]
    entries = [{"kind": "event", "t": 1, "text": text} for text in texts]
    machine("POST", f"{path}/record", json={"from": 0, "entries": entries})
    run = Run.objects.get(id=path.rpartition("/")[2])

    async def work() -> list[stream.StreamedEntries]:
        listener, pages, after = stream.Listener(connect), list[stream.StreamedEntries](), -1
        while not pages or pages[-1].full:
            pages.append(await listener.page(run.id, run.day, after))
            after = pages[-1].last
        await listener.close()
        return pages

    assert [page.text.count(b"id: ") for page in played(work())] == [1, 2, 2, 1]
