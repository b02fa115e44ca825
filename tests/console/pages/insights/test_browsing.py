"""Insights in a real browser: what is typed filters at once, and the banner goes once somebody acknowledges."""

from collections.abc import Callable
from itertools import pairwise

import requests
from playwright.sync_api import expect

from tests.console.live import Live
from tests.console.pages.browser import Screen
from tests.console.pages.insights.made import HOSTILE, NOT_UNDONE, PUBLISHED, a_run, browser_of, ended, hostile, path_of


def test_what_is_typed_or_chosen_filters_the_list_at_once(site: Live, screen: Screen) -> None:
    ended(site.world, PUBLISHED)
    a_run(site.world)
    page = screen.open("/acme/shop/insights")
    rows = page.locator("#list tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Verdict").select_option("fail")
    expect(rows).to_have_count(1)
    assert "verdict=fail" in page.url
    page.get_by_label("Text").press_sequentially("nowhere")
    expect(page.get_by_text("No insight fits")).to_be_visible()
    assert page.get_by_label("Text").input_value() == "nowhere"
    page.get_by_role("link", name="Show all").click()
    expect(rows).to_have_count(2)


def test_the_banner_goes_once_it_is_acknowledged(site: Live, screen: Screen) -> None:
    run = ended(site.world, PUBLISHED, NOT_UNDONE)
    page = screen.open("/acme/shop/insights")
    page.get_by_role("region", name="Not restored").get_by_role("link").first.click()
    page.wait_for_url(f"**{path_of(run)}")
    expect(page.get_by_text("pkill stress", exact=True)).to_be_visible()
    page.get_by_label("What was done about it").fill("ended it by hand")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("by Mary: ended it by hand")).to_be_visible()
    expect(page.get_by_text("left something behind")).to_have_count(0)


def test_whatever_is_called_however_long_fits_a_telephone(site: Live, screens: Callable[..., Screen]) -> None:
    screen = screens(site.world.member, size=(360, 800))
    for name in (HOSTILE, "w" * 3_000):
        run = hostile(site.world, name)
        for path in (path_of(run), "/acme/shop/insights", f"{path_of(run)}/compare/{ended(site.world).id}"):
            page = screen.open(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert screen.overflow() == 0, path


def test_all_times_of_the_page_and_of_its_tab_are_in_the_zone_that_it_names(site: Live, screen: Screen) -> None:
    run = ended(site.world, PUBLISHED)
    page = screen.open(path_of(run))
    page.locator("#chart[data-ready]").wait_for()
    zone = page.evaluate("document.querySelector('.page-when time').textContent.split(' ').pop()")
    assert zone in ("CET", "CEST", "GMT+1", "GMT+2")
    times = page.locator('time[data-time="moment"], time[data-time="clock"]').all_text_contents()
    assert len(times) > 5
    assert [each for each in times if not each.endswith(zone)] == []
    assert set(page.locator("[data-zone]").all_text_contents()) == {f"{zone} (Europe/Berlin)"}
    assert "UTC" not in page.locator("main").inner_text()
    when = page.locator(".page-when time").text_content()
    assert page.title().startswith(f"fail, {when}: ")


def test_a_server_streams_all_measurements_as_csv(site: Live) -> None:
    run = ended(site.world, ["met"] * 6_000)
    cookies = {name: each.value for name, each in browser_of(site.world).cookies.items()}
    answer = requests.get(f"{site.url}{path_of(run)}/measurements.csv", cookies=cookies, timeout=20)
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 6_001
    assert "Content-Length" not in answer.headers


def test_the_page_reads_from_the_top_and_opens_its_tables_by_keyboard(site: Live, screen: Screen) -> None:
    run = ended(site.world, PUBLISHED)
    page = screen.open(path_of(run))
    levels = [int(each[1]) for each in page.eval_on_selector_all("h1, h2, h3", "all => all.map(e => e.tagName)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    table = page.get_by_role("region", name="Measurements", exact=True)
    expect(table).to_be_hidden()
    page.locator("#measurements > summary").press("Enter")
    expect(table).to_be_visible()
