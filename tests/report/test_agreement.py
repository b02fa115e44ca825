"""Whoever reads of a run reads the same: terminal, lines, Markdown, JUnit, HTML, JSON, console and exit code."""

import json
import re
from collections import Counter
from functools import cache
from html import unescape
from io import StringIO
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from rich.console import Console

from rtk.cli.exit_codes import exit_code
from rtk.console.pages.insights.stored_insight import insight_from
from rtk.insight.facts import Facts
from rtk.insight.insight import insight
from rtk.insight.occurrence import Allowance
from rtk.insight.shape import Insight, InvalidReason
from rtk.insight.stops import StopCause
from rtk.report.costing import QUESTION
from rtk.report.html import html
from rtk.report.junit import junit
from rtk.report.lines import lines
from rtk.report.markdown import markdown
from rtk.report.marks import ALLOWANCES
from rtk.report.screen import screen
from rtk.report.story import story
from rtk.report.write import as_json
from tests.report.judged import facts, record

SEEDS = range(200)
WORDS = ("pass", "fail", "inconclusive", "invalid", "no verdict", "not begun")


class Told(NamedTuple):
    """What a reader takes from a report: the verdict in a word, and the sentence beside it."""

    word: str
    headline: str


@cache
def judged(seed: int) -> tuple[Insight, Facts]:
    known = facts(record(seed))
    return insight(known), known


def plain(text: str) -> str:
    """A text without what reports lay it out by: markup, and more than one space."""
    bare = re.sub(r"[\\*\u200b]", "", unescape(re.sub(r"<[^>]+>", " ", text)))
    return " ".join(bare.split())


def on_the_terminal(found: Insight, known: Facts) -> str:
    out = StringIO()
    Console(file=out, width=200, force_terminal=False).print(screen(found, known))
    return out.getvalue()


def of_the_screen(found: Insight, known: Facts) -> Told:
    text = on_the_terminal(found, known)
    (word,) = re.findall(r"^ +\S (pass|fail|inconclusive|invalid|no verdict|not begun)  ", text, re.MULTILINE)
    return Told(word, plain(text))


def of_the_lines(found: Insight, known: Facts) -> Told:
    (told,) = (line for line in lines(found, known) if line.startswith("Verdict: "))
    word, _, headline = told.removeprefix("Verdict: ").partition(". ")
    return Told(word, plain(headline))


def of_markdown(found: Insight, known: Facts) -> Told:
    text = markdown(found, known)
    first = re.match(r"### \S ([\w ]+): ", text)
    assert first
    return Told(first[1], plain(text))


def of_html(found: Insight, known: Facts) -> Told:
    text = plain(re.sub(r"(?s)<(style|svg|head).*?</\1>", " ", html(found, known)))
    return Told(next(word for word in sorted(WORDS, key=text.find) if word in text), text)


READERS = {"screen": of_the_screen, "lines": of_the_lines, "markdown": of_markdown, "html": of_html}


def of_junit(found: Insight, known: Facts) -> tuple[str, str]:
    """What a CI server takes from it: how the case of the objective came out, and what it says."""
    cases = ElementTree.fromstring(junit(found, known)).iter("testcase")
    (case,) = (each for each in cases if each.attrib["name"].startswith("objective: "))
    problem = next(iter(case), None)
    return ("passed", "") if problem is None else (problem.tag, problem.attrib["message"])


def costs(text: str) -> str:
    """The answer in a word to what one occurrence costs; empty where nobody asked."""
    found = re.search(rf"^{re.escape(QUESTION)} ([\w ]+): ", text, re.MULTILINE)
    return found[1] if found else ""


def ends_with(word: str, text: str, *, strict: bool, strict_cost: bool) -> int:
    """What the reference says of exit codes, by the words that the lines show."""
    if "NOT RESTORED: " in text:
        return 5
    if word in ("invalid", "not begun"):
        return {"invalid": 4, "not begun": 1}[word]
    if word == "fail" or (strict_cost and costs(text) == ALLOWANCES[Allowance.BEYOND].word):
        return 2
    return 3 if strict and word != "pass" else 0


