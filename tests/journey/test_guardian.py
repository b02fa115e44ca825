"""Whatever takes the guardian, its record or its disk away: what the run did is undone.

`RTK_TRIES` says how often each is tried (once unless told).
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtk.verify import guardian_process, processes
from rtk.verify.record import Recorded
from tests.conftest import LONG, Home, activity, experiment, noting, python, shell
from tests.journey.death import until

TRIES = range(int(os.environ.get("RTK_TRIES", "1")))
pytestmark = [pytest.mark.parametrize("number", TRIES), pytest.mark.timeout(600)]

Process = subprocess.Popen[str]


def under_conditions(home: Home, *options: str, said: str = "burn", **document: Any) -> Process:
    """A run whose condition is in force."""
    process = home.start(*LONG, *options, experiment(home, **document))
    home.wait_for(said)
    until(lambda: len(Recorded(home.records()[0]).head) > 0 and "activity" in kinds(home))
    return process


def kinds(home: Home) -> list[str]:
    return [entry["kind"] for entry in Recorded(home.records()[0]).entries()]


def killed(process: Process) -> str:
    """Kill it; what was told, once its guardian is done, too."""
    process.kill()
    out, _ = process.communicate(timeout=120)
    return out


def guardian_of(process: Process) -> int:
    script = str(Path(guardian_process.__file__))
    found = [pid for pid in processes.descendants(process.pid) if script in processes.command_of(pid)]
    assert len(found) == 1
    return found[0]


def notes(home: Home, text: str) -> int:
    return Path(home.notes).read_text().split().count(text)


def undone_once(home: Home, told: str) -> None:
    assert notes(home, "undo") == 1, told
    assert "its guardian takes over" in told


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_run_whose_streams_are_closed_is_undone_after_its_death(home: Home, closed: str, number: int) -> None:
    source = experiment(home)
    process = home.start(*LONG, source, before=["sh", "-c", f'exec "$@" {closed}', "sh"])
    home.wait_for("burn")
    until(lambda: "activity" in kinds(home))
    killed(process)
    until(lambda: notes(home, "undo") == 1)
    until((home.path / "journal.json").exists)


def test_modules_of_common_names_stand_in_nobodys_way(home: Home, number: int) -> None:
    for name in (*sys.stdlib_module_names, "yaml", "click", "requests", "msgspec", "simplejson", "chaoslib", "rtk"):
        (home.path / f"{name}.py").write_text(f"raise SystemExit('{name} was taken from here')\n")
    told = killed(under_conditions(home))
    undone_once(home, told)
    assert "was taken from here" not in told
    assert "File, journal" in told


def test_a_record_that_was_deleted_is_made_anew(home: Home, number: int) -> None:
    process = under_conditions(home)
    path = home.records()[0]
    path.unlink()
    undone_once(home, killed(process))
    assert kinds(home)[-1] == "end"
    assert [e["n"] for e in Recorded(path).entries()] == list(range(len(kinds(home))))
    assert [run["activity"]["name"] for run in home.journal()["rollbacks"]] == ["undo"]
    assert home.journal()["steady_states"]["during"][0]["rtk"]["code"] == "run-died"


def test_a_directory_that_was_deleted_takes_nothing_along(home: Home, number: int) -> None:
    process = under_conditions(home)
    subprocess.run(["rm", "-r", str(home.path / "state")], check=True)
    undone_once(home, killed(process))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def overwritten(path: Path) -> None:
    path.write_bytes(b"not a record\n" * 20)


def in_the_way(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [emptied, overwritten, in_the_way])
def test_a_record_that_cannot_be_read_keeps_nothing_from_being_undone(
    home: Home, number: int, damage: Callable[[Path], None]
) -> None:
    process = under_conditions(home)
    damage(home.records()[0])
    undone_once(home, killed(process))


def test_a_disk_that_takes_nothing_keeps_nothing_from_being_undone(home: Home, number: int) -> None:
    kept = home.path / "notes-of-processes"
    undo = activity("undo", shell(f"mkdir {kept}"))  # a file of no size is all there is room for
    process = under_conditions(home, rollbacks=[undo])
    resource.prlimit(guardian_of(process), resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    told = killed(process)
    assert kept.is_dir(), told
    assert "cannot be written" in told
    recovered = recover(home)
    assert recovered.returncode == 5, "a rollback that was not recorded is played again, and this one fails then"
    assert "No unfinished run" in recover(home).stdout


def test_recover_undoes_although_its_disk_takes_nothing(home: Home, number: int) -> None:
    kept = home.path / "undone"
    process = under_conditions(home, rollbacks=[activity("undo", shell(f"mkdir -p {kept}"))])
    os.kill(guardian_of(process), signal.SIGSTOP)
    process.kill()
    process.wait()
    os.kill(guardian_left(home), signal.SIGKILL)
    process.communicate(timeout=60)
    full = recover(home, before=["prlimit", "--fsize=0:", "--"])
    assert kept.is_dir(), full.stdout + full.stderr
    assert full.returncode == 1
    assert "is undone, but stays on the list" in full.stderr
    assert recover(home).returncode == 0
    assert "No unfinished run" in recover(home).stdout


def guardian_left(home: Home) -> int:
    record = str(home.records()[0])
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return next(pid for pid in pids if record in processes.command_of(pid))


def recover(home: Home, before: list[str] | None = None) -> "subprocess.CompletedProcess[str]":
    command = [*(before or []), home.command()[0], "--no-version-check", "--no-log-file", "recover", "--all", "--yes"]
    return subprocess.run(
        command, cwd=home.path, env=home.env(), capture_output=True, text=True, timeout=120, check=False
    )


def test_a_guardian_that_died_is_replaced_and_the_next_one_undoes(home: Home, number: int) -> None:
    process = under_conditions(home)
    first = guardian_of(process)
    os.kill(first, signal.SIGKILL)
    until(lambda: any("another one has taken its place" in e.get("text", "") for e in entries(home)))
    assert guardian_of(process) != first
    assert process.stdout
    assert any("The guardian died; another one has taken its place" in line for line in process.stdout)
    undone_once(home, killed(process))


def entries(home: Home) -> list[dict[str, Any]]:
    return list(Recorded(home.records()[0]).entries())


def test_a_run_that_goes_on_is_not_told_as_one_that_has_ended(home: Home, number: int) -> None:
    process = under_conditions(home)
    told = recover(home)
    run = home.records()[0].stem
    assert told.stdout == f"Nothing to undo now: still running, or being undone by another process: {run}\n"
    assert told.returncode == 0
    killed(process)
    assert "No unfinished run: everything that began has come to its end." in recover(home).stdout


CLOSING = """
import os

