"""What was done and undone, as the record tells it."""

from typing import Any

from rtk.console.pages.insights.condition_actions import Deeds, deeds
from tests.console.live import whole_record
from tests.console.pages.insights.made import NOT_UNDONE, UNDOING

METHOD = [{"name": "inject-cpu", "extensions": [{"name": "rtk", "lasts": 180}]}]


def read(*more: dict[str, Any], method: Any = METHOD, under_way: bool = False) -> Deeds:
    return deeds([*whole_record("run", [])[:4], *more], {"method": method}, under_way)


def test_a_condition_and_its_rollback() -> None:
    found = read(*UNDOING)
    (condition,), (rollback,) = found.conditions, found.undone
    assert (condition.name, condition.clock, condition.took, condition.lasts) == ("inject-cpu", "0:01", "1 s", 180.0)
    assert (rollback.name, rollback.clock, rollback.took, rollback.mark.word) == (
        "stop-cpu",
        "5:11",
        "8 s",
        "succeeded",
    )
    assert found.rollbacks == "ended"


def test_what_failed_says_why_and_after_how_many_tries() -> None:
    (rollback,) = read(*NOT_UNDONE).undone
    assert (rollback.mark.word, rollback.failure, rollback.tries) == ("failed", "it exited with 1", 3)


def test_what_has_not_come_back_is_interrupted_or_under_way() -> None:
    begun = UNDOING[:2]
    assert [each.mark.word for each in read(*begun).undone] == ["interrupted"]
    assert [each.mark.word for each in read(*begun, under_way=True).undone] == ["under way"]


def test_both_proofs_are_of_the_condition() -> None:
    proof = {"kind": "proof", "index": 0, "name": "inject-cpu"}
    effect = {**proof, "t": 9.0, "role": "condition", "proves": "effect", "missing": None}
    restored = {**proof, "t": 340.0, "role": "rollback", "proves": "restored", "missing": "load 9"}
    found = read(effect, *UNDOING, restored)
    assert [tuple(each) for each in found.conditions[0].proofs] == [
        (True, "took effect", "0:09"),
        (False, "is not gone: load 9", "5:40"),
    ]
    assert found.undone[0].proofs == []


def test_an_effect_is_told_with_each_of_its_changes_and_its_time() -> None:
    proof = {
        "kind": "proof",
        "role": "condition",
        "index": 0,
        "name": "inject-cpu",
        "proves": "effect",
        "missing": None,
    }
    changes = (("shown", 3.0, None), ("gone", 60.0, "load 0.1"), ("shown", 70.0, None), ("over", 90.0, None))
    told = ({**proof, "t": asked + 1, "state": state, "asked": asked, "reason": why} for state, asked, why in changes)
    assert [tuple(each) for each in read(*told).conditions[0].proofs] == [
        (True, "took effect", "0:03"),
        (False, "its effect is gone: load 0.1", "1:00"),
        (True, "its effect shows again", "1:10"),
        (True, "its time was over", "1:30"),
    ]


def test_a_condition_that_a_stop_cut_short_did_not_fail() -> None:
    cut = {"kind": "activity", "role": "condition", "index": 0, "name": "inject-cpu", "t": 4.0, "run": {}}
    (condition,) = read({**cut, "failure": "exited with -15", "interrupted": "stopped from the console"}).conditions
    assert (condition.mark.word, condition.failure) == ("interrupted", "stopped from the console")


def test_what_a_control_added_says_itself_how_long_it_lasts() -> None:
    added = {"name": "again", "extensions": [{"name": "rtk", "lasts": 7}]}
    entry = {"kind": "intent", "role": "condition", "index": 5, "name": "again", "t": 4.0, "activity": added}
    assert read(entry).conditions[-1].lasts == 7.0


def test_rollbacks_that_were_skipped_say_why() -> None:
    found = read({"t": 310.0, "kind": "rollbacks", "state": "skipped", "reason": "rollback strategy never"})
    assert (found.rollbacks, found.reason) == ("skipped", "rollback strategy never")


def test_a_method_that_makes_no_sense_is_passed_over() -> None:
    extensions: list[Any] = [5, [5], [{"lasts": True}], [{"lasts": "long"}]]
    strange: list[Any] = [None, {}, [], ["x"], *([{"extensions": each}] for each in extensions)]
    for method in strange:
        assert read(method=method).conditions[0].lasts is None, method
