"""What is left of a run that died, and undoing it from its record."""

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import BadInput, CannotRecord
from rtk.experiment.plan import Plan, StopWhen
from rtk.insight.facts import MissedReason, ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.facts import facts_of
from rtk.verify.lock import Lock
from rtk.verify.record import UNTOLD, Record, Recorded, entry_of, line_of
from rtk.verify.recovery import at_work, forget, recover, remains, unfinished
from rtk.verify.toolkit import Toolkit
from tests.verify.world import RUN, World, action, experiment, play

DIED = Stopping(StopCause.DIED, "it died")


def died(tmp_path: Path, world: World, after: str, **more: Any) -> Path:
    """The record of a run as it was when it died, right after its first entry that has this text in it."""
    plan = more.pop("plan", Plan(10.0, 30.0))
    whole = play(tmp_path / "whole", experiment(**more), plan).recorded.path
    world.done.clear()
    lines = whole.read_bytes().splitlines(keepends=True)
    cut = next(i for i, line in enumerate(lines) if after in line.decode())
    path = tmp_path / "run-1.record"
    path.write_bytes(b"".join(lines[: cut + 1]))
    return path


def undo(path: Path, world: World) -> list[str]:
    """Recover it; what was played."""
    recover(remains(path), lambda head: Toolkit(head["experiment"], {}), world.clock, DIED)
    return [name for _, name in world.done]


