"""Runs the real `chaos` command, each time in a directory of its own, and reads what it kept."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.experiments import Experiment
from bench.places import CHAOS, environment
from rtk.insight.facts import SlotMeasurement
from rtk.verify.facts import facts_of
from rtk.verify.record import Recorded

_QUIETLY = ("--no-version-check", "--no-log-file")
_PASSED, _FAILED, _INTERRUPTED = 0, 2, 130

Look = Callable[[int, Path], None]


class CommandFailed(Exception):
    """The command did not do what it was started for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run of `chaos verify` left: its measurements, whose moments are seconds since `began` (monotonic)."""

    measurements: tuple[SlotMeasurement, ...]
    began: float
    cpu_s: float

    @property
    def begun(self) -> list[SlotMeasurement]:
        """The measurements that began."""
        return [m for m in self.measurements if m.started is not None]

    @property
    def late_ms(self) -> list[float]:
        """How much later than due each began, by its own clock."""
        return [1000 * (m.started - m.due) for m in self.measurements if m.started is not None]

    @property
    def missed(self) -> int:
        """How many slots were missed."""
        return sum(m.outcome == "missed" for m in self.measurements)


def verify(experiment: Experiment, look: Look | None = None, interrupted: bool = False) -> Kept:
    """Run `chaos verify`; `look` is called some twenty times a second with its process and its state directory.

    With `interrupted`, `look` may end the run early by a SIGINT.
    """
    with _directory(experiment) as directory:
        fine = (_PASSED, _FAILED, _INTERRUPTED) if interrupted else (_PASSED, _FAILED)
        cpu_s = _run(directory, ["verify", "experiment.json"], look, fine)
        recorded = Recorded(_record(directory))
        return Kept(tuple(facts_of(recorded).measurements), recorded.head["monotonic"], cpu_s)


def run(experiment: Experiment, *options: str) -> dict[str, Any]:
    """Run `chaos run`; its journal."""
    with _directory(experiment) as directory:
        _run(directory, ["run", *options, "experiment.json"], None, (0, 1))  # 1 when the hypothesis deviated
        journal: dict[str, Any] = json.loads((directory / "journal.json").read_text())
        return journal


def records(state: Path) -> list[Path]:
    """The run records below a state directory."""
    return list(state.glob("rtk/runs/*.record"))


def _record(directory: Path) -> Path:
    found = records(directory / "state")
    if len(found) != 1:
        raise CommandFailed(f"chaos verify left {len(found)} run records where one was expected")
    return found[0]


@contextmanager
def _directory(experiment: Experiment) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as name:
        directory = Path(name)
        (directory / "experiment.json").write_text(json.dumps(experiment))
        yield directory


def _run(directory: Path, words: list[str], look: Look | None, fine: tuple[int, ...]) -> float:
    """Seconds of CPU time of the command and what it started and waited for."""
    with (directory / "output").open("w") as output:
        process = subprocess.Popen(
            [CHAOS, *_QUIETLY, *words],
            cwd=directory,
            env=environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            code, cpu_s = _wait(process, directory / "state", look)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code not in fine:
        told = (directory / "output").read_text().strip().splitlines()[-1:] or ["no output"]
        raise CommandFailed(f"chaos {words[0]} exited with {code}: {told[0]}")
    return cpu_s


def _wait(process: subprocess.Popen[bytes], state: Path, look: Look | None) -> tuple[int, float]:
    while look:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        look(process.pid, state)
        time.sleep(0.05)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime
