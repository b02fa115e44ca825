"""The form of an objective in a browser: fields of the chosen measurement, tags as chips, what was typed stays."""

from playwright.sync_api import expect

from rtk.console.store.models import Objective
from tests.console.live import Live
from tests.console.pages.browser import Screen


def test_an_objective_is_made_by_hand(site: Live, screen: Screen) -> None:
    page = screen.open("/acme/shop/objectives/new")
    page.get_by_label("Name").fill("Search answers")
    tags = page.get_by_label("Tags")
    tags.press_sequentially("service:search,")
    tags.press_sequentially("team:shop")
    tags.press("Enter")
    tags.press_sequentially("wrong, half")
    page.get_by_role("button", name="Remove the tag wrong").click()
    page.get_by_text("HTTP status", exact=True).click()
    expect(page.get_by_label("Answers within")).to_be_hidden()
    page.get_by_label("URL").fill("https://shop.example/search")
    page.get_by_role("button", name="Create objective").click()
    expect(page.locator("#id_lowest_error")).to_be_visible()
    screen.expect("422")
    assert page.locator(".chip").count() == 3
    page.get_by_label("Expected status").fill("200")
    page.get_by_role("button", name="Create objective").click()
    expect(page.get_by_role("heading", name="Search answers")).to_be_visible()
    expect(page.get_by_text("https://shop.example/search answers with status 200")).to_be_visible()
    assert Objective.objects.get().tags == ["service:search", "team:shop", "half"]