def close():
    os.closerange(3, 300)
"""


def test_a_run_whose_condition_closes_its_descriptors_ends_as_any_other(home: Home, number: int) -> None:
    (home.path / "closing.py").write_text(CLOSING)
    home.environ["PYTHONPATH"] = f"{home.env()['PYTHONPATH']}{os.pathsep}{home.path}"
    close = {"type": "action", "name": "burn", "provider": {"type": "python", "module": "closing", "func": "close"}}
    process = home.start("--every", "100ms", "--for", "2s", "--target", "50%", experiment(home, method=[close]))
    told, _ = process.communicate(timeout=120)
    assert process.returncode in (0, 3), told
    assert notes(home, "undo") == 1
    assert kinds(home)[-1] == "end"
    assert "another one has taken its place" in told
    assert "restored: 1 rollback succeeded" in told
    assert "takes over" not in told, "nothing that ended in order is told as dead"
    assert "No unfinished run" in recover(home).stdout


def test_a_guardian_that_died_before_the_first_condition_is_replaced(home: Home, number: int) -> None:
    process = home.start("--warm-up", "1s", *LONG, experiment(home))
    until(lambda: any(path.stat().st_size for path in home.records()) and "phase" in kinds(home))
    os.kill(guardian_of(process), signal.SIGKILL)
    home.wait_for("burn")
    undone_once(home, killed(process))


def test_what_dropped_its_environment_is_ended_before_the_rollback(home: Home, number: int) -> None:
    hidden = "env -i setsid sh -c 'while :; do sleep 0.1; done' >/dev/null 2>&1 & echo started"
    script = f"echo burn >> {home.notes}; {hidden}"
    process = under_conditions(home, method=[activity("burn", shell(script))])
    run_id = home.records()[0].stem
    assert processes.marked(run_id) - {process.pid}
    undone_once(home, killed(process))
    assert processes.marked(run_id) == set()


CONTROL = """
import threading

