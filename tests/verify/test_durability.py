"""Intent before effect: what is found after the power failed at the moment an activity does something."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rtk.experiment.plan import Plan
from rtk.insight.stops import StopCause
from rtk.verify.record import Record
from rtk.verify.recovery import Remains, remains
from tests.verify.disk import Disk
from tests.verify.test_proof import proving
from tests.verify.world import World, action, experiment, play

PLAN = Plan(10.0, 30.0)
disk, found, place = Disk(), list[tuple[str, Remains]](), Path()


def acts(name: str) -> None:
    """An activity that looks what would be left if the power failed now; several may look at once."""
    left = place / f"{name}.record"
    left.write_bytes(disk.after_power_loss(place / "run-1.record"))
    found.append((name, remains(left)))


def looking(name: str, **more: object) -> dict[str, object]:
    provider = {"type": "python", "module": "tests.verify.test_durability", "func": "acts", "arguments": {"name": name}}
    return {"type": "action", "name": name, "provider": provider, **more}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path) -> None:
    global disk, place
    disk, place = Disk(), tmp_path
    found.clear()


@pytest.mark.parametrize("background", [False, True])
def test_every_intent_is_durable_before_its_effect(world: World, tmp_path: Path, background: bool) -> None:
    method = [looking("first", background=background), looking("second", background=background)]
    rollbacks = [looking("undo first"), looking("undo second")]
    play(tmp_path, experiment(method=method, rollbacks=rollbacks), PLAN, sync=disk.sync)
    began = {name: left.began for name, left in found}
    assert 0 in began["first"]
    assert 1 in began["second"]
    assert began["undo first"] == began["undo second"] == [0, 1]


def test_a_rollbacks_end_is_durable_before_the_next_one_begins(world: World, tmp_path: Path) -> None:
    rollbacks = [looking("undo first"), looking("undo second")]
    play(tmp_path, experiment(rollbacks=rollbacks), PLAN, sync=disk.sync)
    assert [(name, left.over) for name, left in found] == [("undo first", set()), ("undo second", {0})]


def test_a_run_that_has_ended_is_known_to_have_ended_after_a_power_loss(world: World, tmp_path: Path) -> None:
    play(tmp_path, experiment(), PLAN, sync=disk.sync)
    acts("later")
    assert found[-1][1].is_undone
    assert found[-1][1].ended


def test_the_name_of_a_record_is_durable_with_its_first_entry(tmp_path: Path) -> None:
    record = Record(tmp_path / "a.record", lambda: 0.0, sync=disk.sync)
    record.append("run", durable=True, version=1)
    record.append("event", text="not durable")
    assert disk.after_power_loss(record.path).count(b"\n") == 1
    record.close()
    assert disk.after_power_loss(record.path).count(b"\n") == 2


INTENT = b'"kind":"intent","role":"condition"'


class BadDisk(Disk):
    """A disk on which something happens when the intent of a condition is to be made durable."""

    def __init__(self, path: Path, happens: Callable[[], None]) -> None:
        super().__init__()
        self._path, self._happens = path, happens

    def sync(self, file: int) -> None:
        if threading.current_thread().name == "rtk-method" and INTENT in self._path.read_bytes():
            self._happens()
        super().sync(file)


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_a_stop_while_an_intent_is_being_made_durable_leaves_no_condition(
    world: World, tmp_path: Path, seconds: float
) -> None:
    world.clock.spawn(lambda: _stop_at(world, 0.5), "stopping")
    slow = BadDisk(tmp_path / "run-1.record", lambda: world.clock.sleep(seconds))
    burn = action("burn", activity=proving("restored", "unburn", 1e6, within=20))
    out = play(tmp_path, experiment(method=[burn]), PLAN, sync=slow.sync)
    world.clock.sleep(120.0)
    assert [name for _, name in world.done] == ["unburn"], "undone, for nobody knew; and never applied after that"
    assert [span.name for span in out.facts.rollbacks] == ["unburn", "proof that burn is gone"]


def _stop_at(world: World, seconds: float) -> None:
    world.clock.wait(threading.Event(), seconds)
    world.stop.request(StopCause.SIGNAL, "SIGTERM", 15)


def _fail() -> None:
    raise OSError(5, "Input/output error")


def test_a_disk_that_fails_over_an_intent_applies_nothing_and_undoes(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), PLAN, sync=BadDisk(tmp_path / "run-1.record", _fail).sync)
    assert [name for _, name in world.done] == ["unburn"]
    assert "Input/output error" in str(out.facts.stopped)
