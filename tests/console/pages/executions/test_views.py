"""The pages of executions: lists of what ran and runs, and the journal of each as a story and as it came."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from rtk.console.store import executions, experiments, runs
from rtk.console.store.models import Execution, Run
from tests.console.api.old import event
from tests.console.live import EXPERIMENT
from tests.console.pages.asked import MOST, asked
from tests.console.pages.insights.made import a_run, browser_of, ended, text_of, told
from tests.console.people.world import World

LIST = "/acme/shop/executions"
HOSTILE = "</code><script>alert(1)</script>"


def activity(name: str, at: int, **values: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": "stress", "arguments": "--cpu 1"}
    return {
        "activity": {"type": "action", "name": name, "provider": provider},
        "output": "done",
        "status": "succeeded",
        "start": f"2020-04-17T11:57:{at:02}.5",
        "end": f"2020-04-17T11:57:{at + 1:02}.5",
        "duration": 99,
        **values,
    }


JOURNAL: dict[str, Any] = {
    "chaoslib-version": "1.15.1",
    "experiment": EXPERIMENT,
    "start": "2020-04-17T11:57:17",
    "end": "2020-04-17T11:57:40",
    "duration": 25.0,
    "status": "completed",
    "deviated": True,
    "steady_states": {
        "before": {"steady_state_met": True, "probes": [activity("checkout", 18, tolerance_met=True, output=65.5)]},
        "after": {"steady_state_met": False, "probes": [activity("checkout", 35, tolerance_met=False, output=9000)]},
        "during": [{"steady_state_met": True, "probes": []}, {"steady_state_met": None, "probes": []}],
    },
    "run": [
        activity("inject-cpu", 20),
        activity("break", 25, status="failed", exception=["Traceback\n", "ActivityFailed: it exited with 3\n"]),
    ],
    "rollbacks": [activity("stop-cpu", 38)],
    "of-a-later-release": {"kept": ["and", "shown"]},
}


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world)


def executed(world: World, journal: Any = None, **changed: Any) -> Execution:
    """An execution with a journal, JOURNAL unless another is given."""
    raw = json.dumps({**JOURNAL, **changed} if journal is None else journal).encode()
    experiment = experiments.keep(world.shop, world.member, EXPERIMENT)[0]
    return executions.make(world.shop, world.member, experiment, raw, executions.journal_of(raw))


def page_of(browser: Client, execution: Execution) -> str:
    return text_of(browser, f"{LIST}/{execution.id}")


def test_lists_that_are_empty_say_what_appears_there(browser: Client) -> None:
    assert "No executions yet" in text_of(browser, LIST)
    assert "Nothing is running" in text_of(browser, f"{LIST}/running")
    assert "No executions yet" in text_of(browser, "/acme/executions")


def test_a_finished_one_tells_its_status_and_how_long_it_took_by_one_clock(world: World, browser: Client) -> None:
    execution = executed(world)
    page = text_of(browser, LIST)
    assert f'href="{LIST}/{execution.id}"' in page
    assert "completed" in page
    assert "deviated" in page
    assert "23 s" in page
    detail = page_of(browser, execution)
    assert "17 Apr 2020, 11:57:17 UTC" in detail
    assert "17 Apr 2020, 11:57:40 UTC" in detail
    assert "23 s" in detail
    assert "25" not in detail.split("Journal</h2>")[0].split("datagrid")[5]


def test_a_duration_that_is_not_known_is_never_zero(world: World, browser: Client) -> None:
    execution = executed(world, {"status": "completed", "experiment": EXPERIMENT})
    for page in (text_of(browser, LIST), page_of(browser, execution)):
        assert "not told" in page
        assert "0:00:00" not in page


def test_the_story_tells_phases_in_order_and_what_failed_first(world: World, browser: Client) -> None:
    page = page_of(browser, executed(world))
    titles = ["Hypothesis before", "Method", "Measurements", "Hypothesis after", "Rollbacks"]
    places = [page.index(f">{title}</h2>") for title in titles]
    assert places == sorted(places)
    assert "2 while the method played: 1 met, 1 not made." in page
    assert "<strong>break</strong>, in “Method”" in page
    assert "ActivityFailed: it exited with 3" in page
    assert "tolerance not met" in page
    assert "Process: stress" in page


def test_keys_that_nobody_knows_are_shown(world: World, browser: Client) -> None:
    page = page_of(browser, executed(world, run=[activity("x", 20, **{"new-key": "new value"})], note="a new word"))
    for text in ("of-a-later-release", "&quot;shown&quot;", "new-key", "new value", "a new word"):
        assert text in page


def test_the_journal_is_downloaded_as_it_came_and_read_by_parts(world: World, browser: Client) -> None:
    execution = executed(world, run=[activity("x", 20, output={"lines": ["y" * 900]})])
    path = f"{LIST}/{execution.id}/journal"
    whole = browser.get(path)
    assert whole.content == execution.journal
    assert whole["Content-Disposition"] == f'attachment; filename="journal-{execution.id}.json"'
    link = f"{path}?p=run&amp;p=0&amp;p=output"
    assert link in page_of(browser, execution)
    part = browser.get(link.replace("&amp;", "&"))
    assert part["Content-Type"] == "text/plain; charset=utf-8"
    assert part["X-Content-Type-Options"] == "nosniff"
    assert json.loads(part.content) == {"lines": ["y" * 900]}
    for nowhere in ("?p=nothing", "?p=run&p=7", "?p=run&p=-1", "?p=run&p=0&p=output&p=a&p=b"):
        assert browser.get(path + nowhere).status_code == 404


def test_hostile_content_is_only_text(world: World, browser: Client) -> None:
    bad = activity(HOSTILE, 20, output=HOSTILE, status=HOSTILE, exception=[HOSTILE], **{HOSTILE: HOSTILE})
    execution = executed(world, run=[bad], **{HOSTILE: {HOSTILE: HOSTILE}}, status=HOSTILE[:40])
    executions.told(execution, world.member, "1", "starting-activity", {"context": {"name": HOSTILE}})
    executions.told(execution, world.member, "2", HOSTILE, {"error": HOSTILE})
    for page in (browser.get(LIST).content.decode(), browser.get(f"{LIST}/{execution.id}").content.decode()):
        assert "<script>alert" not in page


@pytest.mark.parametrize(
    "changed",
    [
        {"run": 3, "rollbacks": "x", "steady_states": []},
        {"run": [None, 3, [], {}, {"activity": 3, "output": None, "status": 5, "start": 7, "exception": {"a": 1}}]},
        {"steady_states": {"before": None, "during": [3, None, {"steady_state_met": "x"}], "after": {"probes": {}}}},
        {"start": "0001-01-01T00:00:00+14:00", "end": "never", "duration": "long"},
        {"start": "2020-01-02T00:00:00", "end": "2020-01-01T00:00:00", "duration": -3},
        {"run": [{"activity": {"name": "x"}, "output": "a" * 4000, "duration": -1}]},
    ],
)
def test_whatever_a_journal_holds_is_shown(world: World, browser: Client, changed: dict[str, Any]) -> None:
    execution = executed(world, **changed)
    assert EXPERIMENT["title"] in page_of(browser, execution)
    assert EXPERIMENT["title"] in text_of(browser, LIST)
    assert browser.get(f"{LIST}/{execution.id}/journal?p=run").status_code == 200


def test_a_journal_of_five_megabytes_makes_no_large_page(world: World, browser: Client) -> None:
    many = [activity(f"step-{n}", 20, output="z" * 4000) for n in range(1_200)]
    execution = executed(world, run=many, notes="n" * 400_000)
    assert len(execution.journal or b"") > 5_000_000
    page = browser.get(f"{LIST}/{execution.id}").content
    assert b"and 1100 more, in the journal." in page
    assert len(page) < 400_000


def test_a_running_one_names_what_was_told_last_and_refreshes_itself(world: World, browser: Client) -> None:
    execution = executed(world, {"status": "running", "experiment": EXPERIMENT})
    assert "nothing yet" in text_of(browser, f"{LIST}/running")
    told_of = event("starting-activity", data=json.dumps({"context": {"name": "inject-cpu"}}))
    executions.told(execution, world.member, told_of["id"], told_of["type"], json.loads(told_of["data"]))
    assert "Activity “inject-cpu” began" in text_of(browser, f"{LIST}/running")
    assert EXPERIMENT["title"] not in text_of(browser, LIST)
    page = page_of(browser, execution)
    assert 'hx-trigger="every 5s"' in page
    assert "Events told (1)" in page
    assert "not yet" in page
    assert "goes on" in page
    executions.update(execution, world.member, json.dumps(JOURNAL).encode())
    assert "hx-trigger" not in page_of(browser, execution).split("<main")[1]


def test_a_page_that_asks_again_is_answered_when_something_has_changed(world: World, browser: Client) -> None:
    execution = executed(world, {"status": "running", "experiment": EXPERIMENT})
    for path in (f"{LIST}/{execution.id}", f"{LIST}/running", "/acme/executions?state=running"):
        again = re.search(r'hx-get="([^"]+seen=[^"]+)"', browser.get(path).content.decode())
        assert again
        asks = again[1].replace("&amp;", "&")
        assert browser.get(asks, headers={"HX-Request": "true"}).status_code == 204
        assert browser.get(asks).status_code == 200
        executions.told(execution, world.member, path, "starting-method", {})
        assert browser.get(asks, headers={"HX-Request": "true"}).status_code == 200


def test_one_that_was_silent_for_a_day_has_lost_contact(world: World, browser: Client) -> None:
    execution = executed(world, {"status": "running", "experiment": EXPERIMENT})
    Execution.objects.update(created_at=now() - timedelta(days=6))
    assert "lost contact" in text_of(browser, f"{LIST}/running")
    assert "it may go on, or have died" in page_of(browser, execution)


def test_one_of_a_run_leads_to_its_insight_and_tells_its_verdict(world: World, browser: Client) -> None:
    run = ended(world, ["deviated"] * 30)
    runs.end(run, world.member, json.dumps(JOURNAL).encode(), None)
    for page in (text_of(browser, LIST), text_of(browser, f"{LIST}/{run.execution_id}")):
        assert f'href="/acme/shop/insights/{run.id}"' in page
        assert "fail" in page


def test_one_of_a_run_under_way_is_as_the_run_is(world: World, browser: Client) -> None:
    run = told(a_run(world), [{"t": 1.0, "kind": "intent", "role": "condition", "index": 0, "name": "inject-cpu"}])
    assert "Condition “inject-cpu” began" in text_of(browser, f"{LIST}/running")
    Run.objects.filter(id=run.id).update(heard_at=now() - timedelta(days=3), due_at=now() - timedelta(days=2))
    assert "abandoned" in text_of(browser, f"{LIST}/running")


def test_an_organization_shows_those_of_ones_teams_alone(world: World, browser: Client) -> None:
    executed(world)
    theirs = experiments.keep(world.bank, world.banker, {**EXPERIMENT, "title": "Of the bank"})[0]
    raw = json.dumps({"status": "completed", "experiment": {}}).encode()
    executions.make(world.bank, world.banker, theirs, raw, executions.journal_of(raw))
    page = text_of(browser, "/acme/executions")
    assert EXPERIMENT["title"] in page
    assert "Of the bank" not in page
    assert "Of the bank" in text_of(browser_of(world, "owner"), "/acme/executions")
    assert "Nothing is running" in text_of(browser, "/acme/executions?state=running")


def test_a_list_is_of_one_experiment_where_that_is_asked(world: World, browser: Client) -> None:
    execution = executed(world)
    assert "Show all" in text_of(browser, f"{LIST}?experiment={execution.experiment_id}")
    other = experiments.keep(world.shop, world.member, {**EXPERIMENT, "title": "Another"})[0]
    assert "No executions yet" in text_of(browser, f"{LIST}?experiment={other.id}")
    assert EXPERIMENT["title"] in text_of(browser, f"{LIST}?experiment=nonsense")


def test_pages_of_executions_ask_few_questions(world: World, browser: Client) -> None:
    execution = executed(world)
    executed(world, {"status": "running", "experiment": EXPERIMENT})
    run = ended(world)
    a_run(world)
    pages = (LIST, f"{LIST}/running", "/acme/executions", f"{LIST}/{execution.id}", f"{LIST}/{run.execution_id}")
    for path in pages:
        assert asked(browser, path) <= MOST, path
