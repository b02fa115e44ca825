"""What stops a run early, judged over slots in their order."""

import pytest

from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import Outcome, ServiceLevelObjective
from rtk.verify.rules import StopRules
from rtk.verify.schedule import Grid

OUTCOMES: dict[str, Outcome] = {".": "met", "#": "deviated", "-": "missed"}


class Judged:
    """Rules over grids of a hundred slots a second apart, and what they asked for."""

    def __init__(self, **rules: float) -> None:
        self.asked: list[str] = []
        plan = Plan(1.0, 100.0, objective=ServiceLevelObjective(0.9, 100.0), stop_when=StopWhen(**rules))  # type: ignore[arg-type]
        self.rules = StopRules(plan, lambda cause, told: self.asked.append(f"{cause}: {told}"))
        self.grid = self.begin(100)

    def begin(self, slots: int) -> Grid:
        grid = Grid("conditions", 0.0, 1.0, slots)
        self.rules.open(grid)
        return grid

    def tell(self, slots: str, order: list[int] | None = None) -> list[str]:
        """Tell of slots in an order; a space is one that nothing came of yet."""
        for slot in order or range(len(slots)):
            if slots[slot] != " ":
                self.rules.tell(self.grid, slot, OUTCOMES[slots[slot]])
        return self.asked


@pytest.mark.parametrize(
    ("slots", "stops"),
    [
        ("......####", True),
        ("#.#.#.#.##", False),
        ("##-##", True),
        ("##--#-#", True),
        ("## ##", False),
        ("###.###", False),
        ("----", False),
    ],
)
@pytest.mark.parametrize("order", ["forwards", "backwards", "odd first"])
def test_a_row_is_of_consecutive_slots_in_whatever_order_they_end(slots: str, stops: bool, order: str) -> None:
    numbers = list(range(len(slots)))
    orders = {"forwards": numbers, "backwards": numbers[::-1], "odd first": numbers[1::2] + numbers[::2]}
    asked = Judged(deviated_in_a_row=4).tell(slots, orders[order])
    assert asked[:1] == (["deviated-in-a-row: 4 measurements deviated in a row"] if stops else [])


def test_answers_that_end_together_are_no_row() -> None:
    assert Judged(deviated_in_a_row=4).tell("#.#.#.#.", [0, 2, 4, 6, 1, 3, 5, 7]) == []


def test_a_gap_that_turns_out_missed_joins_what_is_beside_it() -> None:
    judged = Judged(deviated_in_a_row=4)
    assert judged.tell("## ##") == []
    judged.rules.tell(judged.grid, 2, "missed")
    assert judged.asked == ["deviated-in-a-row: 4 measurements deviated in a row"]


def test_a_row_goes_on_from_one_phase_to_the_next() -> None:
    judged = Judged(deviated_in_a_row=4)
    judged.grid = judged.begin(3)
    judged.tell(".##")
    judged.rules.close(judged.grid)
    judged.grid = judged.begin(10)
    assert judged.tell("##") == ["deviated-in-a-row: 4 measurements deviated in a row"]


def test_what_is_told_last_of_a_slot_counts() -> None:
    judged = Judged(deviated_in_a_row=2)
    judged.rules.tell(judged.grid, 0, "deviated")
    judged.rules.tell(judged.grid, 0, "met")
    judged.rules.tell(judged.grid, 1, "deviated")
    assert judged.asked == []


def test_a_slot_that_deviates_before_it_ends_spends_the_budget_once() -> None:
    judged = Judged(budget_spent=0.3)
    for _ in range(5):
        judged.rules.tell(judged.grid, 0, "deviated")
    assert judged.tell("##") == []
    assert judged.tell("###") == ["budget-spent: the run spent 30 % of the error budget"]


def test_nothing_is_stopped_once_the_undo_has_begun() -> None:
    judged = Judged(deviated_in_a_row=1)
    judged.rules.over = True
    assert judged.tell("####") == []
