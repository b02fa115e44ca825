"""The demonstration as a process of its own, with times so short that a test can wait for it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 150.0
# A machine full of other tests leaves a web server of niceness so little that it deviates before any condition, and
# the run is invalid, as it must be. With this little work the story reaches its end on any machine.
LIGHT_SERVER = ("--work", "0.001")
_PLAY = f"""
import sys
from pathlib import Path
from rtk.demo import story
from rtk.demo.console import SHORT, Times
from rtk.demo.place import DemoDirectory
from rtk.errors import ToolkitError
try:
    times = Times(SHORT.frequency, float(sys.argv[2]), 1, 1)
    options = story.DemoOptions(times, {LIGHT_SERVER!r}, keep="keep" in sys.argv)
    sys.exit(story.play(DemoDirectory(Path(sys.argv[1])), options))
except ToolkitError as error:
    sys.exit(f"rtk: {{error}}")
"""


@dataclass(frozen=True)
class Demo:
    """The demonstration of one directory."""

    data: Path

    def begin(self, duration_s: float = 2.0, *, keep: bool = False) -> "subprocess.Popen[str]":
        """Play it; what it says is read from its standard output."""
        command = [sys.executable, "-u", "-c", _PLAY, str(self.data), str(duration_s), *(["keep"] if keep else [])]
        return subprocess.Popen(
            command,
            env=environment(),
            cwd=self.data.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def rtk(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """One `rtk demo` with these options."""
        return subprocess.run(
            [sys.executable, "-c", "from rtk.cli.main import main; main()", "demo", "--data", str(self.data), *words],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def left(self) -> list[str]:
        """The commands of processes that this demonstration has begun and that still run."""
        return [command for command in map(_command, Path("/proc").glob("[0-9]*")) if str(self.data) in command]


def environment() -> dict[str, str]:
    """With what leads elsewhere, so that a test sees that it does not."""
    elsewhere = {
        "RTK_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RTK_", "AWS_", "DATABASE_"))}
    return {**kept, **elsewhere}


def _command(entry: Path) -> str:
    try:
        told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
    except OSError:
        return ""
    return told.replace(b"\0", b" ").decode(errors="replace")


def until(true: Callable[[], bool], why: str) -> None:
    """Wait for something."""
    patience = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < patience, why
        time.sleep(0.05)


def read_until(process: "subprocess.Popen[str]", pattern: str) -> str:
    """What it says up to a line in which the pattern is found."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"it never said {pattern}:\n{said}")
