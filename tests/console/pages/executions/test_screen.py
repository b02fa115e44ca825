"""The page of an execution in a browser: one that runs refreshes itself, and JSON folds."""

import json

from playwright.sync_api import expect

from rtk.console.store import executions, experiments
from rtk.console.store.models import Execution
from tests.console.live import EXPERIMENT, Live
from tests.console.pages.browser import Screen

RUNNING = {"status": "running", "experiment": EXPERIMENT}
ENDED = {
    **RUNNING,
    "status": "completed",
    "start": "2026-01-01T12:00:00",
    "end": "2026-01-01T12:00:09",
    "run": [{"activity": {"name": "inject-cpu", "type": "action"}, "status": "succeeded", "output": "</script>"}],
}


def begun(site: Live) -> Execution:
    """An execution under way."""
    raw, member = json.dumps(RUNNING).encode(), site.world.member
    experiment = experiments.keep(site.world.shop, member, EXPERIMENT)[0]
    return executions.make(site.world.shop, member, experiment, raw, executions.journal_of(raw))


def test_a_running_one_is_there_with_its_journal_once_it_ended(site: Live, screen: Screen) -> None:
    execution = begun(site)
    page = screen.open(f"/acme/shop/executions/{execution.id}")
    expect(page.get_by_text("Nothing was told of it yet.")).to_be_visible()
    executions.told(execution, site.world.member, "1", "starting-activity", {"context": {"name": "inject-cpu"}})
    expect(page.get_by_text("Activity “inject-cpu” began").first).to_be_visible(timeout=15_000)
    executions.update(execution, site.world.member, json.dumps(ENDED).encode())
    expect(page.get_by_text("9 s", exact=True)).to_be_visible(timeout=15_000)
    part = page.get_by_role("heading", name="run", exact=True)
    expect(page.get_by_label("run as JSON")).to_be_hidden()
    part.click()
    expect(page.get_by_label("run as JSON")).to_contain_text("</script>")
