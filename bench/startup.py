"""What the plugin costs the `chaos` command: `chaos --help` with it by `chaos --help` without it."""

import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from functools import partial
from pathlib import Path
from statistics import median

from bench.places import CHAOS, environment
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

MOST = 1.25
COMMAND = "verify"
OURS = ("reliability_toolkit-*", "_editable_impl_reliability_toolkit*", "rtk", "chaoscloud")


def run(sitting: Sitting) -> Row:
    """The row."""
    pairs = round(sitting.either(10, 1))
    sitting.asks(
        f"`chaos --help` with the plugin installed ÷ without, {pairs} interleaved pairs a trial", f"≤ {MOST:g}"
    )
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as name:
        with_it, without = _twin(Path(name) / "with", True), _twin(Path(name) / "without", False)
        found = sitting.interleaved({"pairs": partial(_pairs, with_it, without, pairs)})["pairs"]
    ratio = spread(found, "ratio")
    with_ms, without_ms = spread(found, "with ms"), spread(found, "without ms")
    return sitting.row(
        f"{ratio.tell()}; with {with_ms.tell(' ms', 0)}, without {without_ms.tell(' ms', 0)}",
        ratio.median <= MOST,
    )


def _twin(place: Path, with_plugin: bool) -> Path:
    """The Python of a virtual environment with links to everything installed here, with or without the plugin."""
    venv.create(place, with_pip=False, symlinks=True)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(place), "platbase": str(place)})
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if with_plugin or not any(entry.match(ours) for ours in OURS):
            (Path(paths["purelib"]) / entry.name).symlink_to(entry)
    return place / "bin" / Path(sys.executable).name


def _pairs(with_it: Path, without: Path, pairs: int) -> Figures:
    _help_ms(with_it, True), _help_ms(without, False)  # so that every file is in the page cache
    times = [(_help_ms(with_it, True), _help_ms(without, False)) for _ in range(pairs)]
    return {
        "ratio": median(a / b for a, b in times),
        "with ms": median(a for a, _ in times),
        "without ms": median(b for _, b in times),
    }


def _help_ms(python: Path, with_plugin: bool) -> float:
    environ = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    began = time.monotonic()
    done = subprocess.run([python, CHAOS, "--help"], check=True, stdout=subprocess.PIPE, text=True, env=environ)
    took = time.monotonic() - began
    assert (f"  {COMMAND} " in done.stdout) == with_plugin, "the plugin is where it should not be, or the reverse"
    return 1000 * took
