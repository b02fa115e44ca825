"""The lock of this machine: exact between processes, and ended by a proven undo or a person alone."""

import errno
import fcntl
import json
import multiprocessing
import os
import signal
import time
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import CannotRecord
from rtk.experiment.plan import Plan
from rtk.insight.facts import Beside
from rtk.insight.stops import StopCause
from rtk.verify import beside, holds
from rtk.verify.holders import HoldState
from rtk.verify.holds import Grip, LocalHold, release, standing, standing_holds, take
from rtk.verify.lock import Lock
from rtk.verify.record import Record
from rtk.verify.recovery import forget, remains
from rtk.verify.systems import declared
from tests.verify.waiting import Waiting
from tests.verify.world import World, action, experiment, play


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "rtk"


def hold(run: str, *names: str) -> LocalHold:
    return LocalHold(
        run, f"Run {run}", 1000.0, "here", "mary", os.getpid(), tuple(declared(n, n) for n in names or ("shop",))
    )


def grip(run: str, *names: str) -> Grip:
    got = take(hold(run, *names))
    assert isinstance(got, Grip)
    return got


def refused(run: str, *names: str) -> HoldState:
    got = take(hold(run, *names))
    assert not isinstance(got, Grip)
    return got[0].standing


def recorded(state: Path, world: World, tmp_path: Path, run: str = "a", **more: Any) -> Path:
    """The record of a run that has ended, as that of a run that holds."""
    path = play(tmp_path / "whole", experiment(**more), Plan(10.0, 30.0)).recorded.path
    kept = state / "runs" / f"{run}.record"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(path.read_bytes())
    world.done.clear()
    return kept


def fails_with(number: int) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_second_run_on_the_same_is_refused_until_the_first_lets_go() -> None:
    first = grip("a", "shop", "more")
    assert refused("b", "shop") == HoldState.RUNNING
    other = grip("c", "another")
    first.release(proven=True)
    grip("b", "shop").release(proven=True)
    other.release(proven=True)
    assert standing_holds() == []


def test_a_run_is_refused_whichever_name_comes_first() -> None:
    first = grip("m")
    assert refused("a") == refused("z") == HoldState.RUNNING
    first.release(proven=True)


def test_a_run_is_not_in_its_own_way() -> None:
    grip("a").release(proven=False)
    grip("a").release(proven=True)


def test_what_a_run_holds_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        hold("a").run = "b"  # type: ignore[misc]


def test_a_hold_is_let_go_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = grip("a")
    first.release(proven=False)
    closed: list[int] = []
    monkeypatch.setattr(os, "close", closed.append)
    first.release(proven=True)
    assert closed == []
    assert first.path.exists()


def test_nobody_else_may_look_at_the_holds(state: Path) -> None:
    first = grip("a")
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert first.path.parent.stat().st_mode & 0o777 == 0o700
    first.release(proven=True)


@pytest.mark.parametrize("step", [1.0, 2.0])
def test_who_looks_at_the_holds_is_waited_for_five_seconds(
    state: Path, monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    grip("a").release(proven=True)
    waiting = Waiting(step)
    monkeypatch.setattr(holds, "time", waiting)
    file = os.open(state / "holds", os.O_RDONLY)
    fcntl.flock(file, fcntl.LOCK_EX)
    with pytest.raises(CannotRecord, match=r"another process has held .* for 5 s: end it first"):
        take(hold("b"))
    assert 5.0 <= waiting.waited < 5.0 + step
    assert all(0 < each <= 0.1 for each in waiting.slept)
    os.close(file)
    grip("b").release(proven=True)


def test_a_hold_that_a_full_disk_does_not_take_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fails_with(errno.ENOSPC))
        with pytest.raises(CannotRecord, match=r"cannot be kept in .*: No space left on device"):
            take(hold("a"))
    grip("a").release(proven=True)


