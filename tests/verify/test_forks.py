"""A fork of the run that comes back from an activity, a probe, a control or a tolerance ends there and does nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtk.verify.processes import Own
from rtk.verify.record import Record, Recorded

FORKS = """
import os, sys, time
from pathlib import Path
from rtk.experiment.plan import Plan
from tests.verify import forking, world

forking.notes = Path(sys.argv[1]) / "notes"
out = world.play(Path(sys.argv[1]), forking.experiment(sys.argv[2]), Plan(0.05, 0.3), clock=forking.clock())
print("the run is over", out.facts.status)
"""


def played(tmp_path: Path, where: str) -> "subprocess.CompletedProcess[str]":
    """Play a run in a process of its own that forks somewhere; every fork comes back."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS, str(tmp_path), where],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("where", ["action", "raising", "leaving", "probe", "tolerance", "rollback", "control"])
def test_a_fork_that_comes_back_is_not_the_run(tmp_path: Path, where: str) -> None:
    done = played(tmp_path, where)
    assert done.stdout.count("the run is over completed") == 1, done.stdout + done.stderr
    entries = list(Recorded(tmp_path / "run-1.record").entries())
    numbers = [entry["n"] for entry in entries if entry["kind"] != "forked"]
    assert numbers == list(range(len(numbers)))
    notes = (tmp_path / "notes").read_text().split()
    assert notes.count("forked") > 0
    assert notes.count("second") == notes.count("undo") == 1, notes


def test_a_record_takes_nothing_from_a_fork(tmp_path: Path) -> None:
    record = Record(tmp_path / "a.record", lambda: 0.0)
    record.append("run", version=1)
    child = os.fork()
    if not child:
        record.append("event", text="from the fork")
        os._exit(7)  # pragma: no cover - it has ended by now
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    record.append("event", text="from the run")
    record.close()
    assert [entry.get("text") for entry in Recorded(record.path).entries()] == [None, "from the run"]


def test_a_process_is_its_own() -> None:
    Own().check()
