"""The frame in a real browser: menus, colours, copying and times, by mouse, by keyboard, and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.live import Live
from tests.console.pages.browser import NARROW, Screen

SWITCHER = "Organization and team"


def test_the_skip_link_comes_first_and_leads_to_the_content(screen: Screen) -> None:
    page = screen.open("/acme/shop/people")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_menu_is_walked_by_arrow_keys_and_left_by_escape(screen: Screen) -> None:
    page = screen.open("/acme/shop/people")
    team = page.get_by_label(SWITCHER).locator("summary").nth(1)
    team.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="All teams")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Shop", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="All teams")).to_be_focused()
    page.keyboard.press("Escape")
    expect(team).to_be_focused()
    expect(page.get_by_role("link", name="All teams")).to_be_hidden()


def test_a_click_elsewhere_closes_a_menu_and_only_one_is_open(screen: Screen) -> None:
    page = screen.open("/acme/shop/people")
    summaries = page.locator("details.menu > summary")
    for place in range(summaries.count()):
        summaries.nth(place).click()
        assert page.locator("details.menu[open]").count() == 1
    page.get_by_role("heading", level=1).click()
    assert page.locator("details.menu[open]").count() == 0


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_colours_follow_the_system_until_they_are_chosen_and_stay_chosen(
    screens: Callable[..., Screen], site: Live
) -> None:
    screen = screens(site.world.member, scheme="dark")
    page = screen.open("/profile")
    dark, root = background(page), page.locator("html")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    assert background(page) != dark
    button = page.locator("[data-theme-next]")
    button.click()
    button.click()
    assert button.get_attribute("data-theme-next") == "dark"
    assert background(page) == dark
    expect(page.locator("#page-status")).to_have_text("Colours: dark.")
    page.reload()
    assert background(page) == dark


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_browser_of_a_test_knows_nothing_of_the_test_before(
    screens: Callable[..., Screen], site: Live, turn: str
) -> None:
    page = screens(site.world.member).open("/profile")
    assert page.evaluate("[localStorage.length, sessionStorage.getItem('a'), history.length]") == [0, None, 2]
    assert "left" not in {each.get("name") for each in page.context.cookies()}
    page.evaluate("localStorage.setItem('rtk-theme', 'dark'), sessionStorage.setItem('a', 'b')")
    page.context.add_cookies([{"name": "left", "value": turn, "url": site.url}])
    other = screens(None).open("/profile")
    assert "/accounts/login/" in other.url
    assert [each.get("name") for each in other.context.cookies() if each.get("name") == "left"] == []
    assert page.evaluate("fetch('/profile').then(answer => answer.redirected)") is False


def test_what_is_copied_is_all_of_it_and_is_said(screens: Callable[..., Screen], site: Live) -> None:
    screen = screens(site.world.owner, permissions=["clipboard-read", "clipboard-write"])
    page = screen.open("/patterns")
    box = page.locator("[data-copy]").first
    box.get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()") == box.locator("[data-text]").text_content()
    expect(box.get_by_role("button")).to_contain_text("Copied")
    expect(page.locator("#page-status")).to_have_text("Copied to the clipboard.")


def test_times_are_the_readers_with_the_exact_one_in_the_title(screens: Callable[..., Screen], site: Live) -> None:
    page = screens(site.world.owner).open("/patterns")
    time = page.locator('time[data-time="ago"]').first
    title = time.get_attribute("title") or ""
    assert "GMT+1" in title or "CET" in title or "CEST" in title or "GMT+2" in title
    assert "UTC" not in title


def test_on_a_telephone_the_navigation_opens_below_the_bar(screens: Callable[..., Screen], site: Live) -> None:
    screen = screens(site.world.member, size=NARROW)
    page = screen.open("/acme/shop/people")
    link = page.get_by_role("link", name="Insights")
    expect(link).to_be_hidden()
    button = page.get_by_role("button", name="Navigation")
    button.click()
    expect(link).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    link.focus()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(button).to_be_focused()


def test_a_message_is_put_away(screen: Screen) -> None:
    page = screen.open("/profile")
    page.get_by_role("button", name="Save").click()
    message = page.get_by_text("Your profile is saved.")
    expect(message).to_be_visible()
    page.get_by_role("button", name="Put this message away").click()
    expect(message).to_have_count(0)


@pytest.mark.parametrize("size", [NARROW, (3840, 2160)])
def test_nothing_is_wider_than_the_window(screens: Callable[..., Screen], site: Live, size: tuple[int, int]) -> None:
    screen = screens(site.world.owner, size=size)
    screen.open("/patterns")
    assert screen.overflow() <= 0


def test_without_script_every_menu_and_the_navigation_work(screens: Callable[..., Screen], site: Live) -> None:
    screen = screens(site.world.member, size=NARROW, java_script_enabled=False)
    page = screen.open("/acme/shop/people")
    expect(page.get_by_role("link", name="Insights")).to_be_visible()
    expect(page.get_by_role("button", name="Navigation")).to_be_hidden()
    page.locator("details.menu > summary").last.click()
    page.get_by_role("link", name="Tokens").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tokens")
    screen.expect("dist/assets")  # scripts are not fetched, which is what is tried here


def test_without_script_the_colours_follow_the_system(screens: Callable[..., Screen], site: Live) -> None:
    seen = []
    for scheme in ("light", "dark"):
        screen = screens(site.world.member, scheme=scheme, java_script_enabled=False)
        seen.append(background(screen.open("/profile")))
        screen.expect("dist/assets")
    assert seen == ["rgb(245, 247, 249)", "rgb(18, 23, 30)"]
