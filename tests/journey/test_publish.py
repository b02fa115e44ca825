"""Runs that are published to the real console, brought up by `rtk up`: read back whole, whatever becomes of it.

`RTK_PUBLISHED` says how many runs are published while the console is killed (3 unless told), `RTK_SEED` repeats the
moments of an earlier test.
"""

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from rtk.console.place import Place
from rtk.verify.record import Recorded
from tests.console.commands import Rtk
from tests.console.conftest import place
from tests.publish.home import Home, experiment

pytestmark = pytest.mark.timeout(900)


@dataclass
class Real:
    """A real console, and a token for it."""

    rtk: Rtk
    token: str
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def up(self) -> None:
        """Bring it up, at the port of before where there was one."""
        done = self.rtk.run("up", "--detach", "--port", self.port)
        assert done.returncode == 0, done.stdout + done.stderr
        self.port = int(Place(self.rtk.data).told()["port"])

    def kill(self) -> None:
        """Kill the console's process; its database is left behind as it is."""
        os.kill(int(Place(self.rtk.data).told()["pid"]), signal.SIGKILL)

    def get(self, path: str) -> Any:
        """What the API answers."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.get(f"{self.url}/api/v1{path}", headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def team(self) -> str:
        """The path of the only team."""
        found = self.get("/organizations")[0]
        return f"/organizations/{found['id']}/teams/{found['teams'][0]['id']}"

    def measurements(self, run: str) -> list[tuple[str, int]]:
        """Phase and slot of everything measured, page after page."""
        rows, after = list[dict[str, Any]](), ""
        while True:
            page = self.get(f"{run}/measurements?limit=200{after}")
            rows += page["items"]
            if not page["next"]:
                return [(row["phase"], row["slot"]) for row in rows]
            after = f"&after={page['next']}"


@pytest.fixture(scope="module")
def real() -> Iterator[Real]:
    """A console of its own, with a user, an organization, a team and a token."""
    with place() as directory:
        rtk, token = Rtk(Path(directory) / "data"), Path(directory) / "token"
        console = Real(rtk, "")
        console.up()
        words = ("--email", "alice@example.org", "--organization", "Acme", "--team", "Web", "--token-file", token)
        assert rtk.run("provision", *words).returncode == 0
        console.token = token.read_text().strip()
        yield console
        rtk.run("down")


def published(real: Real, record: Path) -> None:
    """The console has every measurement of a record once, and the run has ended."""
    entries = list(Recorded(record).entries())
    told = json.loads(record.with_suffix(".published").read_text())
    assert told["done"], told
    run = f"{real.team()}/verifications/{told['verification']}/runs/{record.stem}"
    kept = [(e["phase"], e["slot"]) for e in entries if e["kind"] == "measurement"]
    assert sorted(real.measurements(run)) == sorted(kept)
    shown = real.get(run)
    assert shown["next"] == len(entries)
    assert shown["status"] == entries[-1]["status"]
    assert shown["ended_at"]


def test_sign_in_publish_a_run_and_an_execution_and_read_them_back(real: Real, tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "token").write_text(real.token)
    signed = home.chaos("signin", "--url", real.url, "--token-file", "token")
    assert "published to team 'Web' in organization 'Acme'" in signed.out, signed.out
    home.verification()
    ended = home.chaos("verify", "--wait-publish", "20s", "--target", "50%", "verification.json")
    assert ended.code == 0, ended.out
    record = home.records()[0]
    published(real, record)
    told = json.loads(record.with_suffix(".published").read_text())
    insight = real.get(f"{real.team()}/verifications/{told['verification']}/runs/{record.stem}/insight")
    journal = json.loads((tmp_path / "journal.json").read_text())
    ours = journal["extensions"][0]["insight"]
    assert {key: insight[key] for key in ("planned", "met", "deviated", "missed", "verdict")} == {
        key: ours[key] for key in ("planned", "met", "deviated", "missed", "verdict")
    }
    home.write("experiment.json", experiment())
    assert home.chaos("run", "experiment.json").code == 0
    again = home.chaos("publish", "journal.json")
    assert again.code == 0, again.out
    block = json.loads((tmp_path / "journal.json").read_text())["extensions"][-1]
    where = f"{real.team()}/experiments/{block['experiment_id']}/executions/{block['execution_id']}"
    assert real.get(where)["journal"]["status"] == "completed"


def test_a_console_killed_at_moments_of_chance_has_every_measurement_once(real: Real, tmp_path: Path) -> None:
    count, seed = int(os.environ.get("RTK_PUBLISHED", "3")), int(os.environ.get("RTK_SEED", random.randrange(2**32)))
    print(f"RTK_SEED={seed} RTK_PUBLISHED={count}")
    chance, over = random.Random(seed), threading.Event()
    home = Home(tmp_path, {"RTK_URL": real.url, "RTK_TOKEN": real.token, "CI": "1"})
    home.verification(lasts=4, every=0.02)

    def killing() -> None:
        while not over.wait(chance.uniform(0.5, 3)):
            real.kill()
            real.up()

    killer = threading.Thread(target=killing)
    killer.start()
    try:
        for _ in range(count):
            ended = home.chaos("verify", "verification.json")
            assert ended.code == 0, ended.out
    finally:
        over.set()
        killer.join()
    sent = home.chaos("publish", "--pending")
    assert sent.code == 0, sent.out
    for record in home.records():
        published(real, record)
