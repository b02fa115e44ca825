"""No order of freezing, lifting, starting and answering applies a condition while a run knows of a freeze."""

import heapq
import threading
from collections.abc import Callable
from itertools import count

from hypothesis import example, given
from hypothesis import strategies as st

from rtk.errors import ToolkitError
from rtk.publish.console import Console
from rtk.publish.destination import Destination
from rtk.publish.http_transport import NoAnswer, Request, Response
from rtk.publish.safeguards import DEMANDED_S, RunForbidden, Safeguards

BEAT_S, LATE_S = 1.25, 2.0
WHERE = Destination("http://c", "t", organization="o", team="t")
ASKED_S, WAITS_S, MEASURED_S = 0.1, 30.0, 20.0


class World:
    """Time that passes where somebody waits, and what happens meanwhile, in the thread of whoever waits."""

    def __init__(self) -> None:
        self.at = 0.0
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    def suspended(self) -> float:
        return 0.0

    def spawn(self, target: Callable[[], None], name: str) -> None:
        raise AssertionError(f"nothing here begins a thread: {name}, {target}")

    def plan(self, at: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (at, next(self._order), what))

    def wait(self, event: threading.Event, timeout: float | None = None) -> bool:
        ends = self.at + (timeout if timeout is not None else WAITS_S)
        while not event.is_set() and self._planned and self._planned[0][0] <= ends:
            self.at, _, what = heapq.heappop(self._planned)
            what()
        if not event.is_set():
            self.at = ends
        return event.is_set()


class Played:
    """A run of which a freeze may be in force from one moment to another, any number of times."""

    def __init__(self, freezes: list[tuple[float, float]], baseline_s: float, silent: float, demanded: bool) -> None:
        self._freezes = freezes
        self._silent = silent  # from then on the console answers nothing
        self.world = World()
        self.refusals: list[tuple[float, bool]] = []
        self.applied: float | None = None
        guards = Safeguards(self.world, demanded, lambda _, late: self.refusals.append((self.world.at, late)))
        self.world.plan(ASKED_S, lambda: guards.ask(Console(WHERE, self._asked), "e", "x"))
        for beat in range(round((baseline_s + DEMANDED_S + MEASURED_S) / BEAT_S)):
            self.world.plan(ASKED_S + (beat + 1) * BEAT_S, lambda: self._tell(guards))
        self.world.wait(threading.Event(), baseline_s)
        try:
            if not self.refusals:
                guards.ready()
                self.applied = self.world.at
        except RunForbidden:
            pass
        self.refused = guards.refused
        self.world.wait(threading.Event(), MEASURED_S)

    def frozen(self, at: float) -> bool:
        return any(begin <= at < end for begin, end in self._freezes)

    def answers(self, at: float) -> bool:
        return at < self._silent

    def _asked(self, request: Request) -> Response:
        if not self.answers(self.world.at):
            raise NoAnswer("the console does not answer")
        names = b'[{"name": "Freeze"}]' if self.frozen(self.world.at) else b"[]"
        allowed = b"false" if self.frozen(self.world.at) else b"true"
        return Response(200, {}, b'{"allowed": %b, "policies": %b}' % (allowed, names))

    def _tell(self, guards: Safeguards) -> None:
        if self.answers(self.world.at):
            guards.hear(["Freeze"] if self.frozen(self.world.at) else [])


moments = st.floats(0, 40).map(lambda at: round(at, 2))
freezes = st.lists(st.tuples(moments, moments).map(lambda both: (min(both), max(both))), max_size=3)


@given(freezes, st.floats(0, 20), moments, st.booleans())
@example([], 3.0, 1.0, True)
def test_a_condition_is_applied_only_where_a_fresh_yes_came(
    frozen: list[tuple[float, float]], baseline_s: float, silent: float, demanded: bool
) -> None:
    played = Played(frozen, baseline_s, silent, demanded)
    if played.applied is None:
        return
    since = [at / 100 for at in range(round(max(0.0, played.applied - LATE_S) * 100), round(played.applied * 100) + 1)]
    if demanded:
        assert any(played.answers(at) and not played.frozen(at) for at in since)
    else:
        assert not all(played.answers(at) and played.frozen(at) for at in since)


@given(freezes, st.floats(0, 20), st.booleans())
def test_a_freeze_of_two_seconds_stops_whatever_was_begun(
    frozen: list[tuple[float, float]], baseline_s: float, demanded: bool
) -> None:
    played = Played(frozen, baseline_s, 1_000.0, demanded)
    if played.applied is None:
        assert played.refused
        return
    ends = played.applied + MEASURED_S - LATE_S
    lasting = [begin for begin, end in frozen if end - max(begin, played.applied) >= LATE_S and begin < ends]
    if lasting:
        (at, late), *others = played.refusals
        assert (late, others) == (True, [])
        assert at <= max(min(lasting), played.applied) + LATE_S
    assert not played.refused


def test_a_run_that_demands_an_answer_waits_for_one_that_is_given_then() -> None:
    played = Played([], 10.0, 5.0, True)
    assert (played.applied, played.refused, played.world.at >= 10 + DEMANDED_S) == (None, False, True)


def test_an_early_yes_of_a_console_that_fell_silent_applies_nothing() -> None:
    assert Played([], 3.0, ASKED_S + BEAT_S, True).applied is None


def test_a_no_is_told_once() -> None:
    played = Played([(0.0, 40.0)], 10.0, 1_000.0, False)
    assert (played.refusals, played.refused) == ([(ASKED_S, False)], True)


def test_a_run_that_demands_nothing_goes_on_where_the_console_is_silent() -> None:
    assert Played([], 5.0, 0.0, False).applied is not None
    assert issubclass(RunForbidden, ToolkitError)
