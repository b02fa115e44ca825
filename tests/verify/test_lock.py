"""One process at a time is at work on a record; what a dead one left to a fork is told from another's."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtk.errors import CannotRecord
from rtk.verify import lock
from rtk.verify.lock import Lock, holder, is_held
from rtk.verify.record import Record

HOLDS = """
import os, sys, time
from pathlib import Path
from rtk.verify.lock import Lock
held = Lock(Path(sys.argv[1]))
if len(sys.argv) > 2 and os.fork():
    print("forked", flush=True)
    os._exit(0)
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "a.record"
    found.write_text("x")
    return found


def start(path: Path, *arguments: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path), *arguments], stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert process.stdout
    process.stdout.readline()
    return process


def test_a_lock_is_held_by_one_process_and_let_go_of_by_its_death(path: Path) -> None:
    with start(path) as process:
        assert is_held(path)
        assert holder(path) == process.pid
        tries: list[float] = []
        with pytest.raises(CannotRecord, match="another process is at work on this run"):
            Lock(path, lambda: tries.append(time.monotonic()))
        assert lock.PATIENCE_S - 1 <= tries[-1] - tries[0] <= lock.PATIENCE_S + 1
        process.kill()
        process.wait()
        Lock(path).close()
    assert not is_held(path)


def test_a_lock_that_a_fork_holds_on_to_is_told_to_be_the_dead_ones(path: Path) -> None:
    with start(path, "forks") as process:
        process.wait()
        assert is_held(path)
        assert holder(path) == process.pid, "the one that took it, though it is gone"
        freed = Lock(path, lambda: os.killpg(process.pid, 9) if is_held(path) else None)
        freed.close()


def test_a_lock_that_is_closed_twice_is_closed(path: Path) -> None:
    with Lock(path) as held:
        assert is_held(path)
        held.close()
        assert not is_held(path)
    assert holder(path) is None


def test_what_cannot_be_opened_has_no_lock(tmp_path: Path) -> None:
    with Lock(tmp_path / "gone.record"):
        assert holder(tmp_path / "gone.record") is None
    with pytest.raises(OSError, match="No such file"):
        is_held(tmp_path / "gone.record")


def test_a_record_is_resumed_under_a_lock_that_is_held(tmp_path: Path) -> None:
    made = Record(tmp_path / "b.record", lambda: 0.0)
    made.append("run", version=1)
    made.close()
    with Lock(made.path) as held:
        record = Record(made.path, lambda: 1.0, resume=held)
        record.append("event", text="more")
        record.close()
        assert is_held(made.path), "closing the record lets go of nothing"
    assert record.failure is None
