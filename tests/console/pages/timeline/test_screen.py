"""The timeline in a browser: the chart by keys, kinds that filter, events that appear without moving what one reads."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from rtk.console.store.models import Event, Run
from tests.console.live import Live
from tests.console.pages.browser import Screen
from tests.console.pages.insights.made import a_run, ended
from tests.console.pages.timeline import made

SOON_MS = 15_000


@pytest.fixture(autouse=True)
def _empty(site: Live) -> None:
    Run.objects.all().delete()
    Event.objects.all().delete()


def rows(page: Page) -> list[str]:
    return [each.strip() for each in page.locator("#list > li .event-name > :first-child").all_inner_texts()]


def test_the_chart_goes_from_day_to_day_by_keys_and_opens_one(site: Live, screen: Screen) -> None:
    made.told(site.world, "today")
    made.told(site.world, "also today")
    made.told(site.world, "two days ago", timedelta(days=2))
    page = screen.open("/acme/shop")
    chart, said = page.locator("#month"), page.locator("#month-day")
    chart.focus()
    chart.press("ArrowLeft")
    expect(said).to_contain_text("2 outside events")
    chart.press("ArrowLeft")
    expect(said).to_contain_text("nothing")
    chart.press("ArrowLeft")
    expect(said).to_contain_text("1 outside event")
    chart.press("Enter")
    page.wait_for_url("**since=*")
    assert rows(page) == ["two days ago"]


def test_the_chart_is_zoomed_by_buttons(site: Live, screen: Screen) -> None:
    made.told(site.world, "today")
    page = screen.open("/acme/shop")
    before = page.locator("#month canvas").first.screenshot()
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator("#month canvas").first.screenshot() != before
    page.get_by_role("button", name="Show all 30 days").click()
    page.mouse.move(0, 0)
    assert page.locator("#month canvas").first.screenshot() == before


def test_a_kind_filters_the_list_at_once_and_the_address_tells_it(site: Live, screen: Screen) -> None:
    ended(site.world)
    made.told(site.world, "deploy")
    page = screen.open("/acme/shop")
    page.locator("#filters label", has_text="Outside events").click()
    expect(page.locator("#list > li")).to_have_count(1)
    assert rows(page) == ["deploy"]
    assert page.url.endswith("?kind=outside")
    page.reload()
    assert rows(page) == ["deploy"]
    page.locator("#filters label", has_text="Outside events").click()
    expect(page.locator("#list > li")).to_have_count(5)
    assert page.url.endswith("/acme/shop")


def test_a_new_event_appears_by_itself_and_a_run_changes_its_state(site: Live, screen: Screen) -> None:
    run = a_run(site.world)
    page = screen.open("/acme/shop?kind=run&kind=outside")
    expect(page.locator(f'#list a[href$="{run.id}"]')).to_be_visible()
    expect(page.locator("#list .state")).to_have_text("running")
    made.told(site.world, "deploy")
    kept = {"verdict": "fail", "insight": {}, "insight_next": run.next}
    Run.objects.filter(id=run.id).update(state="ended", ended_at=run.created_at, **kept)
    expect(page.locator("#list > li")).to_have_count(2, timeout=SOON_MS)
    assert rows(page)[0] == "deploy"
    expect(page.locator("#list .state")).to_have_text("fail", timeout=SOON_MS)
    expect(page.locator("#page-status")).not_to_be_empty()


def test_who_reads_is_only_told_how_many_are_new(site: Live, screen: Screen) -> None:
    for number in range(25):
        made.told(site.world, f"old {number}", timedelta(minutes=number + 1))
    page = screen.open("/acme/shop")
    page.locator("#list > li").nth(20).scroll_into_view_if_needed()
    place = page.locator("#list > li").nth(20).bounding_box()
    for name in "abc":
        made.told(site.world, f"new {name}")
    button = page.get_by_role("button", name="3 new events")
    expect(button).to_be_visible(timeout=SOON_MS)
    assert page.locator("#list > li").nth(20).bounding_box() == place
    button.click()
    expect(page.locator("#list > li")).to_have_count(28)
    assert rows(page)[:3] == ["new c", "new b", "new a"]
    expect(button).to_be_hidden()


def test_it_loads_on_as_one_scrolls(site: Live, screen: Screen) -> None:
    for number in range(60):
        made.told(site.world, f"event {number}", timedelta(minutes=number + 1))
    page = screen.open("/acme/shop")
    expect(page.locator("#list > li")).to_have_count(25)
    for count in (50, 60):
        page.mouse.wheel(0, 100_000)
        expect(page.locator("#list > li")).to_have_count(count)
    assert rows(page) == [f"event {number}" for number in range(60)]


def test_without_script_the_table_and_the_links_tell_it_all(site: Live, screens: Callable[..., Screen]) -> None:
    for number in range(30):
        made.told(site.world, f"event {number}", timedelta(minutes=number + 1))
    screen = screens(site.world.member, java_script_enabled=False)
    page = screen.open("/acme/shop")
    expect(page.locator("#month")).to_be_hidden()
    page.get_by_text("Events per day as a table").click()
    expect(page.get_by_role("row", name="All 30 days")).to_contain_text("30")
    page.get_by_role("link", name="Show earlier events").click()
    assert rows(page) == [f"event {number}" for number in range(25, 30)]
    page.goto(f"{site.url}/acme/shop")
    page.get_by_label("Outside events").check()
    page.get_by_role("button", name="Filter").click()
    assert "kind=outside" in page.url
    screen.expect(": csp")  # scripts that are not even loaded
