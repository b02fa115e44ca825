"""The processes of a run are found by their marker or their descent, and end however they resist."""

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from rtk.verify import processes

RESISTING = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[str]"]]:
    """Processes that are ended after the test."""
    all_of: list[subprocess.Popen[str]] = []
    yield all_of
    for process in all_of:
        process.kill()
        process.communicate()


def start(started: list["subprocess.Popen[str]"], script: str, **environ: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(["sh", "-c", script], env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True)
    started.append(process)
    assert process.stdout
    process.stdout.readline()
    return process


def test_processes_are_found_by_their_marker(started: list["subprocess.Popen[str]"]) -> None:
    mine = start(started, "echo ready; exec sleep 60", RTK_RUN_ID="run-of-a-test")
    start(started, "echo ready; exec sleep 60", RTK_RUN_ID="run-of-a-test-2")
    assert processes.marked("run-of-a-test") == {mine.pid}
    assert processes.marked("run-of-a") == set()


def test_an_orphan_keeps_its_marker(started: list["subprocess.Popen[str]"]) -> None:
    start(started, "setsid sleep 60 & echo ready", RTK_RUN_ID="run-of-an-orphan").wait()
    orphans = processes.marked("run-of-an-orphan")
    assert len(orphans) == 1
    assert processes.end(orphans) == 1
    assert processes.marked("run-of-an-orphan") == set()


def test_descendants_are_those_of_any_depth(started: list["subprocess.Popen[str]"]) -> None:
    shell = start(started, "sh -c 'sleep 60 & echo ready; wait' & wait")
    found = processes.descendants(shell.pid)
    assert len(found) == 2
    assert shell.pid not in found
    assert {shell.pid, *found} <= processes.descendants(os.getpid())
    assert processes.end(found) == 2


def test_a_process_that_ignores_being_asked_is_ended(started: list["subprocess.Popen[str]"]) -> None:
    process = start(started, RESISTING)
    began = time.monotonic()
    assert processes.end({process.pid}) == 1
    assert process.wait(60) == -9
    assert processes.TERM_S <= time.monotonic() - began < processes.TERM_S + 30


def test_what_is_gone_or_oneself_is_not_ended() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert processes.end({process.pid, os.getpid()}) == 0
