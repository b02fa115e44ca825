"""The `rtk` command as a process of its own, with a data directory of its own and nothing of this environment."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

_RTK = "from rtk.cli.main import main; main()"
LIMIT = 90  # seconds


@dataclass(frozen=True)
class Rtk:
    """Commands about the console of one data directory."""

    data: Path
    environ: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("RTK_", "DATABASE_", "DJANGO"))}
        return {**kept, "RTK_DATA": str(self.data), **self.environ}

    def run(self, *words: object, **environ: str) -> "subprocess.CompletedProcess[str]":
        """One command, to its end."""
        return subprocess.run(
            [sys.executable, "-c", _RTK, *map(str, words)],
            env={**self.environment(), **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def begin(self, *words: object) -> "subprocess.Popen[str]":
        """One command that goes on; what it says can be read from its stdout."""
        command = [sys.executable, "-u", "-c", _RTK, *map(str, words)]
        return subprocess.Popen(
            command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence with which a command refused."""
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("rtk: ")


def url_in(said: str) -> str:
    """Where a console says that it is."""
    return next(line for line in said.splitlines() if line.startswith("The console is at ")).split()[-1]


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and body of a page."""
    parts = urlsplit(url)
    assert parts.port is not None
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=20)
    try:
        connection.request("GET", parts.path or "/", headers={"Host": parts.netloc, **headers})
        answer: HTTPResponse = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
