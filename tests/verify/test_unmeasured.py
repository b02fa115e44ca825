"""After a death every slot of the plan has its entry, and slots of phases without a plan leave no gap."""

from pathlib import Path
from typing import Any

from rtk.verify.record import Record, Recorded
from rtk.verify.unmeasured import unmeasured

PLAN = {"frequency_s": 0.5, "warm_up_s": 1.0, "duration_s": 3.0, "cool_down_s": 1.0, "objective": None}


def recorded(tmp_path: Path, *entries: tuple[float, str, dict[str, Any]]) -> Recorded:
    """A record with entries of a moment, a kind and fields."""
    now = [0.0]
    record = Record(tmp_path / "a.record", lambda: now[0])
    record.append("run", version=2, plan=PLAN)
    for at, kind, fields in entries:
        now[0] = at
        record.append(kind, **fields)
    record.close()
    return Recorded(record.path)


def begun(at: float, phase: str, planned: int, state: str = "started") -> tuple[float, str, dict[str, Any]]:
    return at, "phase", {"phase": phase, "state": state, "planned": planned}


def slot(phase: str, number: int, start: float) -> tuple[float, str, dict[str, Any]]:
    nothing: dict[str, Any] = {"started": None, "ended": None, "value": None, "reason": None, "probes": []}
    due = start + 0.5 * number
    return due + 0.1, "measurement", {"phase": phase, "slot": number, "due": due, "outcome": "met", **nothing}


def owed(found: Recorded) -> list[tuple[str, int, float]]:
    return [(each["phase"], each["slot"], each["due"]) for each in unmeasured(found)]


def test_a_run_that_died_before_it_measured_owes_its_whole_plan(tmp_path: Path) -> None:
    found = owed(recorded(tmp_path))
    assert [(phase, number) for phase, number, _ in found] == [
        *(("baseline", number) for number in range(2)),
        *(("conditions", number) for number in range(6)),
        *(("recovery", number) for number in range(2)),
    ]
    assert [due for _, _, due in found] == [0.0, 0.5, *(1 + 0.5 * k for k in range(6)), 4.0, 4.5]


def test_what_was_measured_is_not_owed_whatever_the_order(tmp_path: Path) -> None:
    measured = [slot("baseline", 1, 0.2), slot("baseline", 0, 0.2)]
    conditions = [slot("conditions", number, 2.0) for number in (3, 0, 1)]
    found = owed(recorded(tmp_path, begun(0.2, "baseline", 2), *measured, begun(2.0, "conditions", 6), *conditions))
    assert found[:3] == [("conditions", 2, 3.0), ("conditions", 4, 4.0), ("conditions", 5, 4.5)]
    assert {phase for phase, _, _ in found[3:]} == {"recovery"}


def test_a_phase_that_went_on_beyond_its_plan_owes_the_gaps_in_it(tmp_path: Path) -> None:
    measured = [slot("conditions", number, 2.0) for number in (*range(6), 7, 9)]
    found = owed(recorded(tmp_path, begun(2.0, "conditions", 6), *measured))
    assert [number for phase, number, _ in found if phase == "conditions"] == [6, 8]


def test_a_phase_without_a_plan_owes_what_was_due_until_the_death(tmp_path: Path) -> None:
    found = owed(
        recorded(
            tmp_path,
            begun(2.0, "onset", 0),
            slot("onset", 0, 2.0),
            (4.2, "event", {"text": "x"}),
            slot("onset", 3, 2.0),
        )
    )
    assert [number for phase, number, _ in found if phase == "onset"] == [1, 2]


def test_a_phase_that_is_over_owes_nothing_beyond_its_slots(tmp_path: Path) -> None:
    over = [begun(2.0, "undo", 0), slot("undo", 0, 2.0), begun(2.6, "undo", 1, "ended"), begun(9.0, "recovery", 2)]
    assert not [each for each in owed(recorded(tmp_path, *over)) if each[0] == "undo"]


def test_each_says_why_by_a_code(tmp_path: Path) -> None:
    assert {(each["code"], each["outcome"], each["reason"]) for each in unmeasured(recorded(tmp_path))} == {
        ("run-died", "missed", "the run died before this slot was measured")
    }