def test_a_run_that_died_under_its_conditions_is_undone_once(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    assert facts_of(Recorded(path)).rolled_back is False, "nobody has undone it yet"
    assert undo(path, world) == ["unburn"]
    assert undo(path, world) == ["unburn"], "a second recovery plays nothing again"
    facts = facts_of(Recorded(path))
    assert (facts.status, facts.stopped, facts.rolled_back) == ("interrupted", "interrupted: it died", True)


def test_a_run_that_died_before_any_condition_has_nothing_to_undo(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"kind":"hypothesis"')
    assert undo(path, world) == []
    assert facts_of(Recorded(path)).status == "interrupted"


def test_a_rollback_whose_end_is_recorded_is_never_played_again(world: World, tmp_path: Path) -> None:
    rollbacks = [action("first"), action("second")]
    path = died(tmp_path, world, '"kind":"activity","role":"rollback","index":0', rollbacks=rollbacks)
    assert remains(path).names() == (["burn"], ["second"])
    assert undo(path, world) == ["second"]


def test_a_run_at_which_somebody_is_at_work_is_told_apart_from_one_that_ended(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    assert at_work(tmp_path) == []
    with Lock(path):
        assert unfinished(tmp_path) == ([], [])
        assert at_work(tmp_path) == ["run-1"]
    undo(path, world)
    with Lock(path):
        assert at_work(tmp_path) == [], "it has ended"


def known(whole: Path) -> list[dict[str, Any]]:
    """What the guardian of a run that had this record was told."""
    return [entry for entry in Recorded(whole).entries() if entry["kind"] not in UNTOLD]


@pytest.mark.parametrize("until", ["end", "rollbacks"])
def test_what_only_the_guardian_knows_was_done_is_told_as_done(world: World, tmp_path: Path, until: str) -> None:
    path = died(tmp_path, world, '"kind":"intent","role":"condition"')
    told = known(tmp_path / "whole" / "run-1.record")
    told = told[: max(at for at, entry in enumerate(told, 1) if entry["kind"] == until)]
    recovered = recover(remains(path, told), lambda head: Toolkit(head["experiment"], {}), world.clock, DIED, told)
    assert world.done == [], "it is undone already"
    assert recovered.failure is None
    facts = facts_of(Recorded(path))
    assert ([span.name for span in facts.rollbacks], facts.rolled_back) == (["unburn"], True)
    assert facts.status == ("completed" if until == "end" else "interrupted")
    entries = list(Recorded(path).entries())
    assert [entry["n"] for entry in entries] == list(range(len(entries)))
    assert entries[-1]["kind"] == "end"
    slots = [(m.phase, m.slot) for m in facts.measurements]
    assert len(slots) == len(set(slots)) == 4, "each slot of the plan has its entry, of the undo as well"


def test_that_is_told_also_where_the_record_takes_nothing(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"kind":"intent","role":"condition"')
    told = known(tmp_path / "whole" / "run-1.record")
    path.write_bytes(b"not a record\n")
    recovered = recover(remains(path, told), lambda head: Toolkit(head["experiment"], {}), world.clock, DIED, told)
    assert recovered.failure
    facts = recovered.amend(facts_of(Recorded(tmp_path / "whole" / "run-1.record")))
    assert ([span.name for span in facts.rollbacks], facts.rolled_back) == (["unburn"], True)


def test_a_rollback_that_had_only_begun_is_played_again(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"kind":"intent","role":"rollback"')
    assert undo(path, world) == ["unburn"]


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_torn_tail_hides_nothing_before_it(world: World, tmp_path: Path, cut: int) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    whole = path.read_bytes()
    path.write_bytes(whole + b'0123abcd {"n":99,"t":1.0,"kind":"end"}'[: cut % 37])
    assert undo(path, world) == ["unburn"]
    entries = list(Recorded(path).entries())
    assert [e["n"] for e in entries] == list(range(len(entries)))


def test_a_run_that_was_decided_is_completed_as_such(world: World, tmp_path: Path) -> None:
    world.took = lambda now: 2.0 if now >= 5 else 0.1
    plan = Plan(1.0, 60.0, objective=ServiceLevelObjective(0.95), stop_when=StopWhen(decided=True))
    path = died(tmp_path, world, '"cause":"decided"', plan=plan)
    recover(remains(path), lambda head: Toolkit(head["experiment"], {}), world.clock, DIED)
    assert [name for _, name in world.done] == ["unburn"]
    found = insight(facts_of(Recorded(path)))
    assert (found.status, found.stop_cause, found.figures.verdict) == ("completed", StopCause.DECIDED, "fail")
    assert set(found.missed_reasons) == {MissedReason.RUN_DIED}


def test_two_processes_never_undo_at_once(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    held = Record(path, lambda: 0.0, resume=True)
    left = remains(path)
    with pytest.raises(CannotRecord, match="another process is at work on this run"):
        recover(left, lambda head: Toolkit(head["experiment"], {}), world.clock, DIED)
    assert world.done == []
    assert unfinished(tmp_path) == ([], []), "a run somebody is at work on is not unfinished"
    held.close()


def test_two_that_look_for_unfinished_runs_at_once_both_find_them(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        found, _ = unfinished(tmp_path)
    assert [each.path for each in found] == [path]


def test_a_forgotten_run_is_undone_by_nobody(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    found, _ = unfinished(tmp_path)
    assert [left.run_id for left in found] == [RUN]
    forget(found[0], world.clock)
    assert unfinished(tmp_path) == ([], [])
    assert undo(path, world) == []


def test_flipped_bytes_leave_what_is_whole(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"hypothesis", b"hypothesus")
    path.write_bytes(b"".join(lines))
    left = remains(path)
    assert left.damaged == [2]
    assert undo(path, world) == ["unburn"]


@pytest.mark.parametrize("lost", range(1, 16))
def test_a_record_that_lacks_any_one_entry_is_undone_all_the_same(world: World, tmp_path: Path, lost: int) -> None:
    path = died(tmp_path, world, '"kind":"rollbacks","state":"started"')
    lines = path.read_bytes().splitlines(keepends=True)
    lost = min(lost, len(lines) - 2)
    path.write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
    assert not remains(path).is_undone
    assert undo(path, world) == ["unburn"], lines[lost]
    entries = list(Recorded(path).entries())
    assert len({entry["n"] for entry in entries}) == len(entries), "no number is given twice"
    assert {m.slot for m in facts_of(Recorded(path)).measurements if m.phase == "conditions"} == {0, 1, 2}


def test_an_entry_that_is_lost_before_the_method_began_says_nothing(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"kind":"hypothesis"')
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + line_of({"n": 9, "t": 0.5, "kind": "event", "text": "eight are missing"}))
    assert undo(path, world) == []


def test_a_record_of_a_newer_version_is_told_and_left_alone(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    lines = path.read_bytes().splitlines(keepends=True)
    head = entry_of(lines[0])
    assert head is not None
    path.write_bytes(line_of({**head, "version": 99}) + b"".join(lines[1:]))
    found, problems = unfinished(tmp_path)
    assert found == []
    assert "newer version" in problems[0]
    with pytest.raises(BadInput, match="newer version"):
        remains(path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_record_that_cannot_be_written_is_told(world: World, tmp_path: Path) -> None:
    path = died(tmp_path, world, '"role":"condition"')
    path.chmod(0o400)
    with pytest.raises(CannotRecord, match="cannot be written"):
        undo(path, world)
    assert world.done == []