def test_the_runs_are_of_every_kind() -> None:
    words = Counter(of_the_lines(*judged(seed)).word for seed in SEEDS)
    assert set(words) == set(WORDS)
    assert min(words.values()) >= 5, words
    found = [judged(seed)[0] for seed in SEEDS]
    assert {each.invalid_reason for each in found} == {None, *InvalidReason}
    assert {StopCause.BASELINE_BROKEN, StopCause.DECIDED} <= {each.stop_cause for each in found}


@pytest.mark.parametrize("reader", READERS)
def test_every_report_tells_the_verdict_of_the_insight_with_its_sentence(reader: str) -> None:
    for seed in SEEDS:
        found, known = judged(seed)
        word = found.figures.verdict or ("not begun" if found.status == "failed" else "no verdict")
        told = READERS[reader](found, known)
        assert told.word == word, f"{reader} of run {seed}"
        assert plain(found.headline) in told.headline, f"{reader} of run {seed}"


def test_junit_has_the_objective_come_out_so() -> None:
    outcomes = {"pass": "passed", "fail": "failure", "inconclusive": "skipped", "invalid": "error", None: "skipped"}
    for seed in SEEDS:
        found, known = judged(seed)
        outcome, message = of_junit(found, known)
        assert outcome == outcomes[found.figures.verdict], seed
        assert outcome == "passed" or plain(message).startswith(plain(found.headline)[:200]), seed


@pytest.mark.parametrize("strict", [False, True])
def test_the_exit_code_is_the_one_that_the_words_stand_for(strict: bool) -> None:
    for seed in SEEDS:
        found, known = judged(seed)
        text = "\n".join(lines(found, known))
        if found.status in ("interrupted", "aborted") and not found.figures.met + found.figures.deviated:
            continue  # which could not run, whatever was told of it
        word, strict_cost = of_the_lines(found, known).word, known.occurs is not None and known.occurs.strict
        assert exit_code(found, strict=strict) == ends_with(word, text, strict=strict, strict_cost=strict_cost), seed


def test_what_an_occurrence_costs_is_one_answer_everywhere() -> None:
    answers = Counter[str]()
    for seed in SEEDS:
        found, known = judged(seed)
        word = costs("\n".join(lines(found, known)))
        answers[word] += 1
        priced = found.occurrence
        assert word in ("", priced and ALLOWANCES[priced.answer].word)
        assert not word or word in plain(markdown(found, known))
        assert not word or word in on_the_terminal(found, known)
        cases = ElementTree.fromstring(junit(found, known)).iter("testcase")
        wrong = [case.attrib["name"] for case in cases if case.attrib["name"].startswith("cost: ") and len(case)]
        assert bool(wrong) == (priced is not None and priced.answer is not Allowance.WITHIN), seed
    assert {each.word for each in ALLOWANCES.values()} <= set(answers), answers


def test_what_is_proven_is_one_figure_everywhere() -> None:
    for seed in SEEDS:
        found, known = judged(seed)
        (told,) = (figure.value for figure in story(found, known).figures if figure.label == "Proven at least")
        assert f'proven at least" value="{told}"' in junit(found, known), seed
        kept = json.loads(as_json(found, known))
        assert (kept["verdict"], kept["headline"]) == (found.figures.verdict, found.headline)
        assert (kept["proof"] or {}).get("at_least") == (found.proof.at_least if found.proof else None)


def test_what_a_console_keeps_is_told_as_what_the_machine_computed() -> None:
    for seed in SEEDS:
        found, known = judged(seed)
        kept = insight_from(json.loads(as_json(found, known)))
        assert kept is not None, seed
        assert story(kept, known) == story(found, known), seed
