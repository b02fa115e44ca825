"""The real console, brought up by `rtk up` with its own PostgreSQL; killed, and read back by its API."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres
from rtk.verify.record import Recorded
from tests import clusters
from tests.console.commands import Rtk
from tests.console.conftest import place

PATIENCE_S = 120.0
OWNER = ("--email", "alice@example.org", "--organization", "Acme", "--team", "Web")


@dataclass
class Real:
    """A real console, and a token for it."""

    rtk: Rtk
    token: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.rtk.data)

    def up(self) -> None:
        """Bring it up, at the port of before where there was one."""
        done = self.rtk.run("up", "--detach", "--port", self.port)
        assert done.returncode == 0, done.stdout + done.stderr
        self.port = int(DataDirectory(self.rtk.data).told()["port"])

    def kill(self) -> None:
        """Kill the console's process; its database is left behind as it is."""
        here = DataDirectory(self.rtk.data)
        os.kill(int(here.told()["pid"]), signal.SIGKILL)
        until(lambda: not here.in_use(), "the console does not die")

    def stop_database(self, number: int, away_s: float) -> None:
        """Stop the database by a signal and keep it stopped for so long; the console then starts it again."""
        with (self.rtk.data / "database.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self.postgres.running()
            if found is None:  # it is being started just now, or nobody has since the console died
                return
            with suppress(ProcessLookupError):
                os.kill(found.pid, number)
            until(lambda: self.postgres.running() is None, "the database does not stop")
            time.sleep(away_s)

    def get(self, path: str) -> Any:
        """What the API answers."""
        answer = requests.get(f"{self.url}/api/v1{path}", headers=self._headers(), timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def answers(self) -> bool:
        """Whether it and its database are there."""
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/api/v1/organizations", headers=self._headers(), timeout=5).ok
        return False

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def team(self) -> str:
        """The path of the only team."""
        found = self.get("/organizations")[0]
        return f"/organizations/{found['id']}/teams/{found['teams'][0]['id']}"

    def measurements(self, run: str) -> list[dict[str, Any]]:
        """Everything measured, page after page."""
        rows, after = list[dict[str, Any]](), ""
        while True:
            page = self.get(f"{run}/measurements?limit=200{after}")
            rows += page["items"]
            if not page["next"]:
                return rows
            after = f"&after={page['next']}"

    def path_of(self, record: Path) -> str:
        """The path of a run that was published whole."""
        told = json.loads(record.with_suffix(".published").read_text())
        assert told["done"], told
        return f"{self.team()}/verifications/{told['verification']}/runs/{record.stem}"

    def has(self, record: Path) -> None:
        """It has every measurement of a record once, as it is there, and the run has ended."""
        entries = list(Recorded(record).entries())
        run = self.path_of(record)
        measured = [told(entry) for entry in entries if entry["kind"] == "measurement"]
        assert sorted(map(told, self.measurements(run))) == sorted(measured)
        shown = self.get(run)
        assert shown["next"] == len(entries)
        assert shown["status"] == entries[-1]["status"]
        assert shown["ended_at"]


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    """What a measurement says."""
    return (row["phase"], row["slot"], row["outcome"], row["value"], row["reason"])


def until(true: Callable[[], bool], why: str) -> None:
    """Wait for something."""
    patience = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < patience, why
        time.sleep(0.02)


@contextmanager
def running() -> Iterator[Real]:
    """A console of its own, with a user, an organization, a team and a token."""
    with place() as directory:
        console = Real(Rtk(Path(directory) / "data"))
        clusters.give(console.rtk.data)
        token = Path(directory) / "token"
        try:
            console.up()
            done = console.rtk.run("provision", *OWNER, "--token-file", token)
            assert done.returncode == 0, done.stderr
            console.token = token.read_text().strip()
            yield console
        finally:
            console.rtk.run("down")
