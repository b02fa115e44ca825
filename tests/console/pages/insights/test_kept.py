"""An insight read back from what a run's row keeps."""

import json
from typing import Any

import pytest

from rtk.console.pages.insights.kept import bare, insight_from
from rtk.report.story import story
from tests.report.samples import SAMPLES, a_run


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_the_one_that_was_kept(name: str) -> None:
    insight, _ = a_run(name)
    assert insight_from(json.loads(json.dumps(insight.as_dict()))) == insight


@pytest.mark.parametrize("kept", [None, {}, {"met": 1, "headline": "No verdict"}])
def test_counts_alone_are_none(kept: dict[str, Any] | None) -> None:
    assert insight_from(kept) is None


def test_a_key_that_a_later_release_adds_is_passed_over() -> None:
    insight, _ = a_run("clean")
    assert insight_from({**json.loads(json.dumps(insight.as_dict())), "later": 1}) == insight


def test_its_figures_need_nothing_else() -> None:
    insight, facts = a_run("published")
    assert story(insight, bare(insight)).figures == story(insight, facts).figures


def test_an_insight_of_before_that_knew_when_it_recovered_has_recovered() -> None:
    insight, facts = a_run("deviating")
    before = {k: v for k, v in json.loads(json.dumps(insight.as_dict())).items() if k not in ("recovery", "recovered")}
    found = insight_from(before)
    assert found is not None
    assert story(found, facts).recovered.word == "recovered"


def test_a_code_that_a_later_release_adds_is_its_default() -> None:
    insight, facts = a_run("deviating")
    later = {"recovery": "later", "stop_cause": "later", "invalid_reason": "later"}
    found = insight_from({**json.loads(json.dumps(insight.as_dict())), **later})
    assert found is not None
    assert (found.stop_cause, found.invalid_reason) == (None, None)
    assert story(found, facts).recovered.word == "recovered"
