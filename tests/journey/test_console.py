"""From nothing to an execution and a run on one's own console, as a newcomer would: real commands in an empty home."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console.commands import url_in
from tests.console.conftest import place
from tests.console.live import Machine
from tests.publish.home import experiment

pytestmark = pytest.mark.timeout(600)
LIMIT = 180  # seconds a command may take on a machine that is busy
PROVISION = ("provision", "--email", "alice@example.org", "--organization", "Acme", "--team", "Web", "--token-file")


class Newcomer:
    """Somebody at a machine with nothing but the packages: no settings, no data, no console."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: object) -> str:
        """What a command says, which ends well."""
        done = self.tried(*words)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def tried(self, *words: object) -> "subprocess.CompletedProcess[str]":
        environ = {"HOME": str(self.home), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        if os.geteuid() == 0:  # whose data would go to the machine's own place
            environ["RTK_DATA"] = str(self.home / "data")
        return subprocess.run(
            [*map(str, words)],
            cwd=self.home,
            env={**environ, "LANG": "C.UTF-8", "CI": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def chaos(self, *words: object) -> str:
        """The same, of `chaos`, which waits until all is published: 30 s as in CI, for machines that are busy."""
        return self("chaos", "--no-version-check", *words)

    def write(self, name: str, document: Any) -> str:
        (self.home / name).write_text(json.dumps(document))
        return name

    def journal(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "journal.json").read_text()))


class Signed:
    """The newcomer, signed in to a console of their own, and a machine that reads it."""

    def __init__(self, newcomer: Newcomer) -> None:
        self.newcomer = newcomer
        self.url = url_in(newcomer("rtk", "up", "--detach", "--port", 0))
        newcomer("rtk", *PROVISION, "token")
        self.said = newcomer.chaos("signin", "--url", self.url, "--token-file", "token")
        self.machine = Machine(self.url, (newcomer.home / "token").read_text().strip())
        (organization,) = self.get("/organizations")
        (team,) = organization["teams"]
        self.team = f"/organizations/{organization['id']}/teams/{team['id']}"

    def get(self, path: str) -> Any:
        answer = self.machine("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.machine("POST", f"{self.team}{path}", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def executed(self) -> dict[str, Any]:
        """The execution that the last journal names, as the console has it."""
        block = next(each for each in self.newcomer.journal()["extensions"] if each["name"] == "chaosiq")
        path = f"{self.team}/experiments/{block['experiment_id']}/executions/{block['execution_id']}"
        return dict(self.get(path))


@pytest.fixture(scope="module")
def signed() -> Iterator[Signed]:
    """A console in an empty home, and its first user, signed in on the same machine."""
    with place() as directory:
        newcomer = Newcomer(Path(directory) / "home")
        newcomer.home.mkdir(mode=0o711)
        try:
            yield Signed(newcomer)
        finally:
            newcomer.tried("rtk", "down")


@pytest.fixture(scope="module")
def asset(signed: Signed) -> str:
    """The address of a verification that was made in the console."""
    form = {
        "name": "Steady while burnt",
        "experiment": experiment(),
        "frequency": 0.05,
        "duration": 1.0,
        "outage_lasts": 0.05,
    }
    objective = {"name": "It is steady", "target": 0.2, "window": 3600}
    made = signed.post("/verifications", {**form, "objective": objective})
    return f"{signed.url}/assets/verifications/{made['id']}.json"


def test_signing_in_says_where_everything_goes(signed: Signed) -> None:
    assert "will be published to team 'Web' in organization 'Acme'" in signed.said
    settings = signed.newcomer.home / ".chaostoolkit" / "settings.yaml"
    assert settings.stat().st_mode & 0o777 == 0o600


def test_an_execution_is_published_and_read_back(signed: Signed) -> None:
    signed.newcomer.write("experiment.json", experiment())
    said = signed.newcomer.chaos("run", "experiment.json")
    assert f"Execution available at {signed.url}/acme/web/executions/" in said
    execution = signed.executed()
    assert (execution["status"], execution["deviated"]) == ("completed", False)
    assert execution["journal"]["run"] == signed.newcomer.journal()["run"]
    told = [(each["kind"], each["subject"]) for each in signed.get(f"{signed.team}/timeline")["items"]]
    assert told.count(("execution.experiment-finished", execution["id"])) == 1
    assert told.count(("experiment.imported", execution["experiment_id"])) == 1


def test_an_experiment_run_from_its_address_is_one_with_two_executions(signed: Signed) -> None:
    made = signed.post("/experiments", {"experiment": {**experiment(), "title": "From an address"}})
    source = f"{signed.url}/assets/experiments/{made['id']}.json"
    executions = []
    for _ in range(2):
        signed.newcomer.chaos("run", source)
        executions.append(signed.executed())
    assert [each["experiment_id"] for each in executions] == [made["id"]] * 2
    assert executions[0]["id"] != executions[1]["id"]
    assert {each["status"] for each in executions} == {"completed"}


def test_a_run_of_a_verification_in_the_console_is_published_and_read_back(signed: Signed, asset: str) -> None:
    signed.newcomer.chaos("verify", "--wait-publish", "120s", asset)
    verification = asset.removeprefix(f"{signed.url}/assets").removesuffix(".json")
    (run,) = signed.get(f"{signed.team}{verification}/runs")["items"]
    assert (run["state"], run["status"], run["verdict"]) == ("ended", "completed", "pass")
    path = f"{signed.team}/verifications/{run['verification_id']}/runs/{run['id']}"
    journal = signed.newcomer.journal()
    ours = next(each for each in journal["extensions"] if "insight" in each)["insight"]
    insight = signed.get(f"{path}/insight")
    assert insight["planned"] == 20
    for key in ("planned", "met", "deviated", "missed", "verdict", "coverage", "restored", "budget_s"):
        assert insight[key] == ours[key], key
    measured = signed.get(f"{path}/measurements?limit=1000")["items"]
    measured.sort(key=lambda each: each["slot"])  # they come in the order in which they ended
    conditions = [(each["phase"], each["slot"]) for each in measured if each["phase"] != "undo"]
    assert conditions == [("conditions", slot) for slot in range(20)]
    assert [each["slot"] for each in measured if each["phase"] == "undo"] == list(range(len(measured) - 20))
    assert len(measured) > 20, "measured while it was undone, too"
    execution = signed.get(f"{signed.team}/experiments/{run['experiment_id']}/executions/{run['execution_id']}")
    assert execution["journal"]["status"] == "completed"


def test_what_was_published_is_published_again_without_a_second_one(signed: Signed) -> None:
    signed.newcomer.write("again.json", experiment(title="Told again"))
    signed.newcomer.chaos("run", "again.json")
    before = signed.executed()
    signed.newcomer.chaos("publish", "journal.json")
    assert signed.executed()["id"] == before["id"]
