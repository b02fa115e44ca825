"""A freeze by `rtk freeze` reaches a run under way on the same console, and keeps the next from beginning."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.console.conftest import place
from tests.journey.real import until
from tests.journey.test_console import Newcomer, Signed
from tests.publish.home import experiment

pytestmark = pytest.mark.timeout(600)
REACHES_S = 10.0  # two seconds where the machine has time; without its beats a run would hear of it after thirty
RUN = ("chaos", "--no-version-check", "--no-log-file", "verify", "long.json")


@pytest.fixture
def signed() -> Iterator[Signed]:
    with place() as directory:
        newcomer = Newcomer(Path(directory) / "home")
        newcomer.home.mkdir(mode=0o711)
        try:
            yield Signed(newcomer)
        finally:
            newcomer.tried("rtk", "down")


def test_a_freeze_stops_a_run_that_has_nothing_to_tell_and_keeps_the_next_from_beginning(signed: Signed) -> None:
    home = signed.newcomer.home
    plan = {"frequency-of-measurement": 30, "duration-of-conditions": 120}
    signed.newcomer.write("long.json", experiment(extensions=[{"name": "chaosiq", "verification": plan}]))
    with begun(home) as process:
        until((home / "notes").exists, "the condition is not applied")
        time.sleep(3)  # so that nothing but its beats tells the run anything
        said = signed.newcomer("rtk", "freeze", "--why", "Sale weekend", "--for", "1h")
        out, _ = process.communicate(timeout=60)
    assert said.startswith("Frozen until "), said
    assert "a safeguard forbids this run: Sale weekend" in out
    assert (home / "notes").read_text().split() == ["burnt", "undone"]
    (frozen,) = signed.get(f"{signed.team}/safeguards")["items"]
    undone_at = (home / "notes").stat().st_mtime  # by the same clock of the wall
    assert undone_at - datetime.fromisoformat(frozen["begins_at"]).timestamp() <= REACHES_S
    refused = signed.newcomer.tried(*RUN)
    assert (refused.returncode, "Sale weekend" in refused.stdout) == (6, True), refused.stdout
    assert (home / "notes").read_text().split() == ["burnt", "undone"]


def begun(home: Path) -> "subprocess.Popen[str]":
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "CI": "1"}
    return subprocess.Popen(RUN, cwd=home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
