"""An insight read back from what a run's row keeps."""

import json
from typing import Any

import pytest

from rtk.console.pages.insights.stored_insight import bare, insight_from
from rtk.insight.insight import insight
from rtk.report.story import story
from tests.insight.test_occurrence import run
from tests.report.samples import SAMPLES, a_run


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_the_one_that_was_kept(name: str) -> None:
    made, _ = a_run(name)
    assert insight_from(json.loads(json.dumps(made.as_dict()))) == made


def test_what_an_occurrence_costs_is_what_was_kept() -> None:
    found = insight(run(20 * "x" + 40 * "."))
    told = json.loads(json.dumps(found.as_dict()))
    assert found.occurrence is not None
    assert insight_from(told) == found
    told["occurrence"] |= {"later": 1}
    told["occurrence"]["occurs"] |= {"later": 1}
    assert insight_from(told) == found


@pytest.mark.parametrize("told", [{"answer": "later"}, {"unpriced": "later"}, {"occurs": {}}])
def test_an_occurrence_that_a_later_release_tells_otherwise_is_left_out(told: dict[str, Any]) -> None:
    kept = json.loads(json.dumps(insight(run(20 * "x" + 40 * ".")).as_dict()))
    kept["occurrence"] |= told
    found = insight_from(kept)
    assert found is not None
    assert found.occurrence is None


@pytest.mark.parametrize("kept", [None, {}, {"met": 1, "headline": "No verdict"}])
def test_counts_alone_are_none(kept: dict[str, Any] | None) -> None:
    assert insight_from(kept) is None


def test_a_key_that_a_later_release_adds_is_passed_over() -> None:
    made, _ = a_run("clean")
    assert insight_from({**json.loads(json.dumps(made.as_dict())), "later": 1}) == made


def test_its_figures_need_nothing_else() -> None:
    made, facts = a_run("published")
    assert story(made, bare(made)).figures == story(made, facts).figures


def test_an_insight_of_before_that_knew_when_it_recovered_has_recovered() -> None:
    made, facts = a_run("deviating")
    before = {k: v for k, v in json.loads(json.dumps(made.as_dict())).items() if k not in ("recovery", "recovered")}
    found = insight_from(before)
    assert found is not None
    assert story(found, facts).recovered.word == "recovered"


@pytest.mark.parametrize("name", SAMPLES)
def test_of_an_insight_from_before_there_were_codes_the_sentences_tell_them(name: str) -> None:
    made, _ = a_run(name)
    codes = ("attribution", "unrestored")
    assert insight_from({k: v for k, v in json.loads(json.dumps(made.as_dict())).items() if k not in codes}) == made


def test_what_was_not_undone_for_a_reason_that_a_later_release_adds_is_told_in_its_words() -> None:
    made, _ = a_run("not restored")
    told = json.loads(json.dumps(made.as_dict()))
    found = insight_from({**told, "unrestored": [{"problem": "later", "name": "stop"}]})
    assert found is not None
    assert (found.unrestored, found.not_restored) == ((), made.not_restored)


def test_a_code_that_a_later_release_adds_is_its_default() -> None:
    made, facts = a_run("deviating")
    later = {"recovery": "later", "stop_cause": "later", "invalid_reason": "later", "attribution": "later"}
    found = insight_from({**json.loads(json.dumps(made.as_dict())), **later})
    assert found is not None
    assert (found.stop_cause, found.invalid_reason) == (None, None)
    assert found.attribution is made.attribution
    assert story(found, facts).recovered.word == "recovered"
