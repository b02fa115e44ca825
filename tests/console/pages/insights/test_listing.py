"""The list of insights: what each line says, filters, pages, and whose runs are in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from rtk.console.pages.insights.listing import ROWS
from rtk.console.store import revisions
from rtk.console.store.models import Run, Verification
from tests.console.live import whole_record
from tests.console.pages.insights.made import NOT_UNDONE, PUBLISHED, a_run, browser_of, ended, path_of, text_of, told
from tests.console.pages.test_promises import many
from tests.console.people.world import World

LIST = "/acme/shop/insights"


def listed(world: World, query: str = "", path: str = LIST, who: str = "member") -> list[str]:
    """The ids of the runs in a list, in its order."""
    text = text_of(browser_of(world, who), f"{path}{query}")
    return [part.partition('"')[0] for part in text.split("/insights/")[1:] if len(part.partition('"')[0]) == 36]


def test_a_line_says_what_was_promised_allowed_and_observed(world: World) -> None:
    ended(world, PUBLISHED, NOT_UNDONE)
    text = text_of(browser_of(world), LIST)
    for part in ("Checkout", "95 %", "over 1 day", "5 %", "72 min", "80 %", "16 of 20 good", "by Mary"):
        assert part in text, part
    assert "</svg> fail</span>" in text
    assert "</svg> not restored</span>" in text


def test_a_line_says_how_the_promise_stands_now(world: World) -> None:
    run = ended(world)
    assert "</svg> not proven</span>" in text_of(browser_of(world), LIST)
    many(run, 12)
    text = text_of(browser_of(world), LIST)
    assert text.count("</svg> kept</span>") == 13
    Verification.objects.update(objective=None)
    revisions.renew(Verification.objects.get())
    assert "</svg> kept</span>" not in text_of(browser_of(world), LIST)


def test_an_empty_list_says_what_an_insight_comes_of(world: World) -> None:
    assert "An insight comes of each run of a verification" in text_of(browser_of(world), LIST)
    assert "None of your teams here has run a verification." in text_of(browser_of(world), "/acme/insights")


def test_it_is_filtered_by_verdict_text_and_verification(world: World) -> None:
    failed, open_, running = ended(world, PUBLISHED), ended(world), a_run(world)
    gate = a_run(world)
    told(gate, [*whole_record(str(gate.id), [])[:1], {"t": 1.0, "kind": "end", "status": "failed", "stopped": None}])
    assert listed(world, "?verdict=fail") == [str(failed.id)]
    assert listed(world, "?verdict=inconclusive") == [str(open_.id)]
    assert listed(world, "?verdict=under-way") == [str(running.id)]
    assert listed(world, "?verdict=none") == [str(gate.id)]
    assert listed(world, f"?verification={open_.verification_id}") == [str(open_.id)]
    assert len(listed(world, "?q=CHECKOUT")) == 4
    assert listed(world, "?q=checkout&verdict=fail") == [str(failed.id)]


def test_where_nothing_fits_it_says_so_and_leads_back(world: World) -> None:
    ended(world)
    text = text_of(browser_of(world), f"{LIST}?q=%3Cb%3Enothing")
    assert "No insight fits" in text
    assert 'value="&lt;b&gt;nothing"' in text


@pytest.mark.parametrize("query", ["?verdict=maybe", "?verification=x", "?q=%00", "?q=" + "x" * 101])
def test_what_is_no_filter_is_none(world: World, query: str) -> None:
    run = ended(world)
    assert listed(world, query) == [str(run.id)]


def test_it_goes_on_page_by_page_with_its_filters(world: World) -> None:
    runs = [ended(world, key="same") for _ in range(ROWS + 2)]
    for minutes, run in enumerate(runs):
        Run.objects.filter(id=run.id).update(created_at=now() - timedelta(minutes=minutes))
    text = text_of(browser_of(world), f"{LIST}?q=checkout")
    following = text.split('rel="next" href="')[1].partition('"')[0].replace("&amp;", "&")
    assert "q=checkout" in following
    assert listed(world, "?q=checkout") + listed(world, following) == [str(run.id) for run in runs]
    assert 'rel="next"' not in text_of(browser_of(world), f"{LIST}{following}")


def test_a_cursor_that_no_page_gave_leads_nowhere(world: World) -> None:
    assert browser_of(world).get(f"{LIST}?before=forged").status_code == 404


def test_the_list_of_an_organization_is_of_ones_own_teams(world: World) -> None:
    ours, theirs = ended(world), ended(world, team=world.bank)
    assert listed(world, path="/acme/insights") == [str(ours.id)]
    assert listed(world, path="/acme/insights", who="banker") == [str(theirs.id)]
    assert set(listed(world, path="/acme/insights", who="owner")) == {str(ours.id), str(theirs.id)}
    assert path_of(theirs) in text_of(browser_of(world, "owner"), "/acme/insights")


def test_verifications_of_one_name_are_told_apart_by_their_teams(world: World) -> None:
    ended(world)
    ended(world, team=world.bank)
    text = text_of(browser_of(world, "owner"), "/acme/insights")
    assert "Checkout answers in time (Shop)</option>" in text
    assert "Checkout answers in time (Bank)</option>" in text
    assert "(Shop)" not in text_of(browser_of(world), LIST)


def test_runs_of_another_team_are_not_in_it(world: World) -> None:
    ended(world, team=world.bank)
    assert listed(world) == []


@pytest.mark.parametrize("path", [LIST, "/acme/insights"])
def test_it_takes_few_queries(world: World, path: str, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        ended(world, PUBLISHED)
    browser = browser_of(world)
    browser.get(path)
    with django_assert_max_num_queries(10):
        text_of(browser, path)
