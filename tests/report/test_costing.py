"""What one occurrence costs: all reports use one answer, so that none can differ from the exit code."""

import xml.etree.ElementTree as ET
from random import Random

import pytest

from rtk.cli.exit_codes import FAIL, OK, exit_code
from rtk.insight.facts import Facts
from rtk.insight.insight import insight
from rtk.insight.occurrence import Allowance
from rtk.insight.occurs import Occurs
from rtk.report.costing import QUESTION, answer_of, figures_of
from rtk.report.figure import FigureKey
from rtk.report.html import html
from rtk.report.junit import junit
from rtk.report.lines import lines
from rtk.report.markdown import markdown
from rtk.report.story import story
from tests.insight.test_occurrence import run


def random_run(seed: int) -> Facts:
    rng = Random(seed)
    harm = rng.choice([0, 2, 9, 30])
    marks = "." * rng.randrange(3) + "x" * harm + "".join(rng.choices(".x", (30, 1), k=40 - harm))
    lasts = rng.choice([None, 60.0])
    occurs = Occurs(
        rng.choice([1, 9, 400]), rng.choice([3600.0, 36_000.0, 864_000.0]), lasts, strict=rng.random() < 0.5
    )
    return run(marks, recovery=rng.choice([6 * ".", "xx.", ""]), occurs=occurs)


@pytest.mark.parametrize("seed", range(200))
def test_all_reports_and_the_exit_code_agree(seed: int) -> None:
    facts = random_run(seed)
    found = insight(facts)
    assert found.occurrence is not None
    priced, beyond = answer_of(found), found.occurrence.answer is Allowance.BEYOND
    assert priced is not None
    told = next(each for each in story(found, facts).answers if each.label == QUESTION)
    assert (told.value, told.explanation, told.mark) == (priced.mark.word, priced.sentence, priced.mark)
    assert any(line.startswith(f"{QUESTION} {priced.mark.word}: ") for line in lines(found, facts))
    assert f"| {QUESTION} | {priced.mark.word} |" in markdown(found, facts)
    assert f'<dt>{QUESTION}</dt><dd class="answer">{priced.mark.word}</dd>' in html(found, facts)
    case = next(
        each for each in ET.fromstring(junit(found, facts)).iter("testcase") if "cost: " in each.get("name", "")
    )
    problems = [each.tag for each in case]
    strictly = beyond and found.occurrence.occurs.strict
    within = found.occurrence.answer is Allowance.WITHIN
    assert problems == ([] if within else ["failure"] if strictly else ["skipped"])
    assert (exit_code(found) == FAIL) == (strictly or found.figures.verdict == "fail")
    assert exit_code(found) in (OK, FAIL)


def test_all_three_answers_are_among_those_runs() -> None:
    found = {each.answer for seed in range(200) if (each := insight(random_run(seed)).occurrence)}
    assert found == set(Allowance)


def test_where_nobody_expects_anything_nothing_is_said() -> None:
    facts = run(60 * ".", occurs=None)
    found = insight(facts)
    assert answer_of(found) is None
    assert not list(figures_of(found.occurrence))
    assert QUESTION not in {each.label for each in story(found, facts).answers}
    assert "cost: " not in junit(found, facts)


def test_a_cost_that_is_not_known_to_its_end_is_a_least_one() -> None:
    found = insight(run(60 * "x", recovery="xx.", occurs=Occurs(2, 864_000.0, 600.0))).occurrence
    assert dict(each[:2] for each in figures_of(found))[FigureKey.ONE_OCCURRENCE].startswith("at least ")
    asked = insight(run(60 * "x", occurs=Occurs(2, 864_000.0))).occurrence
    assert [value for _, value, _ in figures_of(asked)] == ["no data", "no data"]


def test_what_one_run_leaves_open_is_said() -> None:
    priced = answer_of(insight(run(20 * "x" + 40 * ".")))
    assert priced is not None
    assert "That is what one run cost: another may well cost more." in priced.sentence


def test_where_the_verdict_says_otherwise_it_is_told_that_the_two_are_two_questions() -> None:
    beside = "The verdict is about the time while the condition lasts; this is about the budget of 30 days."
    failed = insight(run(20 * "x" + 40 * "."))
    priced = answer_of(failed)
    assert (failed.figures.verdict, priced and priced.mark.word) == ("fail", "within allowance")
    assert priced is not None
    assert priced.sentence.endswith(beside)
    held = insight(run(600 * "."))
    priced = answer_of(held)
    assert (held.figures.verdict, priced and priced.mark.word) == ("pass", "within allowance")
    assert priced is not None
    assert "The verdict is about" not in priced.sentence


def test_what_the_cost_rests_on_is_told_with_the_notes() -> None:
    facts = run("xx-xx" + 100 * "." + "x" + 20 * ".")
    found = insight(facts)
    notes = [each for each in story(found, facts).notes if each.startswith("One occurrence: ")]
    assert [each.rpartition(": ")[2] for each in notes] == [
        "that is the 5 s of 1 outage and 1 s more, since one may begin before, and end after, it is measured.",
        "nothing deviated in the baseline, so nothing is taken off for it.",
        "the objective allows that much at any time, so it need not be the condition's doing.",
        "as deviated.",
    ]
