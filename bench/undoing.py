"""From the SIGKILL of a run to the start of its first rollback, by the rollback's own clock."""

import json
import os
import signal
import subprocess
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from bench import truth
from bench.adoption import adopting
from bench.burners import burning
from bench.command import CommandFailed
from bench.experiments import timed
from bench.places import CHAOS, environment
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

IDLE_S, BURNING_S = 1.0, 3.0
PATIENCE_S = 60.0


def run(sitting: Sitting) -> Row:
    """The row with nothing else at work."""
    sitting.asks("from SIGKILL of the run to the start of the first rollback, idle", f"≤ {IDLE_S:g} s")
    return _row(sitting, IDLE_S, 0)


def run_burning(sitting: Sitting) -> Row:
    """The row with CPU burners."""
    sitting.asks(f"the same with {sitting.burners} CPU burners", f"≤ {BURNING_S:g} s")
    return _row(sitting, BURNING_S, sitting.burners)


def _row(sitting: Sitting, most: float, burners: int) -> Row:
    with truth.serving() as server, burning(burners) if burners else nullcontext():
        found = sitting.interleaved({"death": partial(_death, server)})["death"]
    seconds = spread(found, "s")
    return sitting.row(seconds.tell(" s"), seconds.median <= most)


def _death(server: truth.Truth) -> Figures:
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as name, adopting():
        directory = Path(name)
        experiment = timed(server.url("/wait/20"), 0.1, 60)
        experiment["method"] = [_noting("begin")]
        experiment["rollbacks"] = [_noting("undo")]
        (directory / "experiment.json").write_text(json.dumps(experiment))
        with (directory / "output").open("w") as output:
            process = subprocess.Popen(
                [CHAOS, "--no-version-check", "--no-log-file", "verify", "experiment.json"],
                cwd=directory,
                env=environment(directory),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            _stamp(directory / "begin")
            time.sleep(1)
            killed = time.time()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            undone = _stamp(directory / "undo")
            _rest(directory)
        return {"s": undone - killed}


def _noting(name: str) -> dict[str, object]:
    provider = {
        "type": "process",
        "path": "sh",
        "arguments": ["-c", f"date +%s.%N > {name}.part; mv {name}.part {name}"],
    }
    return {"type": "action", "name": name, "provider": provider}


def _stamp(path: Path) -> float:
    patience = time.monotonic() + PATIENCE_S
    while not path.exists():
        if time.monotonic() > patience:
            raise CommandFailed(f"nothing noted {path.name}")
        time.sleep(0.005)
    return float(path.read_text())


def _rest(directory: Path) -> None:
    """Let the guardian finish: the journal is the last thing it writes."""
    patience = time.monotonic() + PATIENCE_S
    while not (directory / "journal.json").exists() and time.monotonic() < patience:
        time.sleep(0.05)
    time.sleep(0.5)
