"""The demonstration's load: it begins, it ends when it is told to, and by itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtk.demo import load

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def one_burner(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process is enough to see what becomes of all."""
    monkeypatch.setattr(load, "BURNERS_PER_CPU", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)


def burners(pids: Path) -> list[int]:
    return [int(pid) for pid in pids.read_text().split()]


def test_it_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    pids = tmp_path / "load.pids"
    load.start(30, pids)
    (burner,) = burners(pids)
    assert load._alive(burner)
    assert load.stop(pids) == 0
    assert not load._alive(burner)
    assert not pids.exists()


def test_it_ends_by_itself_when_its_time_is_over(tmp_path: Path) -> None:
    pids = tmp_path / "load.pids"
    load.start(0.05, pids)
    (burner,) = burners(pids)
    patience = time.monotonic() + PATIENCE_S
    while load._alive(burner):
        assert time.monotonic() < patience
        time.sleep(0.02)


def test_stopping_twice_is_as_good_as_once(tmp_path: Path) -> None:
    assert load.stop(tmp_path / "load.pids") == 0


def test_a_process_that_is_gone_already_does_no_harm(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    pids = tmp_path / "load.pids"
    pids.write_text(str(gone.pid))
    assert load.stop(pids) == 0
