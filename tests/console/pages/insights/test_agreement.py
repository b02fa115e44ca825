"""A run's page, the files it gives and the API tell what the machine told that ran it."""

import re
from functools import cache
from itertools import islice
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from django.test import Client

from rtk.console.people import tokens
from rtk.console.people.models import SCOPES
from rtk.console.store.models import Run
from rtk.insight.facts import Facts
from rtk.insight.insight import insight
from rtk.insight.shape import Insight
from tests.console.pages.insights.made import a_run, browser_of, path_of, told
from tests.console.people.world import World
from tests.report.judged import facts, record
from tests.report.test_agreement import SEEDS, WORDS, judged, of_junit, of_the_lines, plain

EACH = 3  # runs of every kind


class Kept(NamedTuple):
    """A run in a console, and what its own machine made of it."""

    run: Run
    facts: Facts
    insight: Insight


@cache
def seeds() -> tuple[int, ...]:
    """Some of the runs that all reports agree on, as many of each kind."""
    of = {word: (seed for seed in SEEDS if of_the_lines(*judged(seed)).word == word) for word in WORDS}
    return tuple(seed for word in WORDS for seed in islice(of[word], EACH))


def kept(world: World, seed: int) -> Kept:
    head, *entries = record(seed)
    run = a_run(world, **head["plan"])
    whole = [{**head, "run": str(run.id)}, *entries]
    known = facts(whole)
    return Kept(told(run, whole), known, insight(known))


@pytest.fixture
def runs(world: World) -> list[Kept]:
    """Runs of every kind in a console, told entry by entry."""
    return [kept(world, seed) for seed in seeds()]


def on_the_page(browser: Client, run: Run) -> tuple[str, str]:
    """The verdict in a word, and the sentence beside it."""
    text = browser.get(path_of(run)).content.decode()
    word = re.search(r'<h2 class="verdict-word"[^>]*>(.*?)</h2>', text, re.DOTALL)
    headline = re.search(r'<p class="verdict-headline">(.*?)</p>', text, re.DOTALL)
    assert word, run.id
    assert headline, run.id
    return plain(word[1]).removeprefix("Verdict: "), plain(headline[1])


def test_the_page_tells_the_verdict_that_the_machine_told(world: World, runs: list[Kept]) -> None:
    browser = browser_of(world)
    for each in runs:
        word = of_the_lines(each.insight, each.facts).word
        assert on_the_page(browser, each.run) == (word, plain(each.insight.headline))


def test_the_api_gives_the_insight_that_the_machine_computed(world: World, runs: list[Kept]) -> None:
    api = Client(headers={"Authorization": f"Bearer {tokens.make(world.member, 'machine', SCOPES)[1]}"})
    team = f"/api/v1/organizations/{world.org.id}/teams/{world.shop.id}"
    for each in runs:
        answer = api.get(f"{team}/verifications/{each.run.verification_id}/runs/{each.run.id}/insight").json()
        found = each.insight
        assert (answer["verdict"], answer["headline"]) == (found.figures.verdict, found.headline)
        assert answer["proven_at_most"] == found.figures.proven_at_most
        assert (answer["proof"] or {}).get("at_least") == (found.proof.at_least if found.proof else None)
        assert (answer["occurrence"] or {}).get("answer") == (found.occurrence.answer if found.occurrence else None)


def test_the_files_that_the_page_gives_tell_it_too(world: World, runs: list[Kept]) -> None:
    browser = browser_of(world)
    for each in runs:
        text = browser.get(f"{path_of(each.run)}/report.md").content.decode()
        assert text.startswith("### ")
        assert f" {of_the_lines(each.insight, each.facts).word}: " in text.splitlines()[0]
        assert plain(each.insight.headline) in plain(text)
        suite = ElementTree.fromstring(browser.get(f"{path_of(each.run)}/report.xml").content.decode())
        outcome, _ = of_junit(each.insight, each.facts)
        problems = {case.attrib["name"]: case for case in suite.iter("testcase")}
        (case,) = (problems[name] for name in problems if name.startswith("objective: "))
        assert ("passed" if len(case) == 0 else case[0].tag) == outcome
