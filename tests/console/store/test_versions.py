"""An insight of an earlier version is made anew, and both are kept and told."""

from datetime import date
from typing import Any
from unittest import mock

import pytest

from rtk.console.store import insights, partitions, versions, watch
from rtk.console.store.former import FormerInsight
from rtk.console.store.models import Run
from rtk.console.store.problem import Problem
from rtk.insight.former import CURRENT
from tests.console.pages.insights.made import browser_of, ended, page, path_of, text_of
from tests.console.people.world import World, made

ADDED = ("proof", "outage", "seen", "former", "versions", "sums", "occurrence")


@pytest.fixture
def world(committed: None) -> World:
    return made()


def of_version_1(world: World, verdict: str = "pass") -> Run:
    """A run of thirty clean measurements whose insight was made when slots were counted."""
    run = ended(world)
    whole = insights.insight_of(run)
    old = {key: value for key, value in whole.items() if key not in ADDED}
    old |= {"version": 1, "verdict": verdict, "needed": 59, "headline": "It held.", "why": "By slots."}
    Run.objects.filter(pk=run.pk).update(insight=old, insight_version=1, verdict=verdict, outages_seen_s=None)
    return Run.objects.select_related("experiment", "verification", "team__org").get(pk=run.pk)


def test_both_versions_are_kept_and_the_current_one_says_what_changed(world: World) -> None:
    run = of_version_1(world)
    found = insights.insight_of(run)
    assert (found["version"], found["verdict"], found["versions"]) == (CURRENT, "inconclusive", [1, CURRENT])
    assert found["former"]["verdict"] == "pass"
    assert "the verdict, from pass to inconclusive" in found["former"]["changed"]
    kept = FormerInsight.objects.get(run=run)
    assert (kept.version, kept.insight["verdict"], kept.insight["headline"]) == (1, "pass", "It held.")
    run.refresh_from_db()
    assert (run.insight_version, run.verdict, run.outages_seen_s) == (CURRENT, "inconclusive", 0.0)


def test_it_is_made_anew_once(world: World, django_assert_num_queries: Any) -> None:
    run = of_version_1(world)
    insights.insight_of(run)
    with django_assert_num_queries(0):
        insights.insight_of(run)
    assert FormerInsight.objects.count() == 1


def test_an_entry_that_comes_later_loses_no_version(world: World) -> None:
    run = of_version_1(world)
    insights.insight_of(run)
    run.insight_next = None
    assert insights.insight_of(run)["versions"] == [1, CURRENT]
    assert FormerInsight.objects.count() == 1


def test_a_sweep_makes_a_few_anew_the_latest_first(world: World) -> None:
    runs = [of_version_1(world) for _ in range(3)]
    with mock.patch.object(versions, "MOST_AT_ONCE", 2):
        assert watch.sweep()["renewed"] == 2
    assert Run.objects.filter(insight_version=CURRENT).count() == 2
    assert watch.sweep()["renewed"] == 1
    assert watch.sweep()["renewed"] == 0
    assert FormerInsight.objects.filter(run__in=runs).count() == 3


def test_where_the_measurements_are_gone_the_insight_stays_as_it_was(world: World) -> None:
    run = of_version_1(world)
    Run.objects.filter(pk=run.pk).update(day=date(2001, 1, 1))
    run.refresh_from_db()
    assert insights.insight_of(run)["version"] == 1
    assert (run.insight_version, run.verdict) == (None, "pass")
    assert watch.sweep()["renewed"] == 0
    assert not partitions.are_there(date(2001, 1, 1))


def test_where_no_insight_can_be_made_any_longer_the_former_one_stays(world: World) -> None:
    run = of_version_1(world)
    with mock.patch.object(insights, "insight", side_effect=ValueError("no sense")):
        assert insights.insight_of(run)["verdict"] == "pass"
    assert run.insight_version is None
    assert not FormerInsight.objects.exists()


def test_the_api_tells_the_versions_and_each_of_them(world: World) -> None:
    run = of_version_1(world)
    current = insights.insight_of(run)
    assert versions.told(run, current, None) == versions.told(run, current, CURRENT) == current
    assert versions.told(run, current, 1)["verdict"] == "pass"
    assert versions.told(run, current, 1)["versions"] == [1, CURRENT]
    with pytest.raises(Problem, match="there is no insight of version 3 of this run, only 1 and 2"):
        versions.told(run, current, 3)


def test_the_page_says_what_version_1_said_and_shows_it(world: World) -> None:
    run = of_version_1(world)
    text = page(world, run)
    assert "Version 1 of the rules said pass; changed: the verdict, from pass to inconclusive;" in text
    assert '<a href="?version=1">See version 1</a>' in text
    old = text_of(browser_of(world), f"{path_of(run)}?version=1")
    assert "It held." in old
    assert "</svg> pass</span></h2>" in old
    assert "</svg> inconclusive</span></h2>" in text
    assert "Told by the rules of version 1." in old
    assert '<a href="?version=2">See version 2</a>, which counts now' in old


def test_junit_of_an_old_run_stays_as_it_was(world: World) -> None:
    run = of_version_1(world, "fail")
    browser = browser_of(world)

    def report(form: str, query: str = "") -> str:
        return str(browser.get(f"{path_of(run)}/report.{form}{query}").content.decode())

    assert "It held." in report("xml")
    assert "It held." not in report("xml", "?version=2")
    assert "Version 1 of the rules said fail; changed:" in report("md")
    assert "It held." in report("md", "?version=1")


def test_a_run_without_an_earlier_version_says_nothing_of_it(world: World) -> None:
    run = ended(world)
    assert "See version" not in page(world, run)
    assert versions.first(run) is None
