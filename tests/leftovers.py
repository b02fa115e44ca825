"""Processes that tests left behind: they are named at the end of all tests, and fail the run.

A process belongs to a run of the tests when it has the run's mark in its environment, as all do that inherit that of a
test, or when one of those started it.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from rtk.publish.pending_sender import SENDING

MARK = "RUN_OF_TESTS"
PATIENCE_S = 30.0  # for what is just ending, on a busy machine too


@dataclass(frozen=True)
class Leftover:
    """A process that is still there."""

    pid: int
    parent: int
    command: str
    works_in: str
    environ: frozenset[str] = field(repr=False)

    def __str__(self) -> str:
        return f"process {self.pid} in {self.works_in}: {self.command[:300]}"


def mark() -> str | None:
    """Mark this process and what it starts; the mark, or None where another one did already."""
    if MARK in os.environ:
        return None
    os.environ[MARK] = uuid4().hex
    return os.environ[MARK]


def shared() -> Path:
    """A directory of this run of the tests, for what its workers share; it is removed at the end."""
    of = os.environ.get(MARK) or f"{os.getpid()}"
    directory = _shared(of)
    directory.mkdir(mode=0o700, exist_ok=True)
    if MARK not in os.environ:
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def _shared(of: str) -> Path:
    return Path(tempfile.gettempdir()) / f"rtk-tests-{of}"


def marked(environ: dict[str, str]) -> dict[str, str]:
    """An environment that a test makes of nothing, with the mark, and with what says whether coverage is measured."""
    kept = {name: value for name, value in os.environ.items() if name == MARK or name.startswith("COVERAGE_")}
    return {**environ, **kept}


def leftovers(of: str, patience_s: float) -> list[Leftover]:
    """What is left of a run of the tests, once it had a while to end."""
    until = time.monotonic() + patience_s
    while (found := _found(of)) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _found(of: str) -> list[Leftover]:
    pids = sorted(int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    seen = [each for each in map(_seen, pids) if each and each.pid != os.getpid()]
    ours = {each.pid for each in seen if f"{MARK}={of}" in each.environ}
    while more := {each.pid for each in seen if each.parent in ours} - ours:
        ours |= more
    return [each for each in seen if each.pid in ours]


def _seen(pid: int) -> Leftover | None:
    here = Path(f"/proc/{pid}")
    try:
        state, parent = here.joinpath("stat").read_text().rpartition(")")[2].split()[:2]
        command = here.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        environ = here.joinpath("environ").read_bytes().decode(errors="replace").split("\0")
        works_in = str(here.joinpath("cwd").readlink())
    except OSError:  # it has ended meanwhile, or is somebody else's
        return None
    return None if state in "ZX" else Leftover(pid, int(parent), command, works_in, frozenset(environ))


def _sends(process: Leftover) -> bool:
    """Whether a run left it behind on purpose, to send for some minutes what its console has not had."""
    return process.command.endswith(f" {SENDING}")


class Leaving:
    """Names what a run of the tests leaves behind, and fails it for that though each of its tests passed."""

    def __init__(self, of: str, patience_s: float) -> None:
        self._of = of
        self._patience_s = patience_s
        self._left: list[Leftover] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look once the workers are gone."""
        for each in filter(_sends, _found(self._of)):
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
        self._left = leftovers(self._of, self._patience_s)
        shutil.rmtree(_shared(self._of), ignore_errors=True)
        if self._left and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which they are."""
        if self._left:
            terminalreporter.section("processes that tests left behind", red=True)
            for each in self._left:
                terminalreporter.line(str(each))


def pytest_configure(config: pytest.Config) -> None:
    """Whoever begins the tests looks at their end; workers, and tests that tests run, do not."""
    watch(config, PATIENCE_S)


def watch(config: pytest.Config, patience_s: float) -> None:
    """Look at the end of these tests what they leave behind, unless somebody does already."""
    if sys.platform == "linux" and (of := mark()):
        config.pluginmanager.register(Leaving(of, patience_s))
