"""How the promises of a team stand, found by id or name."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtk.cli.exit_codes import STANDING_CODES
from rtk.cli.main import rtk
from rtk.insight.standing_shape import StandingState
from tests.console.api.test_standing import run_of, verification
from tests.console.live import Live, Machine


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine(live.world.owner)


def test_the_promises_of_a_team_are_told_by_id_or_name(live: Live, machine: Machine) -> None:
    made = verification(live, machine)
    machine("PATCH", f"{live.team}/verifications/{made['id']}", json={"name": "named once"})
    place = f"{live.team}/standing"
    for query in ({"verification": "named once"}, {"verification": made["id"]}, {"objective": made["objective_id"]}):
        items = machine("GET", place, params=query).json()["items"]
        assert [each["verification"] for each in items] == [{"id": made["id"], "name": "named once"}]
    (item,) = items
    assert item["standing"]["says"] == ["Never tried: no run of this revision was judged."]
    assert item["url"].endswith(f"/acme/shop/verifications/{made['id']}")
    assert (item["frequency"], item["objective"]["name"]) == (10, "Checkout")
    assert made["id"] in {each["verification"]["id"] for each in machine("GET", place).json()["items"]}
    refused = machine("GET", place, params={"objective": "nobody's"})
    assert (refused.status_code, "there is none with this id or name" in refused.json()["detail"]) == (404, True)


def test_rtk_standing_reads_what_the_console_tells(
    live: Live, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = verification(live, machine)
    monkeypatch.setenv("RTK_URL", live.url)
    monkeypatch.setenv("RTK_TOKEN", str(live.machine(live.world.owner, "read").token))
    settings = {"settings_path": str(tmp_path / "settings.yaml")}

    def ended(*arguments: str) -> Result:
        team = ("--team", str(live.world.shop.id))
        return CliRunner().invoke(rtk, ["standing", "--verification", made["id"], *team, *arguments], obj=settings)

    untried = ended()
    assert (untried.exit_code, untried.output.splitlines()[:2]) == (
        STANDING_CODES[StandingState.NEVER_TRIED],
        ["v (Checkout)", "  Never tried: no run of this revision was judged."],
    )
    run_of(live, machine, made["id"], ["met"] * 30)
    tried = ended("--json")
    assert tried.exit_code == STANDING_CODES[StandingState.NOT_PROVEN]
    told = machine("GET", f"{live.team}/standing", params={"verification": made["id"]}).json()
    assert json.loads(tried.output) == {"state": "not-proven", "items": told["items"]}
