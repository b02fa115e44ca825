"""What extensions, files and disks may do wrong, and what must hold all the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtk.experiment.plan import Plan
from rtk.insight.stops import StopCause
from rtk.verify.facts import facts_of
from rtk.verify.record import Recorded, entry_of, line_of
from rtk.verify.redact import Redactor
from tests.verify.world import RUN, World, action, experiment, play

SECRET = 'p"ässword'


def odd(kind: str) -> dict[str, Any]:
    """An action whose output is odd."""
    return {
        "type": "action",
        "name": kind,
        "provider": {"type": "python", "module": "tests.targets", "func": "odd", "arguments": {"kind": kind}},
    }


@pytest.mark.parametrize(
    "bad",
    [
        {"ref": "nope"},
        odd("circular"),
        odd("nested"),
        odd("unprintable"),
        odd("surrogate"),
        odd("huge"),
        {**action("odd"), "pauses": {"before": "abc"}},
        {**action("odd"), "provider": {**action("odd")["provider"], "arguments": "text"}},
    ],
    ids=str,
)
def test_a_rollback_that_breaks_never_skips_the_next(world: World, tmp_path: Path, bad: dict[str, Any]) -> None:
    play(tmp_path, experiment(rollbacks=[bad, action("second")]), Plan(10.0, 20.0))
    assert [name for _, name in world.done if name != "odd"] == ["burn", "second"]


@pytest.mark.parametrize("kind", ["circular", "nested", "unprintable", "surrogate", "huge", "nan", "bytes", "set"])
def test_an_odd_output_of_an_action_is_recorded_in_words(world: World, tmp_path: Path, kind: str) -> None:
    out = play(tmp_path, experiment(method=[odd(kind), action("second")]), Plan(10.0, 20.0))
    assert out.run.journal.status == "completed"
    assert [name for _, name in world.done] == ["second", "unburn"]


@pytest.mark.parametrize("kind", ["circular", "nested", "unprintable", "surrogate", "huge"])
def test_an_odd_output_of_a_probe_is_a_measurement(world: World, tmp_path: Path, kind: str) -> None:
    probe = {**odd(kind), "type": "probe", "tolerance": True}
    out = play(tmp_path, experiment([{**probe, "tolerance": {"type": "regex", "pattern": "."}}]), Plan(10.0, 20.0))
    assert "missed" not in out.outcomes()
    assert out.run.journal.status in ("failed", "completed")


@pytest.mark.parametrize("value", [SECRET, json.dumps({"t": SECRET}), json.dumps(json.dumps(SECRET)), {SECRET: 1}])
def test_no_form_of_a_secret_is_recorded(value: Any) -> None:
    line = line_of({"n": 0, "t": 0, "kind": "event", "v": value}, Redactor({"a": SECRET}, {}))
    assert entry_of(line) is not None
    assert "ssword" not in line.decode()


def test_a_secret_across_the_edge_of_what_is_kept_leaves_nothing(world: World, tmp_path: Path) -> None:
    told = {"type": "process", "path": "sh", "arguments": ["-c", "printf '%4090s%s' x secret-value"]}
    method = [{"type": "action", "name": "tell", "provider": told}]
    out = play(tmp_path, experiment(method=method, secrets={"a": {"b": "secret-value"}}), Plan(10.0, 10.0))
    assert "secret" not in json.dumps(out.entries("activity"))


def test_any_damaged_line_leaves_the_rest_readable(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), Plan(10.0, 40.0, warm_up_s=20.0, cool_down_s=20.0))
    lines = out.recorded.path.read_bytes().splitlines(keepends=True)
    for i in range(1, len(lines)):
        path = tmp_path / f"{i}.record"
        path.write_bytes(b"".join([*lines[:i], b"x" + lines[i][1:], *lines[i + 1 :]]))
        assert facts_of(Recorded(path)).run_id == RUN


def test_no_action_is_applied_once_the_run_is_to_stop(world: World, tmp_path: Path) -> None:
    late = action("never", activity={"pauses": {"before": 40}})

    def interrupt() -> None:
        world.clock.sleep(15.0)
        world.stop.request(StopCause.SIGNAL, "SIGTERM", 15)

    world.clock.spawn(interrupt, "signal")
    out = play(tmp_path, experiment(method=[action("burn"), late]), Plan(10.0, 300.0))
    assert [name for _, name in world.done] == ["burn", "unburn"]
    assert [span.name for span in out.facts.conditions] == ["burn"]