def test_where_there_can_be_no_directory_there_is_no_hold(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(CannotRecord, match="the holds of runs cannot be kept in"):
        take(hold("a"))


def test_a_hold_says_who_has_it() -> None:
    first = grip("a", "shop")
    (holder,) = standing_holds()
    assert (holder.run, holder.title, holder.host, holder.user, holder.since) == ("a", "Run a", "here", "mary", 1000.0)
    assert (holder.pid, holder.shared) == (os.getpid(), ("shop",))
    first.release(proven=True)


def test_who_goes_on_beside_it_is_told_and_tells() -> None:
    first = grip("a")
    second = take(replace(hold("b"), since=2000.0), alongside=True)
    assert isinstance(second, Grip)
    assert [each.run for each in second.holders] == ["a"]
    assert [(each.run_id, each.since, each.beside) for each in first.joined()] == [("b", 2000.0, Beside.JOINED)]
    second.release(proven=True)
    first.release(proven=True)
    assert beside.joined("a") == []


def test_what_died_under_its_conditions_holds_until_it_is_undone(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    whole = recorded(state, world, tmp_path).read_bytes()
    lines = whole.splitlines(keepends=True)
    cut = next(i for i, line in enumerate(lines) if b'"role":"condition"' in line)
    record = state / "runs" / "a.record"
    record.write_bytes(b"".join(lines[: cut + 1]))
    assert refused("b") == HoldState.DIED
    record.write_bytes(whole)
    grip("b").release(proven=True)


def test_a_year_changes_nothing(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    for path in (state / "holds").iterdir():
        os.utime(path, (0, 0))
    assert refused("b") == HoldState.UNKNOWN, "its record is gone"


def test_what_was_not_restored_holds_until_a_person_releases_it(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    recorded(state, world, tmp_path, rollbacks=[action("unburn", "refused")])
    assert refused("b") == HoldState.NOT_RESTORED
    assert release("a")
    assert not release("a")
    grip("b").release(proven=True)


def test_what_a_person_forgets_holds_no_longer(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    record = recorded(state, world, tmp_path)
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join(lines[: next(i for i, line in enumerate(lines) if b'"role":"condition"' in line) + 1]))
    assert refused("b") == HoldState.DIED
    forget(remains(record), world.clock)
    grip("b").release(proven=True)


def test_what_died_before_its_conditions_holds_nothing(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    record = recorded(state, world, tmp_path)
    record.write_bytes(b"".join(record.read_bytes().splitlines(keepends=True)[:1]))
    grip("b").release(proven=True)


def test_what_is_being_undone_holds_as_long_as_that_takes(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    with Lock(recorded(state, world, tmp_path)):
        assert refused("b") == HoldState.UNDOING
    grip("b").release(proven=True)


def test_no_other_end_than_a_persons_word_releases_what_was_not_restored(
    state: Path, world: World, tmp_path: Path
) -> None:
    grip("a").release(proven=False)
    path = recorded(state, world, tmp_path, rollbacks=[action("unburn", "refused")])
    *before, end = path.read_bytes().splitlines(keepends=True)
    assert b'"kind":"end"' in end

    def standing_after(cause: StopCause) -> HoldState:
        path.write_bytes(b"".join(before))
        record = Record(path, lambda: 99.0, resume=True)
        record.append("end", status="interrupted", deviated=False, cause=cause, detail="so", signal=None, invalid=None)
        record.close()
        return standing(state / "holds" / "a.hold")

    assert {cause for cause in StopCause if standing_after(cause) == HoldState.OVER} == {StopCause.FORGOTTEN}
    assert standing_after(StopCause.SIGNAL) == HoldState.NOT_RESTORED


def test_what_needs_no_undo_holds_nothing(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    recorded(state, world, tmp_path, rollbacks=[])
    grip("b").release(proven=True)


def test_what_died_before_it_was_recorded_holds_nothing(state: Path) -> None:
    grip("a").release(proven=False)
    (state / "runs").mkdir(parents=True)
    (state / "runs" / "a.record").touch()
    grip("b").release(proven=True)


def test_a_record_that_cannot_be_read_proves_nothing(state: Path) -> None:
    grip("a").release(proven=False)
    (state / "runs").mkdir(parents=True)
    (state / "runs" / "a.record").write_text("torn\n")
    assert refused("b") == HoldState.UNKNOWN


def test_a_live_hold_is_not_released_by_its_name() -> None:
    first = grip("a")
    assert not release("a")
    assert refused("b") == HoldState.RUNNING
    first.release(proven=True)


@pytest.mark.parametrize("text", ["torn", "{}", "[]", '{"run": 1}'])
def test_a_hold_that_cannot_be_read_is_no_hold_that_is_not_there(state: Path, text: str) -> None:
    grip("a").release(proven=False)
    (state / "holds" / "a.hold").write_text(text)
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        take(hold("b"))


def test_nor_is_one_whose_systems_say_nothing(state: Path) -> None:
    grip("a").release(proven=False)
    path = state / "holds" / "a.hold"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps({**told, "systems": [{**told["systems"][0], "marks": "none"}]}))
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        take(hold("b"))


def test_nor_is_one_that_the_disk_does_not_give(monkeypatch: pytest.MonkeyPatch) -> None:
    grip("a").release(proven=False)
    monkeypatch.setattr(Path, "read_bytes", fails_with(errno.EIO))
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        take(hold("b"))


def test_nor_is_one_that_is_no_file(state: Path) -> None:
    (state / "holds" / "a.hold").mkdir(parents=True)
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        take(hold("b"))
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        standing_holds()


def test_a_hold_that_is_let_go_of_while_somebody_looks_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    first = grip("a")

    def look(*_: Any) -> HoldState:
        first.release(proven=True)
        return HoldState.RUNNING

    monkeypatch.setattr(holds, "standing", look)
    assert standing_holds() == []
    grip("b").release(proven=True)


def test_a_hold_without_its_file_is_not_locked(state: Path) -> None:
    assert standing(state / "holds" / "gone.hold") == HoldState.UNKNOWN


def _contend(start: Any, got: Any, name: str) -> None:
    start.wait()
    first = take(hold(name))
    got.put(name if isinstance(first, Grip) else "")
    time.sleep(30)


def test_of_many_processes_at_once_one_gets_it() -> None:
    for _ in range(10):
        fork = multiprocessing.get_context("fork")
        start, got = fork.Event(), fork.Queue()
        them = [fork.Process(target=_contend, args=(start, got, f"r{n}"), daemon=True) for n in range(6)]
        for each in them:
            each.start()
        start.set()
        winners = [name for name in (got.get(timeout=30) for _ in them) if name]
        for each in them:
            os.kill(int(each.pid or 0), signal.SIGKILL)
            each.join()
        assert len(winners) == 1
        assert refused("later") == HoldState.UNKNOWN, "it was killed"
        assert release(winners[0])


def test_a_hold_whose_descriptor_somebody_closed_is_let_go_all_the_same() -> None:
    first = grip("a")
    os.close(first._file)
    first.release(proven=True)
    grip("b").release(proven=True)
