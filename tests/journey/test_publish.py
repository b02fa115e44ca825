"""Signing in to the real console, publishing a run and an execution, and reading them back."""

import json
from pathlib import Path

import pytest

from tests.journey.real import Real
from tests.publish.home import Home, experiment

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def home(real: Real, tmp_path: Path) -> Home:
    """A home that is signed in to the real console."""
    home = Home(tmp_path)
    (tmp_path / "token").write_text(real.token)
    signed = home.chaos("signin", "--url", real.url, "--token-file", "token")
    assert "published to team 'Web' in organization 'Acme'" in signed.out, signed.out
    return home


def test_a_run_is_read_back_as_it_was_recorded(real: Real, home: Home) -> None:
    home.verification(plan={"objective": {"target": 0.5}})
    ended = home.chaos("verify", "--wait-publish", "60s", "verification.json")
    assert ended.code == 0, ended.out
    record = home.records()[0]
    real.has(record)
    insight = real.get(f"{real.path_of(record)}/insight")
    journal = json.loads((home.path / "journal.json").read_text())
    ours = journal["extensions"][0]["insight"]
    keys = ("planned", "met", "deviated", "missed", "verdict")
    assert {key: insight[key] for key in keys} == {key: ours[key] for key in keys}


def test_an_execution_is_read_back_as_it_ended(real: Real, home: Home) -> None:
    home.write("experiment.json", experiment())
    assert home.chaos("run", "experiment.json").code == 0
    again = home.chaos("publish", "journal.json")
    assert again.code == 0, again.out
    journal = json.loads((home.path / "journal.json").read_text())
    block = journal["extensions"][-1]
    kept = real.get(f"{real.team()}/experiments/{block['experiment_id']}/executions/{block['execution_id']}")["journal"]
    assert kept["status"] == "completed"
    assert kept["run"] == journal["run"]
