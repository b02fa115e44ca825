"""A console's database as the first `rtk up` leaves it, made once for all workers: whoever needs one has a copy of it.

Making one takes longer than all else of a start. What a first start does is shown where it is from nothing:
tests/console/test_up.py, tests/journey/test_story.py and tests/journey/test_console.py.
"""

import fcntl
import os
import subprocess
from pathlib import Path

from tests.console.commands import Rtk
from tests.databases import place
from tests.leftovers import shared


def give(data: Path) -> None:
    """Put a database that no console has used into a data directory that is not there yet."""
    data.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    _copy(_kept() / "database", data)


def _kept() -> Path:
    """Where it is, once it is there: others wait for the first one that asks."""
    kept = shared()
    with (kept / "cluster.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "database").exists():
            _make(kept)
    return kept


def _make(kept: Path) -> None:
    with place() as directory:
        console = Rtk(Path(directory) / "data")
        for words in (("up", "--detach", "--port", 0), ("down",)):
            done = console.run(*words)
            assert done.returncode == 0, done.stderr
        _copy(console.data / "database", kept)


def _copy(directory: Path, into: Path) -> None:
    # By `cp`, since it keeps whose the files are. To a name of its own first: what is there is whole.
    subprocess.run(["cp", "-a", directory, into / "copied"], check=True)
    (into / "copied").rename(into / directory.name)
