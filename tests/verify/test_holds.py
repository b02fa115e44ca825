"""The lock of this machine: exact between processes, and ended by a proven undo or a person alone."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import CannotRecord
from rtk.experiment.plan import Plan
from rtk.insight.facts import Beside
from rtk.verify import beside
from rtk.verify.holders import Standing
from rtk.verify.holds import Grip, Hold, release, standing_holds, take
from rtk.verify.recovery import forget, remains
from rtk.verify.systems import declared
from tests.verify.world import World, action, experiment, play


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "rtk"


def hold(run: str, *names: str) -> Hold:
    return Hold(
        run, f"Run {run}", 1000.0, "here", "mary", os.getpid(), tuple(declared(n, n) for n in names or ("shop",))
    )


def grip(run: str, *names: str) -> Grip:
    got = take(hold(run, *names))
    assert isinstance(got, Grip)
    return got


def refused(run: str, *names: str) -> Standing:
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


def test_a_second_run_on_the_same_is_refused_until_the_first_lets_go() -> None:
    first = grip("a", "shop", "more")
    assert refused("b", "shop") == Standing.RUNNING
    other = grip("c", "another")
    first.release(proven=True)
    grip("b", "shop").release(proven=True)
    other.release(proven=True)
    assert standing_holds() == []


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
    assert refused("b") == Standing.DIED
    record.write_bytes(whole)
    grip("b").release(proven=True)


def test_a_year_changes_nothing(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    for path in (state / "holds").iterdir():
        os.utime(path, (0, 0))
    assert refused("b") == Standing.UNKNOWN, "its record is gone"


def test_what_was_not_restored_holds_until_a_person_releases_it(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    recorded(state, world, tmp_path, rollbacks=[action("unburn", "refused")])
    assert refused("b") == Standing.NOT_RESTORED
    assert release("a")
    assert not release("a")
    grip("b").release(proven=True)


def test_what_a_person_forgets_holds_no_longer(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    record = recorded(state, world, tmp_path)
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join(lines[: next(i for i, line in enumerate(lines) if b'"role":"condition"' in line) + 1]))
    assert refused("b") == Standing.DIED
    forget(remains(record), world.clock)
    grip("b").release(proven=True)


def test_what_died_before_its_conditions_holds_nothing(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    record = recorded(state, world, tmp_path)
    record.write_bytes(b"".join(record.read_bytes().splitlines(keepends=True)[:1]))
    grip("b").release(proven=True)


def test_a_live_hold_is_not_released_by_its_name() -> None:
    first = grip("a")
    assert not release("a")
    assert refused("b") == Standing.RUNNING
    first.release(proven=True)


def test_a_hold_that_cannot_be_read_is_no_hold_that_is_not_there(state: Path, world: World, tmp_path: Path) -> None:
    grip("a").release(proven=False)
    (state / "holds" / "a.hold").write_text("torn")
    with pytest.raises(CannotRecord, match=r"a\.hold cannot be read"):
        take(hold("b"))


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
        assert refused("later") == Standing.UNKNOWN, "it was killed"
        assert release(winners[0])
