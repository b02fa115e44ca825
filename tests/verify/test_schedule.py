"""The grid: each planned slot ends exactly once, whatever happens in which order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.verify.schedule import Grid

STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "begin", "settle", "close", "stop", "end"]), st.integers(0, 11)),
    max_size=40,
)


def test_due_times_come_by_multiplication() -> None:
    grid = Grid("conditions", 100.0, 0.1, 10)
    assert [grid.due(k) for k in (0, 3, 1_000_000)] == [100.0, 100.0 + 3 * 0.1, 100.0 + 1_000_000 * 0.1]


class Kept:
    """A grid whose slots are claimed, begun and settled in any order."""

    def __init__(self, planned: int, longer: bool) -> None:
        self.going = longer
        self.grid = Grid("conditions", 0.0, 1.0, planned, lambda: self.going)
        self.claimed: list[int] = []
        self.begun: list[int] = []
        self.settled: list[int] = []

    def claim(self, _: int) -> None:
        slot = self.grid.claim()
        if slot is not None:
            self.claimed.append(slot)

    def begin(self, which: int) -> None:
        if self.claimed and self.grid.begin(slot := self.claimed[which % len(self.claimed)]):
            self.begun.append(slot)

    def settle(self, which: int) -> None:
        if self.begun and self.grid.settle(slot := self.begun[which % len(self.begun)]):
            self.settled.append(slot)

    def end(self, _: int) -> None:
        self.going = False

    def close(self, _: int, stopped: bool = False) -> None:
        self.settled.extend(slot for slot in self.grid.close(stopped) if self.grid.settle(slot))

    def stop(self, _: int) -> None:
        self.close(0, True)


@settings(max_examples=200)
@given(st.integers(0, 8), st.booleans(), STEPS)
def test_each_planned_slot_has_exactly_one_outcome(planned: int, longer: bool, steps: list[tuple[str, int]]) -> None:
    kept = Kept(planned, longer)
    for step, which in [*steps, ("end", 0), ("close", 0), *(("settle", which) for which in range(40))]:
        getattr(kept, step)(which)
    assert sorted(kept.settled) == list(range(kept.grid.planned))
    assert len(set(kept.begun)) == len(kept.begun), "a slot begins once"
    assert kept.claimed == list(range(len(kept.claimed)))
    assert kept.grid.planned >= planned


def test_a_slot_beyond_the_plan_counts_only_when_it_began() -> None:
    grid = Grid("conditions", 0.0, 1.0, 1, lambda: True)
    assert [grid.claim(), grid.claim(), grid.claim()] == [0, 1, 2]
    assert grid.begin(0)
    assert grid.begin(1)
    assert grid.close() == []
    assert grid.planned == 2


def test_a_grid_is_confined_to_its_plan_only_while_nothing_beyond_it_has_begun() -> None:
    grid = Grid("conditions", 0.0, 1.0, 1, lambda: True)
    assert [grid.claim(), grid.claim()] == [0, 1]
    assert grid.confine()
    assert not grid.begin(1)
    assert grid.claim() is None
    late = Grid("conditions", 0.0, 1.0, 1, lambda: True)
    assert [late.claim(), late.claim(), late.begin(1), late.confine()] == [0, 1, True, False]
    assert late.claim() == 2


def test_nothing_begins_after_a_stop() -> None:
    grid = Grid("conditions", 0.0, 1.0, 2)
    grid.claim()
    assert grid.close(stopped=True) == [0, 1]
    assert not grid.begin(0)
    assert grid.claim() is None
    assert grid.stopped
