"""The journal: valid by the Chaos Toolkit's specification, in slot order, and enough for the same insight."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rtk.errors import BadInput, CannotRecord
from rtk.experiment.plan import Plan
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.verify import journal
from rtk.verify.facts import facts_of
from rtk.verify.kept import facts_in
from rtk.verify.record import Record, Recorded, line_of
from tests.verify.world import Outcome, World, action, experiment, play, probe

KEYS = {
    "chaoslib-version",
    "platform",
    "node",
    "experiment",
    "start",
    "end",
    "duration",
    "status",
    "deviated",
    "run",
    "rollbacks",
    "steady_states",
    "extensions",
}
PLAN = Plan(10.0, 60.0, warm_up_s=20.0, cool_down_s=30.0, objective=ServiceLevelObjective(0.95, 86400.0))


def written(out: Outcome, path: Path) -> dict[str, Any]:
    journal.write(path, out.recorded, insight(out.facts).as_dict())
    whole: dict[str, Any] = json.loads(path.read_text(), parse_constant=pytest.fail)
    return whole


def check(whole: dict[str, Any]) -> None:
    """The Chaos Toolkit's journal specification."""
    assert set(whole) == KEYS
    assert whole["status"] in ("completed", "failed", "aborted", "interrupted")
    assert set(whole["steady_states"]) == {"before", "after", "during"}
    states = [s for s in (whole["steady_states"]["before"], whole["steady_states"]["after"]) if s]
    for state in [*states, *whole["steady_states"]["during"]]:
        assert {"steady_state_met", "probes"} <= set(state)
    for run in [*whole["run"], *whole["rollbacks"], *(p for s in states for p in s["probes"])]:
        assert {"activity", "start", "end", "status", "duration", "output"} <= set(run)
        assert run["status"] in ("succeeded", "failed", "aborted")


def test_a_journal_satisfies_the_specification(world: World, tmp_path: Path) -> None:
    whole = written(play(tmp_path, experiment(), PLAN), tmp_path / "j.json")
    check(whole)
    assert [run["activity"]["name"] for run in whole["run"]] == ["burn"]
    assert [run["activity"]["name"] for run in whole["rollbacks"]] == ["unburn"]
    assert whole["experiment"] == experiment()


@pytest.mark.parametrize("ending", ["gate", "fails", "deviates", "interrupt", "not restored"])
def test_every_ending_has_a_valid_journal_and_one_insight(world: World, tmp_path: Path, ending: str) -> None:
    world.took = lambda at: 5.0 if ending == "gate" or (ending == "deviates" and at > 30) else 0.1
    method = {
        "fails": [action("burn", fail=True)],
        "interrupt": [action("interrupt", "interrupt", signum=2)],
    }.get(ending, [action("burn")])
    if ending == "interrupt":
        del method[0]["provider"]["arguments"]["name"]
    rollbacks = [action("unburn", fail=ending == "not restored")]
    out = play(tmp_path, experiment(method=method, rollbacks=rollbacks), PLAN)
    check(written(out, tmp_path / "j.json"))
    of_journal, of_record = insight(facts_in(tmp_path / "j.json")), insight(facts_in(out.recorded.path))
    assert of_journal.as_dict() == of_record.as_dict() == insight(out.facts).as_dict()


def test_states_stand_in_slot_order_with_null_for_a_missed_one(world: World, tmp_path: Path) -> None:
    world.took = lambda at: 25.0 if at > 25 else 0.1
    out = play(tmp_path, experiment([probe(limit=30000.0)]), PLAN, max_in_flight=1)
    during = written(out, tmp_path / "j.json")["steady_states"]["during"]
    order = [(state["rtk"]["phase"], state["rtk"]["slot"]) for state in during]
    assert order == [
        *(("baseline", k) for k in range(2)),
        *(("conditions", k) for k in range(6)),
        ("undo", 0),
        *(("recovery", k) for k in range(3)),
    ]
    missed = [state for state in during if state["steady_state_met"] is None]
    assert missed
    assert all(state["probes"] == [] for state in missed)
    assert {state["rtk"]["outcome"] for state in missed} == {"missed"}


def test_a_record_that_broke_off_is_a_journal_too(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), PLAN)
    lines = out.recorded.path.read_bytes().splitlines(keepends=True)
    for count in range(1, len(lines)):
        path = tmp_path / f"cut-{count}.record"
        path.write_bytes(b"".join(lines[:count]) + lines[count][: count * 7 % len(lines[count])])
        recorded = Recorded(path)
        facts = facts_of(recorded)
        whole = json.loads("".join(journal.text(recorded, insight(facts).as_dict())))
        check(whole)
        assert whole["status"] == "interrupted"


def test_a_journal_is_written_whole_or_not_at_all(world: World, tmp_path: Path) -> None:
    out = play(tmp_path, experiment(), Plan(10.0, 20.0))
    folder = tmp_path / "folder.json"
    folder.mkdir()
    with pytest.raises(CannotRecord, match="cannot be written: "):
        journal.write(folder, out.recorded, {})
    assert {p.name for p in tmp_path.iterdir()} == {"run-1.record", "folder.json"}


@pytest.mark.parametrize("where", ["absent/j.json", "."])
def test_a_path_that_cannot_hold_a_journal_is_known_before(tmp_path: Path, where: str) -> None:
    with pytest.raises(CannotRecord, match="cannot be written: "):
        journal.check_path(tmp_path / where)


@pytest.mark.parametrize(
    "content",
    ["{}", "{", '{"extensions": []}', '{"extensions": [{"name": "rtk"}]}', '{"extensions": 3}', "[]", "", "\x00"],
)
def test_what_is_no_journal_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "j.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"journal|run record"):
        facts_in(path)


def test_a_journal_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        facts_in(tmp_path / "absent")


def longer(out: Outcome, path: Path, count: int) -> Recorded:
    """A record like the run's, of so many measurements."""
    lines, entry = out.recorded.path.read_bytes().splitlines(keepends=True), out.entries("measurement")[0]
    with path.open("wb") as file:
        file.write(lines[0])
        file.writelines(line_of({**entry, "n": n, "slot": n}) for n in range(count))
    return Recorded(path)


def test_a_journal_of_20_000_measurements_comes_in_small_pieces(world: World, tmp_path: Path) -> None:
    recorded = longer(play(tmp_path, experiment(), Plan(10.0, 20.0)), tmp_path / "long.record", 20_000)
    sizes = [len(piece) for piece in journal.text(recorded, {})]
    assert sum(sizes) > 10 * 2**20
    assert max(sizes) < 10_000


def test_memory_does_not_grow_with_the_measurements(world: World, tmp_path: Path) -> None:
    recorded = longer(play(tmp_path, experiment(), Plan(10.0, 20.0)), tmp_path / "long.record", 2_000)
    tracemalloc.start()
    journal.write(tmp_path / "j.json", recorded, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (tmp_path / "j.json").stat().st_size / 4


def test_values_that_are_no_json_become_null(tmp_path: Path) -> None:
    record = Record(tmp_path / "a.record", lambda: 0.0)
    record.append("run", version=1, output=float("nan"))
    record.close()
    assert Recorded(record.path).head["output"] is None
