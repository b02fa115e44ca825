"""One process at a time is at work on a record; what a dead one left to a fork is told from another's."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rtk.errors import CannotRecord
from rtk.verify import lock
from rtk.verify.lock import Lock, holder, is_held
from rtk.verify.record import Record
from tests.verify.waiting import Waiting

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


@contextmanager
def holding(path: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lock of a file, for as long as this lasts."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path), *arguments], stdout=subprocess.PIPE, text=True, process_group=0
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("step", [1.0, 2.0])
def test_who_has_a_lock_is_waited_for_five_seconds(path: Path, monkeypatch: pytest.MonkeyPatch, step: float) -> None:
    waiting, tries = Waiting(step), list[float]()
    monkeypatch.setattr(lock, "time", waiting)
    with Lock(path), pytest.raises(CannotRecord, match="another process is at work on this run"):
        Lock(path, lambda: tries.append(waiting.waited))
    assert 5.0 <= waiting.waited < 5.0 + step
    assert tries == [step * n for n in range(len(waiting.slept))]
    assert all(0 < each <= 0.1 for each in waiting.slept)
    Lock(path).close()


def test_who_waits_in_vain_hears_that_it_would_block(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "time", Waiting(1.0))
    with Lock(path), path.open() as file, pytest.raises(BlockingIOError) as raised:
        lock.take(file.fileno())
    assert raised.value.errno == errno.EAGAIN


def test_a_lock_is_held_by_one_process_and_let_go_of_by_its_death(path: Path) -> None:
    with holding(path) as process:
        assert is_held(path)
        assert holder(path) == process.pid
        process.kill()
        process.wait()
        Lock(path).close()
    assert not is_held(path)


def test_a_lock_of_another_kind_or_file_has_another_holder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inode = path.stat().st_ino
    others = [("POSIX", inode), ("DELEG", inode), ("FLOCK", f"{inode}0"), ("FLOCK", f"{inode}"[:-1])]
    lines = [f"{n}: {kind:6} ADVISORY  WRITE {n} 08:01:{other} 0 EOF" for n, (kind, other) in enumerate(others, 11)]
    monkeypatch.setattr(lock, "_LOCKS", path.with_name("locks"))
    path.with_name("locks").write_text("\n".join([*lines, f"5: FLOCK  ADVISORY  WRITE 77 08:01:{inode} 0 EOF\n"]))
    assert holder(path) == 77


def test_a_lock_that_a_fork_holds_on_to_is_told_to_be_the_dead_ones(path: Path) -> None:
    with holding(path, "forks") as process:
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


def test_a_lock_closes_its_own_file_and_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, none = Lock(path), Lock(path.with_name("gone.record"))
    held.close()
    closed: list[int] = []
    monkeypatch.setattr(os, "close", closed.append)
    held.close()
    none.close()
    Lock(path.with_name("gone.record"))
    assert closed == []


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


def test_who_takes_a_lock_again_has_it_and_leaves_anothers(path: Path) -> None:
    first, second = (os.open(path, os.O_RDONLY) for _ in range(2))
    lock.take_again(first)
    lock.take_again(second)
    os.close(second)
    assert is_held(path)
    os.close(first)
    assert not is_held(path)
