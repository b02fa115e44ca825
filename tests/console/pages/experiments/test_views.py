"""The pages of experiments: what they do in words, what they need, who uses them."""

import copy
from typing import Any

import pytest
from django.test import Client

from rtk.console.store import experiments
from rtk.console.store.models import Experiment
from tests.console.live import EXPERIMENT
from tests.console.pages.asked import MOST, asked
from tests.console.pages.insights.made import browser_of, ended, text_of
from tests.console.people.world import World, signed_in

LIST = "/acme/shop/experiments"
HOSTILE = "<img src=x onerror=alert(1)>"
RICH: dict[str, Any] = {
    **EXPERIMENT,
    "contributions": {"reliability": "high", "availability": "high", "security": "none"},
    "configuration": {
        "endpoint_url": {"type": "env", "key": "ENDPOINT_URL"},
        "region": {"type": "env", "key": "REGION", "default": "eu"},
        "retries": 3,
    },
    "method": [
        {
            "type": "action",
            "name": "stop-instances",
            "provider": {
                "type": "python",
                "module": "chaosaws.ec2.actions",
                "func": "stop_instances",
                "arguments": {"instance_ids": ["i-1"]},
            },
            "pauses": {"after": 5},
            "background": True,
        },
        {"ref": "checkout"},
    ],
    "rollbacks": [],
}


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world)


def kept(world: World, document: dict[str, Any] | None = None) -> Experiment:
    return experiments.keep(world.shop, world.member, copy.deepcopy(document or EXPERIMENT))[0]


def test_an_empty_list_says_how_experiments_come(world: World, browser: Client) -> None:
    assert 'href="/acme/shop/import"' in text_of(browser, LIST)
    seen = text_of(signed_in(world.viewer), LIST)
    assert "No experiments yet" in seen
    assert 'href="/acme/shop/import"' not in seen


def test_the_list_tells_who_uses_an_experiment_and_how_often_it_was_executed(world: World, browser: Client) -> None:
    run = ended(world)
    page = text_of(browser, LIST)
    assert f'href="/acme/shop/verifications/{run.verification_id}"' in page
    assert f'href="/acme/shop/executions?experiment={run.experiment_id}">1</a>' in page
    assert "by Mary" in page


def test_the_page_tells_how_to_run_it_with_what_it_needs(world: World, browser: Client) -> None:
    made = kept(world, RICH)
    page = text_of(browser, f"{LIST}/{made.id}")
    assert f"ENDPOINT_URL=… chaos run http://localhost:8000/assets/experiments/{made.id}.json" in page
    assert f'href="/assets/experiments/{made.id}.json"' in page
    assert f'href="/acme/shop/import?experiment={made.id}"' in page
    assert "pip install chaostoolkit-aws" in page
    assert "no, there is a default" in page
    assert "REGION=" not in page


def test_a_variable_that_is_no_name_is_never_part_of_the_command(world: World, browser: Client) -> None:
    made = kept(world, {**RICH, "configuration": {"x": {"type": "env", "key": "A=1; rm -rf ~; B"}}})
    page = text_of(browser, f"{LIST}/{made.id}")
    assert f">chaos run http://localhost:8000/assets/experiments/{made.id}.json</code>" in page


def test_steps_are_told_in_words(world: World, browser: Client) -> None:
    page = text_of(browser, f"{LIST}/{kept(world, RICH).id}")
    assert "Python: stop_instances of chaosaws.ec2.actions" in page
    assert "the next step does not wait for it" in page
    assert "Met when the response takes from 0 to 6,000 ms." in page
    assert "as it is written elsewhere in this experiment" in page
    assert "None: nothing is undone." in page
    assert "high: reliability, availability" in page
    assert "the experiment has no rollbacks, so nothing undoes this" in page


@pytest.mark.parametrize(
    "document",
    [
        {"title": "only a title"},
        {"title": "odd", "method": 3, "steady-state-hypothesis": [], "rollbacks": {"a": 1}, "contributions": [1]},
        {"title": "odd", "method": [None, 3, {"name": 3, "provider": []}], "tags": [1, "a"], "description": {}},
        {"title": "odd", "steady-state-hypothesis": {"probes": [{"tolerance": {"type": "range", "range": 3}}]}},
        {"title": "odd", "configuration": [], "secrets": 3, "extensions": {}},
    ],
)
def test_whatever_an_old_client_sent_is_shown(world: World, browser: Client, document: dict[str, Any]) -> None:
    made = kept(world, document)
    assert document["title"] in text_of(browser, f"{LIST}/{made.id}")
    assert document["title"] in text_of(browser, LIST)


def test_hostile_text_is_only_text(world: World, browser: Client) -> None:
    step = {"type": HOSTILE, "name": HOSTILE, "provider": {"type": "process", "path": HOSTILE, "arguments": [HOSTILE]}}
    document = {**RICH, "title": HOSTILE, "description": HOSTILE, "tags": [HOSTILE], "method": [step], HOSTILE: HOSTILE}
    made = kept(world, {**document, "configuration": {HOSTILE: HOSTILE}, "contributions": {HOSTILE: HOSTILE}})
    for path in (LIST, f"{LIST}/{made.id}"):
        page = browser.get(path).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_a_large_file_is_shown_by_its_beginning(world: World, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before_the_bound:
        before_the_bound.setenv("RTK_ACTIVITIES", "2000")
        made = kept(world, {**RICH, "description": "x" * 2_000_000, "method": RICH["method"] * 500})
    page = browser.get(f"{LIST}/{made.id}").content
    assert len(page) < 1_000_000
    assert b"This is the beginning" in page
    assert b"and 800 more, in the file." in page


def test_an_experiment_is_archived_and_brought_back(world: World, browser: Client) -> None:
    made = kept(world)
    browser.post(f"{LIST}/{made.id}/archive")
    assert "No experiments yet" in text_of(browser, LIST)
    assert made.title in text_of(browser, f"{LIST}?archived=1")
    assert "Bring back" in text_of(browser, f"{LIST}/{made.id}")
    browser.post(f"{LIST}/{made.id}/archive", {"back": "1"})
    assert made.title in text_of(browser, f"{LIST}?tag=shop")


def test_pages_of_experiments_ask_few_questions(world: World, browser: Client) -> None:
    run = ended(world)
    kept(world, RICH)
    for path in (LIST, f"{LIST}/{run.experiment_id}"):
        assert asked(browser, path) <= MOST, path


def test_a_verification_is_made_of_an_experiment_that_is_there(world: World, browser: Client) -> None:
    made = kept(world, RICH)
    page = text_of(browser, f"/acme/shop/import?experiment={made.id}")
    assert "stop-instances" in page
    assert "&quot;chaosaws.ec2.actions&quot;" in page
    assert f'value="{made.title}"' in page
    theirs = experiments.keep(world.bank, world.owner, copy.deepcopy(EXPERIMENT))[0]
    for key in (theirs.id, "nonsense"):
        assert browser.get(f"/acme/shop/import?experiment={key}").status_code == 404
