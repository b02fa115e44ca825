"""The head of a run's page, also of documents that nobody has checked."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from rtk.console.pages.insights.heading import bounds, client_words, course_of, heading
from rtk.console.store.models import Run
from rtk.insight.facts import Threshold
from tests.console.live import EXPERIMENT, PLAN


def run(**values: Any) -> Run:
    """What is looked at of a run."""
    of = SimpleNamespace(objective=None)
    return cast("Run", SimpleNamespace(**{"plan": PLAN, "verification": of, "told": "record", "client": {}, **values}))


def test_promise_measure_conditions_and_tags() -> None:
    found = heading(run(), EXPERIMENT)
    assert found.promise
    assert tuple(found.promise) == ("Checkout", "95 % over 1 day", None)
    assert [tuple(each) for each in found.measures] == [("checkout", "0 to 6,000 ms")]
    assert (found.conditions, found.tags) == (("inject-cpu",), ("shop",))


def test_a_promise_without_a_window_and_none_at_all() -> None:
    bare = heading(run(plan={**PLAN, "objective": {"target": 0.999}}), EXPERIMENT).promise
    assert bare
    assert (bare.name, bare.words) == ("Objective without a name", "99.9 %")
    assert heading(run(plan={**PLAN, "objective": None}), EXPERIMENT).promise is None


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Threshold(None, 6000.0, "ms"), "At most 6,000 ms"),
        (Threshold(5.0, None), "At least 5"),
        (Threshold(200.0, 200.0), "Exactly 200"),
        (Threshold(), ""),
    ],
)
def test_a_threshold_in_words(bound: Threshold, words: str) -> None:
    assert bounds(bound) == words


def test_a_measure_without_a_number_says_when_it_is_met() -> None:
    probe = {"name": "up", "tolerance": 200, "provider": {"type": "http"}}
    assert (
        heading(run(), {"steady-state-hypothesis": {"probes": [probe]}}).measures[0].met == "Met when the status is 200"
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"method": 5, "tags": 5, "steady-state-hypothesis": 5},
        {"method": [5, None, {"type": "action"}], "steady-state-hypothesis": {"probes": [5]}},
        {"method": {}, "tags": [5], "steady-state-hypothesis": {"probes": 5}, "configuration": 5},
    ],
)
def test_whatever_was_sent_has_a_head(document: dict[str, Any]) -> None:
    assert heading(run(), document).measures == ()
    assert isinstance(course_of(run(), document), list)


def test_the_plan_in_words() -> None:
    told = course_of(run(), EXPERIMENT)
    assert "Conditions, 30 slots: every 10 s for 5 min" in told
    assert told[-1].startswith("At worst, with every measurement deviating (5 min"), told[-1]
    assert told[-1].endswith("it spends 6.9 % of the budget.")
    assert course_of(run(plan={**PLAN, "objective": None}), EXPERIMENT) == told[:-1]
    assert course_of(run(plan={}), EXPERIMENT) == []
    assert course_of(run(plan={**PLAN, "stop_when": {"unknown": 1}}), EXPERIMENT) == []


def test_who_told_of_it() -> None:
    known = {"rtk": "0.1.0", "chaoslib": "1.44.0", "platform": "Linux", "node": "laptop"}
    assert client_words(run(client=known)) == "Reliability Toolkit 0.1.0, Chaos Toolkit 1.44.0, Linux, on laptop"
    assert client_words(run(client={"name": "mine", "n": 5})) == "mine"
    assert client_words(run(told="events")) == "A client of 2020, one event a call"
