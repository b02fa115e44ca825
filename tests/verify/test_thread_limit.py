"""At a limit of threads what was begun is undone all the same, in the thread there is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rtk.experiment.plan import Plan
from tests.verify.virtual import VirtualClock
from tests.verify.world import World, action, experiment, play

PLAN = Plan(10.0, 30.0)
OF_THE_UNDO = frozenset({"rtk-activity", "rtk-undo", "rtk-once", "rtk-tend", "rtk-afterwards"})


class Limited(VirtualClock):
    """A clock that starts no thread of some names, as an operating system at its limit would."""

    def __init__(self, refused: frozenset[str]) -> None:
        super().__init__()
        self._refused = refused

    def spawn(self, target: Callable[[], None], name: str) -> None:
        if name in self._refused:
            raise RuntimeError("can't start new thread")
        super().spawn(target, name)


def gone() -> bool:
    """A probe that shows a condition to be gone."""
    return True


@pytest.mark.parametrize("background", [False, True])
def test_rollbacks_and_their_proof_do_without_a_thread(world: World, tmp_path: Path, background: bool) -> None:
    world.clock = Limited(OF_THE_UNDO)
    asks = {"type": "python", "module": "tests.verify.test_thread_limit", "func": "gone"}
    proof = {"type": "probe", "name": "gone", "provider": asks, "tolerance": True}
    burn = action("burn", activity={"extensions": [{"name": "rtk", "restored": {"probes": [proof], "within": 5}}]})
    rollbacks = [action(name, takes=2.0, activity={"background": background}) for name in ("first", "second")]
    out = play(tmp_path, experiment(method=[burn], rollbacks=rollbacks), PLAN)
    assert [name for _, name in world.done] == ["burn", "first", "second"]
    assert [span.status for span in out.facts.rollbacks] == ["succeeded", "succeeded"]
    assert [entry["missing"] for entry in out.entries("proof")] == [None]
    assert out.facts.status == "completed"


def test_a_rollback_that_fails_there_has_failed_and_the_next_one_is_played(world: World, tmp_path: Path) -> None:
    world.clock = Limited(OF_THE_UNDO)
    out = play(tmp_path, experiment(rollbacks=[action("first", fail=True), action("second")]), PLAN)
    assert [name for _, name in world.done] == ["burn", *["first"] * 3, "second"]
    assert [span.status for span in out.facts.rollbacks] == ["failed", "succeeded"]


def test_a_method_that_cannot_begin_stops_the_run_in_order(world: World, tmp_path: Path) -> None:
    world.clock = Limited(frozenset({"rtk-method"}))
    out = play(tmp_path, experiment(), PLAN)
    assert world.done == []
    assert "the method could not begin: can't start new thread" in str(out.facts.stopped)
