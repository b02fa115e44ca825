"""Two real runs on one system: the second is refused before anything begins, waits, or goes on knowingly."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rtk.cli.system_hold import Holding, HoldOptions
from rtk.clock import SystemClock
from rtk.insight.facts import Neighbour
from rtk.verify.holders import REFUSED, HoldingRun, HoldState
from rtk.verify.holds import Grip, LocalHold, take
from rtk.verify.systems import declared
from tests.conftest import CHAOS, SHORT, Home, activity, experiment, shell
from tests.targets import noted

RUNNING = ("--every", "100ms", "--for", "10m", "--target", "50%")


def breaking(home: Home, name: str, script: str = "echo burn >> {notes}; touch {flag}") -> str:
    """An experiment of its own that breaks the one system of this home."""
    flag = home.path / "flag"
    method = [activity(name, shell(script.format(notes=home.notes, flag=flag)))]
    undo = [activity(f"un{name}", shell(f"echo undo >> {home.notes}; rm -f {flag}"))]
    path = Path(experiment(home, method=method, rollbacks=undo))
    document = {**json.loads(path.read_text()), "title": f"It is broken by {name}"}
    return home.write(f"{name}.json", document)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@contextmanager
def begun(home: Home) -> Iterator["subprocess.Popen[str]"]:
    """A run that has broken it, and mends it at the end."""
    with home.start(*RUNNING, breaking(home, "first")) as process:
        home.wait_for("burn")
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def recover(home: Home, *arguments: str) -> str:
    command = [str(CHAOS), "--no-version-check", "--no-log-file", "recover", *arguments]
    done = subprocess.run(command, env=home.env(), capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return done.stdout


def insight(path: Path) -> dict[str, Any]:
    blocks = json.loads(path.read_text())["extensions"]
    found: dict[str, Any] = next(each for each in blocks if each["name"] == "rtk")["insight"]
    return found


def test_a_second_run_is_refused_before_anything_begins_and_hears_who_holds_it(home: Home) -> None:
    with begun(home) as first:
        for number in range(10):
            script = "echo never >> {notes}; " + ("echo x > {flag}" if number % 2 else "cp /dev/null {flag}")
            second = home.played(*SHORT, breaking(home, f"second-{number}", script))
            assert second.code == REFUSED, second.out
            assert "never" not in second.notes
            assert len(home.records()) == 1
        for said in (home.records()[0].stem, '"It is broken by first"', f"process {first.pid}", "--wait 10m"):
            assert said in second.out
    assert home.played(*SHORT, breaking(home, "third")).code == 0, "its undo is proven"


def test_another_system_is_not_in_its_way(home: Home) -> None:
    with begun(home):
        assert home.played(*SHORT, breaking(home, "second"), "--acts-on", "another").code == 0


def test_a_run_waits_for_another_one(home: Home) -> None:
    with begun(home) as first:
        second = home.start(*SHORT, "--wait", "60s", breaking(home, "second"))
        said = until_said(second, "Waiting, at most 1 min")
        first.send_signal(signal.SIGINT)
        rest, _ = second.communicate(timeout=60)
    assert second.returncode == 0, said + rest
    assert noted(home.notes) == ["burn", "undo", "burn", "undo"]


def test_a_run_that_has_waited_for_long_enough_is_refused(home: Home) -> None:
    with begun(home):
        second = home.played(*SHORT, "--wait", "1500ms", breaking(home, "second"))
    assert second.code == REFUSED
    assert second.took > 1.5


def test_ctrl_c_ends_the_wait(home: Home) -> None:
    with begun(home):
        second = home.start(*SHORT, "--wait", "60s", breaking(home, "second"))
        until_said(second, "Waiting")
        second.send_signal(signal.SIGINT)
        rest, _ = second.communicate(timeout=60)
        assert second.returncode == 130, rest
        assert "Traceback" not in rest
        assert len(home.records()) == 1


def test_both_insights_say_that_one_went_on_beside_the_other(home: Home) -> None:
    ours, theirs = home.path / "ours.json", home.path / "journal.json"
    with begun(home):
        second = home.played(*SHORT, "--alongside", "--journal-path", str(ours), breaking(home, "second"))
        assert second.code == 0, second.out
    mine, yours = insight(ours), insight(theirs)
    assert [(each["run_id"], each["beside"]) for each in mine["neighbours"]] == [(yours["run_id"], "first")]
    assert [(each["run_id"], each["beside"]) for each in yours["neighbours"]] == [(mine["run_id"], "joined")]
    assert "on the same system" in mine["why"]
    assert "on the same system" in yours["why"]
    assert "Going on beside the run" in second.out


def test_what_died_unmended_holds_until_it_is_undone(home: Home) -> None:
    with begun(home) as first:
        guardians = [pid for pid in children(first.pid) if "guardian" in command_of(pid)]
        assert guardians
        for pid in (*guardians, first.pid):
            os.kill(pid, signal.SIGKILL)
    run = home.records()[0].stem
    second = home.played(*SHORT, breaking(home, "second"))
    assert second.code == REFUSED
    assert f"chaos recover --run {run}" in second.out
    recover(home, "--run", run, "--yes")
    assert home.played(*SHORT, breaking(home, "second")).code == 0


def test_what_was_not_restored_holds_until_a_person_releases_it(home: Home) -> None:
    home.played(*SHORT, "--rollback-strategy", "never", breaking(home, "first"))
    run = home.records()[0].stem
    second = home.played(*SHORT, breaking(home, "second"))
    assert second.code == REFUSED
    assert f"chaos recover --forget {run}" in second.out
    assert run in recover(home, "--list")
    assert "is released" in recover(home, "--forget", run, "--yes")
    assert home.played(*SHORT, breaking(home, "second")).code == 0


def until_said(process: "subprocess.Popen[str]", text: str) -> str:
    """Read what a run prints until it has printed the text."""
    assert process.stdout
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(each) for task in tasks for each in (task / "children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


class Console:
    """A console that knows these runs."""

    def __init__(self, *known: HoldingRun) -> None:
        self.known = known

    def take(self, hold: LocalHold, alongside: bool) -> tuple[HoldingRun, ...]:
        return self.known

    def joined(self) -> list[Neighbour]:
        return []

    def release(self) -> None:
        pass


def test_a_run_of_this_machine_that_the_console_knows_too_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    shop = (declared("shop", "shop"),)
    here, mine = (LocalHold(run, run, 1.0, "here", "mary", os.getpid(), shop) for run in ("one", "mine"))
    grip = take(here)
    assert isinstance(grip, Grip)
    told = [HoldingRun(run, "t", 1.0, "vm", "mary", HoldState.RUNNING, ("shop",), console="c") for run in ("one", "")]
    with Holding(mine, HoldOptions(alongside=True), SystemClock(), Console(*told)) as holding:
        assert [each.run_id for each in holding.first] == ["one", ""]
        assert [each.host for each in holding.first] == ["here", "vm"]
    grip.release(proven=True)
