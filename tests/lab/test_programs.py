"""The programs of an instance, run for real by this machine's shell."""

import subprocess
from pathlib import Path

import pytest

from rtk.lab import programs
from tests.lab.world import World, eventually


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in programs.own(isolated=True).items():
        (tmp_path / name).write_text(text, encoding="ascii")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(place: Path, line: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", line],
        cwd=place,
        env={"PATH": f"{place}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ["now", "-M now", "now + 0 minutes", "-q a now"])
def test_a_job_is_done_and_nobody_waits_for_it(place: Path, words: str) -> None:
    assert run(place, f"echo 'sleep 0.1; echo done > here' | at {words}").returncode == 0
    eventually(lambda: (place / "here").exists() and (place / "here").read_text() == "done\n", 20)


def test_a_job_can_come_from_a_file(place: Path) -> None:
    (place / "job").write_text("echo done > here", encoding="ascii")
    assert run(place, "at -f job now").returncode == 0
    eventually((place / "here").exists, 20)


@pytest.mark.parametrize(
    "words", ["", "noon", "now + 5 weeks", "now + x minutes", "now + 1", "tomorrow + 1 days", "10:00 + 1 hours"]
)
def test_a_time_that_it_does_not_know_is_refused_and_never_now(place: Path, words: str) -> None:
    said = run(place, f"echo 'echo done > here' | at {words}")
    assert (said.returncode, "not '" in said.stderr) == (1, True)
    assert not (place / "here").exists()


def test_a_later_job_waits(place: Path) -> None:
    (place / "sleep").write_text('#!/bin/sh\necho "$1" > waited\n', encoding="ascii")
    (place / "sleep").chmod(0o755)
    run(place, "echo 'echo done > here' | at now + 2 hours")
    eventually((place / "here").exists, 20)
    assert (place / "waited").read_text() == "7200\n"


def test_no_name_has_an_address(place: Path) -> None:
    short, long = run(place, "dig +short example.org"), run(place, "dig example.org")
    assert (short.returncode, short.stdout, short.stderr) == (9, "", "")
    assert (long.returncode, long.stdout) == (9, "")
    assert "no server of names" in long.stderr


def test_a_job_undoes_what_a_killed_script_did_and_goes_with_its_command(world: World) -> None:
    undo = "echo 'sleep 0.3; touch /run/undone' | at now; touch /run/done; kill -9 $$"
    assert world.run("atd", undo)["ResponseCode"] == 137
    eventually(lambda: world.run("test -e /run/undone")["ResponseCode"] == 0)
    command = world.begin("AWS-RunShellScript", {"commands": ["echo 'sleep 300' | at now; sleep 300"]})
    eventually(lambda: sum(one.name == "sleep" for one in world.processes()) >= 2)
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.processes() == [])
