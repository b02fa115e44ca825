"""The timeline as it is answered: filters, pages, what is polled, the guide, the first page."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rtk.console.pages.timeline.last import cookie
from rtk.console.people import tokens
from rtk.console.store.models import Event, Run
from tests.console.pages.insights.made import a_run, browser_of, ended, path_of, text_of, told
from tests.console.pages.timeline import made
from tests.console.people.world import World, signed_in

MOST_QUERIES = 10


def test_a_row_tells_of_its_run_in_icon_word_and_time(world: World) -> None:
    run = ended(world, ["deviated"] * 30)
    text = text_of(browser_of(world), "/acme/shop?kind=run")
    row = text[text.index('<li class="event"') : text.index("</ol>", text.index('<li class="event"'))]
    assert f'href="{path_of(run)}"' in row
    assert 'class="badge state state-bad"' in row
    assert re.search(r"verification</span>.*completed in [\d.]+ m?s.*by Mary", row)
    assert "30 points: 30 deviated" in row
    assert "Last result: fail" in row
    assert 'href="?tag=shop"' in row


def test_each_kind_leads_to_its_page(world: World) -> None:
    run = ended(world)
    text = text_of(browser_of(world), "/acme/shop")
    for name, key in (
        ("insight", run.id),
        ("verification", run.verification_id),
        ("objective", run.verification.objective_id),
        ("experiment", run.experiment_id),
    ):
        assert f'href="{reverse(f"pages:{name}", args=["acme", "shop", key])}"' in text


def test_the_organization_shows_all_teams_and_names_them(world: World) -> None:
    made.told(world, "shop's")
    made.told(world, "bank's", team=world.bank)
    run = ended(world)
    assert {"shop's", "bank's"} <= set(made.names(browser_of(world, "owner"), "/acme"))
    assert "bank's" not in made.names(browser_of(world), "/acme")
    text = text_of(browser_of(world, "owner"), "/acme")
    assert f'href="{path_of(run)}"' in text
    assert "No runs yet." in text
    assert "<span>Bank</span>" in text


def test_a_teams_card_has_its_latest_verdict_beside_what_runs_now(world: World) -> None:
    ended(world, ["deviated"] * 30)
    a_run(world)
    answer = browser_of(world).get("/acme")
    ((_, latest),) = answer.context["cards"]
    assert [each.shown for each in latest] == ["running", "fail"]


def test_a_teams_card_calls_a_run_that_was_refused_not_begun(world: World) -> None:
    told(a_run(world), [{"t": 3.0, "kind": "end", "status": "failed", "stopped": None}])
    ((_, latest),) = browser_of(world).get("/acme").context["cards"]
    assert [each.shown for each in latest] == ["not-begun"]


def test_filters_stand_in_the_address_and_in_the_form(world: World) -> None:
    made.told(world, "Deploy 1", timedelta(days=4), data={"tags": ["x"]})
    made.told(world, "Deploy 2", data={"tags": ["x"]})
    a_run(world)
    browser = browser_of(world)
    assert made.names(browser, "/acme/shop?kind=outside") == ["Deploy 2", "Deploy 1"]
    assert made.names(browser, "/acme/shop?q=deploy+2") == ["Deploy 2"]
    assert made.names(browser, "/acme/shop?tag=x&kind=outside&kind=run") == ["Deploy 2", "Deploy 1"]
    day = Event.objects.get(title="Deploy 1").created_at.date()
    assert made.names(browser, f"/acme/shop?since={day}&until={day}") == ["Deploy 1"]
    text = text_of(browser, "/acme/shop?kind=outside&q=deploy+2&tag=x")
    assert 'value="deploy 2"' in text
    assert 'value="outside" checked' in text
    assert made.names(browser_of(world, "owner"), "/acme?team=bank") == []


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("kind=bubbles", "Expected any of run,"),
        ("since=yesterday", "Expected a day such as 2026-01-31."),
        ("since=2026-02-02&until=2026-02-01", "Expected the first day or a later one."),
        (f"q={'x' * 201}", "at most 200 characters"),
        ("tag=%00", "Null characters are not allowed."),
        ("until=9999-12-31", ""),
    ],
)
def test_a_filter_that_is_wrong_is_told_beside_it_and_kept(world: World, sent: str, told: str) -> None:
    made.told(world, "still here")
    answer = browser_of(world).get(f"/acme/shop?{sent}")
    assert answer.status_code == (422 if told else 200)
    assert told in answer.content.decode()
    assert [line.row.title for line in answer.context["lines"]] == ["still here"]


def test_a_team_of_another_organization_is_not_to_be_filtered_for(world: World) -> None:
    made.told(world, "theirs", team=world.rivals_team)
    assert made.names(browser_of(world, "owner"), "/acme?team=lab") == []


def test_pages_go_on_by_a_link_that_keeps_the_filters(world: World) -> None:
    for number in range(60):
        made.told(world, f"event {number}", timedelta(minutes=number))
    a_run(world)
    browser, path, seen = browser_of(world), "/acme/shop?kind=outside", []
    while path:
        text = text_of(browser, path)
        seen += made.names(browser, path)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        path = f"/acme/shop{found[1].replace('&amp;', '&')}" if found else ""
    assert seen == [f"event {number}" for number in range(60)]


def test_a_cursor_that_nobody_gave_is_not_there(world: World) -> None:
    assert browser_of(world).get("/acme/shop?before=here").status_code == 404


def test_what_is_polled_is_answered_304_until_something_changes(world: World) -> None:
    made.told(world, "first")
    browser = browser_of(world)
    first = browser.get("/acme/shop/timeline/rows")
    assert first.status_code == 200
    tag = first["ETag"]
    assert browser.get("/acme/shop/timeline/rows", headers={"If-None-Match": tag}).status_code == 304
    made.told(world, "second")
    again = browser.get("/acme/shop/timeline/rows", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert [line.row.title for line in again.context["lines"]] == ["second", "first"]
    assert "<html" not in again.content.decode()


def test_what_is_polled_keeps_to_the_filters(world: World) -> None:
    a_run(world)
    made.told(world, "deploy")
    assert made.names(browser_of(world), "/acme/shop/timeline/rows?kind=outside") == ["deploy"]
    assert "deploy" in made.names(browser_of(world, "owner"), "/acme/timeline/rows")


def test_names_from_outside_are_inert(world: World) -> None:
    title, source = '<script>alert(1)</script>"onload=x', "javascript:alert(1)"
    made.told(world, title, source=source, data={"tags": ["<img src=x onerror=y>"]})
    text = text_of(browser_of(world), "/acme/shop")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert 'href="javascript:' not in text


def test_an_outside_event_leads_where_it_says_and_tells_its_source(world: World) -> None:
    made.told(world, "deploy", data={"url": "https://ci.example.org/118?a=1&b=2"})
    text = text_of(browser_of(world), "/acme/shop")
    assert 'href="https://ci.example.org/118?a=1&amp;b=2" rel="noopener noreferrer nofollow"' in text
    assert "from ci" in text


def test_the_guide_ticks_what_exists_and_is_gone_with_the_first_insight(world: World) -> None:
    browser = browser_of(world)
    assert "0 of 4 steps done" in text_of(browser, "/acme/shop")
    token, _ = tokens.make(world.member, "laptop")
    tokens.used(token)
    run = a_run(world)
    text = text_of(browser, "/acme/shop")
    assert "3 of 4 steps done" in text
    assert f'href="{path_of(run)}"' in text
    ended(world)
    assert "steps done" not in text_of(browser, "/acme/shop")


def test_the_guide_is_dismissed_for_good_and_for_oneself(world: World) -> None:
    browser = browser_of(world)
    answer = browser.post("/acme/shop/timeline/guide")
    assert (answer.status_code, answer["Location"]) == (302, "/acme/shop")
    browser.post("/acme/shop/timeline/guide")
    assert "steps done" not in text_of(browser, "/acme/shop")
    assert "steps done" not in text_of(signed_in(world.member), "/acme/shop")
    assert "steps done" in text_of(browser_of(world, "owner"), "/acme/shop")


def test_a_viewer_sees_no_guide_and_no_button(world: World) -> None:
    text = text_of(browser_of(world, "viewer"), "/acme/shop")
    assert "steps done" not in text
    assert "New objective" not in text
    assert "Nothing has happened yet" in text


def test_nothing_that_fits_is_told_apart_from_nothing_at_all(world: World) -> None:
    made.told(world, "deploy")
    assert "Nothing fits" in text_of(browser_of(world), "/acme/shop?kind=run")


def test_somebody_in_no_team_is_told_so(world: World) -> None:
    world.member.team_memberships.all().delete()
    assert "You are in no team of this organization" in text_of(browser_of(world), "/acme")


def test_the_team_one_looked_at_is_remembered(world: World) -> None:
    browser = browser_of(world, "owner")
    assert browser.get("/acme/bank").cookies[cookie()]["httponly"]
    assert browser.cookies[cookie()].value == str(world.bank.pk)
    assert cookie() not in browser.get("/acme/bank").cookies


def test_restored_and_recovered_are_two_facts_in_every_list_of_runs(world: World) -> None:
    run = ended(world)
    lists = ("/acme/shop", "/acme/shop/insights", f"/acme/shop/verifications/{run.verification_id}")
    for restored, recovered in ((False, True), (True, False), (True, None)):
        Run.objects.update(restored=restored, recovered=recovered)
        for path in (*lists, f"/acme/shop/insights/{run.id}"):
            text = text_of(browser_of(world), path)
            told = ("</svg> not restored</span>" in text, "</svg> not recovered</span>" in text)
            assert told == (restored is False, recovered is False), path


@pytest.mark.parametrize("path", ["/acme/shop", "/acme", "/acme/shop?kind=run&q=a", "/acme/shop/timeline/rows"])
def test_a_page_takes_few_queries(world: World, path: str) -> None:
    for _ in range(3):
        a_run(world)
    Run.objects.update(restored=False)
    ended(world)
    made.told(world, "deploy")
    browser: Client = browser_of(world, "owner")
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    assert len(asked) <= MOST_QUERIES, "\n".join(each["sql"][:120] for each in asked)
