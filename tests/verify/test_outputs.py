"""What a process writes is read whole up to a bound, and no longer than it lives."""

import subprocess
import sys
import time

import pytest

from rtk.verify import outputs
from rtk.verify.process_provider import run_process
from tests.verify.test_process_provider import activity, shell


def test_of_a_large_output_so_much_is_held_and_the_process_ends_well() -> None:
    # Not ru_maxrss: that of a new process begins with what its parent held.
    script = (
        "from pathlib import Path; from rtk.verify.process_provider import run_process\n"
        "one = {'type': 'action', 'name': 'p', 'provider': {'type': 'process', 'path': 'head',"
        " 'arguments': '-c 400000000 /dev/zero'}}\n"
        "out = run_process(one, {}, {})\n"
        "most = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(out['status'], len(out['stdout']), most)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=120).stdout
    status, length, most_kib = map(int, told.split())
    assert (status, length) == (0, outputs.LARGEST)
    assert most_kib < 200 * 1024


def test_a_text_is_cut_between_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "LARGEST", 3)
    assert run_process(activity("printf", ["éé"]), {}, {})["stdout"] == "é"


def test_a_child_that_writes_on_and_on_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "PATIENCE_S", 0.3)
    began = time.monotonic()
    run_process(shell("(timeout 60 yes) & echo started"), {}, {})
    assert time.monotonic() - began < 30
