"""Whether rollbacks are played follows the strategy, as it does under `chaos run`."""

import copy
import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from chaoslib.run import Runner
from chaoslib.types import Strategy as SteadyState

from rtk.clock import SystemClock
from rtk.experiment.plan import Plan
from rtk.experiment.strategy import Strategy
from rtk.insight.stops import StopCause, Stopping
from rtk.verify import processes
from rtk.verify.recovery import recover, remains
from rtk.verify.toolkit import Toolkit
from tests.verify.world import World, action, experiment, play, probe, provider

SHORT = Plan(10.0, 20.0)
WHY = Stopping(StopCause.DIED, "the run died")
LOOK = {"type": "probe", "name": "look", "provider": provider("response_ms")}
GATES: dict[str, list[dict[str, Any]]] = {
    "met": [probe()],
    "deviates": [probe(limit=1.0)],
    "fails": [probe("fails")],
}


def undone_by_chaos_run(world: World, document: dict[str, Any], strategy: str) -> bool:
    world.done.clear()
    with Runner(SteadyState.DEFAULT) as runner:
        runner.run(document, settings={"runtime": {"rollbacks": {"strategy": strategy}}})
    return "unburn" in [name for _, name in world.done]


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("method", [[], [LOOK], [action("burn")]], ids=["nothing", "a probe", "an action"])
def test_rollbacks_are_played_where_chaos_run_plays_them(
    world: World, tmp_path: Path, strategy: Strategy, gate: str, method: list[dict[str, Any]]
) -> None:
    document = copy.deepcopy(experiment(probes=GATES[gate], method=method))
    out = play(tmp_path, copy.deepcopy(document), SHORT, rollback_strategy=strategy)
    undone = [name for _, name in world.done].count("unburn")
    assert undone == int(undone_by_chaos_run(world, copy.deepcopy(document), strategy))
    assert out.facts.rolled_back is (True if undone else False if gate == "met" else None)


def test_a_dead_run_whose_method_had_begun_with_a_probe_is_undone(world: World, tmp_path: Path) -> None:
    document = experiment(method=[LOOK])
    out = play(tmp_path, document, SHORT)
    lines = out.recorded.path.read_bytes().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(lines) if b'"role":"probe"' in line)
    for kept, undone in ((begun, 0), (begun + 1, 1)):
        world.done.clear()
        out.recorded.path.write_bytes(b"".join(lines[:kept]))
        recover(remains(out.recorded.path), lambda _: Toolkit(document, {}), SystemClock(), WHY)
        assert [name for _, name in world.done].count("unburn") == undone


def test_why_rollbacks_were_skipped_is_a_code_beside_its_sentence(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(method=[action("burn")]), SHORT, rollback_strategy=Strategy.NEVER)
    (entry,) = out.entries("rollbacks")
    assert (entry["state"], entry["cause"], entry["reason"]) == ("skipped", "strategy", "rollback strategy never")


@pytest.mark.parametrize("error", [OSError(24, "Too many open files", "/proc"), MemoryError()])
def test_a_look_for_processes_that_fails_keeps_no_rollback_from_being_played(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def blind(_: object) -> set[int]:
        raise error

    monkeypatch.setattr(processes, "marked", blind)
    out = play(tmp_path, experiment(method=[action("burn")]), SHORT)
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert len(out.entries("end")) == 1
    assert len([line for line in caplog.messages if "cannot be looked for" in line]) == 1


def test_a_condition_that_takes_all_descriptors_is_undone_by_a_process(world: World, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    mark = tmp_path / "undone"
    process = {"type": "process", "path": "touch", "arguments": [str(mark)]}
    undo = {"type": "action", "name": "undo", "provider": process}
    try:
        of = {"type": "python", "module": __name__, "func": "take_descriptors"}
        take = {"type": "action", "name": "take", "provider": of}
        out = play(tmp_path, experiment(method=[take], rollbacks=[undo]), SHORT)
    finally:
        while TAKEN:
            os.close(TAKEN.pop())
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (mark.exists(), out.facts.rollbacks[0].status) == (True, "succeeded")


TAKEN: list[int] = []


def take_descriptors() -> None:
    """An action that opens whatever can be opened."""
    with suppress(OSError):
        while True:
            TAKEN.append(os.open(os.devnull, os.O_RDONLY))
