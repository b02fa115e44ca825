"""`rtk insight`: the same from a journal as from a record, and one sentence for anything else."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtk.cli.commands.insight import insight as command
from rtk.experiment.plan import Plan
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.verify import journal
from tests.verify import world as module
from tests.verify.conftest import world
from tests.verify.world import experiment, play

__all__ = ["world"]


@pytest.fixture
def kept(world: module.World, tmp_path: Path) -> tuple[Path, Path]:
    """A journal and a record of one run."""
    world.took = lambda at: 5.0 if at > 30 else 0.1
    out = play(tmp_path, experiment(), Plan(10.0, 100.0, objective=ServiceLevelObjective(0.95, 86400.0)))
    path = tmp_path / "journal.json"
    journal.write(path, out.recorded, insight(out.facts).as_dict())
    return path, out.recorded.path


def test_journal_and_record_tell_the_same_in_json(kept: tuple[Path, Path]) -> None:
    told = [CliRunner().invoke(command, ["--json", str(path)]) for path in kept]
    assert [each.exit_code for each in told] == [0, 0]
    assert told[0].stdout == told[1].stdout
    kept_insight = json.loads(kept[0].read_text())["extensions"][0]["insight"]
    assert json.loads(told[0].stdout) == {**kept_insight, "standing": None}


def test_reports_are_written_from_what_was_kept(kept: tuple[Path, Path], tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = CliRunner().invoke(command, ["--report", str(report), str(kept[0])])
    assert done.exit_code == 0
    assert report.stat().st_size > 100


@pytest.mark.parametrize("content", ["", "{", "{}", "text", "[]"])
def test_anything_else_is_one_sentence_and_exit_1(tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd"
    path.write_text(content)
    done = CliRunner().invoke(command, ["--json", str(path)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.output
