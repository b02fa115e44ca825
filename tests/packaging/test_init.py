"""The first process of a container, tried as any process."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.packaging.installed import ROOT

INIT = str(ROOT / "deploy" / "init.py")
ORPHAN = "(sleep 1; echo later) & exit 3"


@contextmanager
def begun(seconds: str, script: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, INIT, seconds, "sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def ended(seconds: str, script: str) -> tuple[int, str]:
    with begun(seconds, script) as process:
        said, _ = process.communicate(timeout=30)
        return process.returncode, said


def test_the_exit_code_is_that_of_the_command() -> None:
    assert ended("0", "exit 5") == (5, "")
    assert ended("0", "kill -KILL $$") == (137, "")


def test_what_the_command_left_is_waited_for() -> None:
    assert ended("30", ORPHAN) == (3, "later\n")


def test_it_is_not_waited_for_longer_than_was_said() -> None:
    began = time.monotonic()
    with begun("0.2", "sleep 20 >/dev/null 2>&1 & exit 3") as process:
        assert process.wait(15) == 3
    assert time.monotonic() - began < 15


def test_a_signal_reaches_the_command_once_and_no_other() -> None:
    script = "trap 'echo told; exit 7' TERM; sleep 20 >/dev/null 2>&1 & echo ready; wait"
    with begun("0", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert (process.returncode, said) == (7, "told\n")


def test_ctrl_c_in_a_terminal_reaches_the_command_once() -> None:
    script = "trap 'echo told' INT; echo ready; sleep 1; sleep 0.5; exit 4"
    terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", terminal, sys.executable, INIT, "0", "sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\r\n"
        process.stdin.write(b"\x03")
        process.stdin.flush()
        said = process.stdout.read().decode()
    assert (process.returncode, said.count("told")) == (4, 1), said


def test_a_command_that_is_not_there_is_named() -> None:
    done = subprocess.run([sys.executable, INIT, "0", "no-such"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (127, "init: cannot start 'no-such': No such file or directory\n")
