"""The pages for those who come from elsewhere are played, and what they say of then and now is held to the code."""

import json
import re
import warnings
from importlib.metadata import entry_points

import pytest

from rtk.cli.commands.verify import verify
from tests.console.api.old import START, journal
from tests.docs.operations import Player, player
from tests.docs.pages import DOCS, blocks
from tests.docs.session import patient, shop
from tests.docs.test_commands import FIRST

BY = "tests/docs/test_operations_moves.py"
with warnings.catch_warnings():  # the Chaos Toolkit looks for its plugins in a way that is out of date
    warnings.simplefilter("ignore", DeprecationWarning)
    from chaostoolkit.commands.run import run as chaos_run

CHAOS_TOOLKIT = "how-to/move-from-the-chaos-toolkit.md"
OPTION = re.compile(r"--[a-z-]+")
OF_2020 = "how-to/move-from-the-2020-product.md"
pytestmark = pytest.mark.timeout(300)
WHO = "--email ada@example.org --organization Acme --team Web --token-file token"


def test_files_and_settings_of_2020_go_on_as_the_page_has_it() -> None:
    with player(BY) as page, shop(page.session.directory) as url:
        page.session.run(f"export ENDPOINT_URL={url}; rtk up --detach; rtk provision {WHO}")
        assert page.play(OF_2020) == 3
        page.session.run("chaos verify checkout.json")
        (known,) = told(page, "verifications")["items"]
        assert len(told(page, f"verifications/{known['id']}/runs")["items"]) == 2
        assert len(told(page, "verifications/dd1e52d0-454a-40b8-8864-5d34834191e6/runs")["items"]) == 2
        assert [each["name"] for each in told(page, "objectives")["items"]] == ["Checkout"]


def told(page: Player, what: str) -> dict[str, list[dict[str, object]]]:
    """What the console says of its one team."""
    call = 'curl -s -H "Authorization: Bearer $(cat token)" http://localhost:$RTK_PORT/api/v1/organizations'
    (org,) = json.loads(page.session.run(call)[0])
    path = f"{call}/{org['id']}/teams/{org['teams'][0]['id']}/{what}"
    found: dict[str, list[dict[str, object]]] = json.loads(page.session.run(path)[0])
    return found


def test_a_journal_of_2020_can_be_published() -> None:
    with player(BY) as page:
        page.session.run(
            f"rtk up --detach; rtk provision {WHO}; chaos signin --url http://localhost:$RTK_PORT --token-file token"
        )
        ended = journal(status="completed", end=START.isoformat(), duration=0.0)
        (page.session.directory / "kept.json").write_text(json.dumps(ended))
        printed, code = page.session.run("chaos publish kept.json")
        assert (code, printed.startswith("Published at http")) == (0, True), printed


def test_the_commands_of_2020_are_all_there() -> None:
    known = {entry.name for entry in entry_points(group="chaostoolkit.cli_plugins") if entry.module.startswith("rtk.")}
    of_2020 = {"signin", "org", "team", "publish", "enable", "disable", "verify"}
    assert of_2020 <= known
    text = (DOCS / OF_2020).read_text()
    assert all(f"`chaos {name}" in text for name in of_2020)


def test_what_chaos_run_plays_is_published_as_the_page_has_it() -> None:
    with player(BY) as page, shop(page.session.directory) as url:
        experiment = next(patient(block.text) for block in blocks(FIRST) if block.title == "experiment.json")
        (page.session.directory / "experiment.json").write_text(experiment)
        page.session.run(f"export ENDPOINT_URL={url}; rtk up --detach; rtk provision {WHO}")
        assert page.play(CHAOS_TOOLKIT, "On a console") == 1
        query = "psql \"host=$RTK_DATA/socket user=rtk dbname=rtk\" -tAc 'SELECT status FROM store_execution'"
        assert page.session.run(query)[0].split() == ["completed"]


def test_the_options_that_are_said_to_stay_are_those_of_chaos_run() -> None:
    theirs = {name for option in chaos_run.params for name in option.opts}
    ours = {name for option in verify.params for name in option.opts}
    assert {"--var", "--var-file", "--control-file", "--rollback-strategy", "--journal-path"} <= theirs & ours
    table = (
        (DOCS / CHAOS_TOOLKIT).read_text().partition("## What is said otherwise")[2].partition("## In the journal")[0]
    )
    rows = [row.split(" | ") for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(rows) == 28
    for then, now in rows:
        assert {*OPTION.findall(then)} <= theirs, then
        assert {*OPTION.findall(now)} <= ours, now