def after_activity_control(context, configuration=None, **_):
    if context.get("name") == "burn":
        configuration["client"] = threading.Lock()
        configuration["made"] = "made-by-the-action"
"""


def test_what_a_control_changed_reaches_the_undo(home: Home, number: int) -> None:
    (home.path / "changes_of_a_control.py").write_text(CONTROL)
    home.environ["PYTHONPATH"] = f"{home.env()['PYTHONPATH']}{os.pathsep}{home.path}"
    undo = activity("undo", python("note", path=home.notes, text="${made}"))
    control = {"name": "c", "provider": {"type": "python", "module": "changes_of_a_control"}}
    process = under_conditions(home, rollbacks=[undo], controls=[control], configuration={"made": "nothing yet"})
    told = killed(process)
    assert notes(home, "made-by-the-action") == 1, told
    assert "The guardian did not receive configuration.client (a value of type lock) from the run" in told, told


def test_after_a_death_every_slot_of_the_plan_has_its_entry(home: Home, number: int) -> None:
    process = under_conditions(home, "--warm-up", "1s", "--cool-down", "2s")
    undone_once(home, killed(process))
    slots = Counter((e["phase"], e["slot"]) for e in entries(home) if e["kind"] == "measurement")
    assert set(slots.values()) == {1}
    planned = Counter(phase for phase, _ in slots)
    assert (planned["baseline"], planned["conditions"], planned["recovery"]) == (10, 600, 20)
    journal = home.journal()
    assert len(journal["steady_states"]["during"]) == len(slots)
    died = [s for s in journal["steady_states"]["during"] if s["rtk"]["code"] == "run-died"]
    assert all(state["steady_state_met"] is None for state in died)
    assert len(died) > 500


def test_a_recover_that_comes_too_early_leaves_the_others_rollback_alone(home: Home, number: int) -> None:
    slow = activity("slow", shell(f"echo begun >> {home.notes}; sleep 2; echo ended >> {home.notes}"))
    process = under_conditions(home, rollbacks=[slow, noting(home, "undo")])
    path = home.records()[0]
    process.kill()
    home.wait_for("begun")
    early = subprocess.run(
        [sys.executable, "-c", EARLY, str(path)],
        env=home.env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "another process is at work" in early.stdout + early.stderr or early.stdout.strip() == "waited"
    process.communicate(timeout=120)
    assert (notes(home, "begun"), notes(home, "ended"), notes(home, "undo")) == (1, 1, 1)


# What `chaos recover` does with a run that it found unfinished a moment before its guardian took the lock.
EARLY = """
import sys
from pathlib import Path
from rtk.clock import SystemClock
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.recovery import recover, remains
from rtk.verify.toolkit import Toolkit
path = Path(sys.argv[1])
recover(remains(path), lambda head: Toolkit(head["experiment"], {}), SystemClock(), Stopping(StopCause.DIED, "it died"))
print("waited")
"""


def test_the_journal_of_a_run_that_died_can_be_read(home: Home, number: int) -> None:
    killed(under_conditions(home))
    assert json.dumps(home.journal())
    assert home.journal()["status"] == "interrupted"


def test_a_run_that_stood_still_with_its_guardian_is_not_killed_by_it(home: Home, number: int) -> None:
    process = under_conditions(home, "--max-duration", "6s")
    guards = guardian_of(process)
    for pid in (guards, process.pid):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(6.0 + guardian_process.SILENT_S + 1.5)
    for pid in (guards, process.pid):
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.3)
    told, _ = process.communicate(timeout=120)
    assert "its guardian takes over" not in told
    assert process.returncode >= 0
    assert notes(home, "undo") == 1
    missed = [
        state["rtk"] for state in home.journal()["steady_states"]["during"] if state["rtk"]["outcome"] == "missed"
    ]
    assert {each["code"] for each in missed} <= {"paused", "late", "stopped"}, "whichever is seen first"
    assert missed
