"""The page of a run in a real browser, while the run is told entry by entry."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from rtk.console.store import runs, stream, watch
from rtk.console.store.models import Measurement, Run
from tests.console.live import Live
from tests.console.pages.browser import NARROW, Screen
from tests.console.pages.insights.telling import FIVE, Telling, fill

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
READY = "#chart[data-ready]"
Screens = Callable[..., Screen]


def opened(screen: Screen, telling: Telling) -> Page:
    page = screen.open(telling.page)
    page.wait_for_selector(READY)
    page.evaluate("window.sameDocument = true")
    return page


def shown(page: Page, name: str) -> str:
    return page.locator(f"[data-live={name}]").inner_text().strip()


def cut(then: Callable[[], object]) -> None:
    """End all streams, do something while nobody follows, and let them come back."""
    for loop, listener in stream._listeners.items():
        if not loop.is_closed() and listener._readers:
            loop.call_soon_threadsafe(listener.end)
    until = time.monotonic() + 60
    while any(each._readers for loop, each in stream._listeners.items() if not loop.is_closed()):
        assert time.monotonic() < until
        time.sleep(0.01)
    then()
    for listener in stream._listeners.values():
        listener.over = False


def test_what_is_measured_appears_by_itself(site: Live, screen: Screen) -> None:
    telling = Telling(site, 20).begin()
    page = opened(screen, telling)
    telling.phase("conditions")
    telling.activity("condition", "inject-cpu", 22.0, 24.5)
    telling.measure("conditions", range(5))
    telling.measure("conditions", range(5, 8), 9000, "deviated")
    telling.measure("conditions", range(8, 9), None, "missed")
    expect(page.locator("[data-live=taken]")).to_have_text("9")
    expect(page.locator("[data-count='conditions.met']")).to_have_text("5")
    assert [shown(page, name) for name in ("deviated", "missed", "spent")] == ["3", "1", "0.07 %"]
    expect(page.locator("[data-live=phase]")).to_have_text("conditions")
    expect(page.locator("[data-live=events]")).to_contain_text("condition inject-cpu returned after 2.5 s")
    expect(page.locator("#undone")).to_contain_text("inject-cpu")
    assert page.evaluate("window.sameDocument")


def test_the_phases_between_appear_with_their_first_measurement_and_in_the_key(site: Live, screen: Screen) -> None:
    telling = Telling(site, 20, phases=dict(FIVE)).begin()
    page = opened(screen, telling)
    row, key = page.locator("[data-phase=onset]"), page.get_by_text("onset and undo: not judged")
    expect(row).to_be_hidden()
    expect(key).to_be_hidden()
    telling.phase("onset")
    telling.measure("onset", range(3), 7000, "deviated")
    expect(row).to_be_visible()
    expect(page.locator("[data-count='onset.deviated']")).to_have_text("3")
    expect(page.locator("[data-count='onset.planned']")).to_have_text("3")
    expect(page.locator("[data-live=phase]")).to_have_text("onset")
    expect(page.locator("[data-live=spent]")).to_have_text("0.07 %")
    expect(key).to_be_visible()
    expect(page.locator("[data-phase=undo]")).to_be_hidden()
    page.reload()
    expect(row).to_be_visible()


def test_nothing_is_lost_or_told_twice_when_the_connection_breaks(site: Live, screen: Screen) -> None:
    telling = Telling(site, 40).begin()
    telling.phase("conditions")
    page = opened(screen, telling)
    telling.measure("conditions", range(4))
    expect(page.locator("[data-live=taken]")).to_have_text("4")
    cut(lambda: telling.measure("conditions", range(4, 20)))
    expect(page.locator("[data-live=taken]")).to_have_text("20")
    telling.measure("conditions", range(20, 22))
    expect(page.locator("[data-live=taken]")).to_have_text("22")
    expect(page.locator("[data-live=link]")).to_contain_text("live")


def test_lost_contact_comes_and_goes(site: Live, screen: Screen) -> None:
    telling = Telling(site, 40).begin()
    page = opened(screen, telling)
    badge = page.locator("[data-live=state]")
    expect(badge).to_have_text("running")
    Run.objects.filter(id=telling.run).update(heard_at=now() - runs.SILENCE - timedelta(seconds=5))
    watch.sweep()
    expect(badge).to_have_text("lost contact")
    telling.measure("conditions", range(1))
    expect(badge).to_have_text("running")


def test_an_abandoned_run_is_said_to_be_and_comes_back_when_it_is_heard_of(site: Live, screen: Screen) -> None:
    telling = Telling(site, 40).begin()
    page = opened(screen, telling)
    long_ago = now() - runs.PATIENCE - timedelta(minutes=5)
    Run.objects.filter(id=telling.run).update(heard_at=long_ago, due_at=long_ago)
    watch.sweep()
    expect(page.locator("#insight")).to_have_attribute("data-state", "abandoned")
    page.wait_for_selector(READY)
    telling.measure("conditions", range(1))
    expect(page.locator("[data-live=state]")).to_have_text("running")
    assert page.evaluate("window.sameDocument")


def test_a_stop_is_followed_until_all_is_undone(site: Live, screen: Screen) -> None:
    telling = Telling(site, 60).begin()
    telling.phase("conditions")
    telling.activity("condition", "inject-cpu", 22.0, 24.5)
    page = opened(screen, telling)
    page.get_by_role("button", name="Stop and undo").click()
    said = page.locator("[data-live=stopping]")
    expect(said).to_contain_text("Stopping: stopped on the console by Mary")
    expect(page.locator("[data-live=stop]")).to_be_hidden()
    assert telling.machine
    answer = telling.machine("POST", f"{telling.path}/record", json={"from": telling.next, "entries": []})
    assert answer.json()["stop"] == "stopped on the console by Mary"
    telling.undo(30.0)
    expect(said).to_contain_text("Undone at")
    assert page.evaluate("window.sameDocument")


def test_who_may_only_look_has_no_stop(site: Live, screens: Screens) -> None:
    telling = Telling(site, 60).begin()
    page = opened(screens(site.world.viewer), telling)
    expect(page.get_by_role("button", name="Stop and undo")).to_be_hidden()


def test_at_the_end_the_verdict_stands_there(site: Live, screen: Screen) -> None:
    telling = Telling(site, 110).begin()
    page = opened(screen, telling)
    page.evaluate("window.scrollTo(0, 300)")
    telling.whole()
    expect(page.locator(".verdict-word")).to_contain_text("fail")
    page.wait_for_selector(READY)
    assert page.evaluate("window.sameDocument")
    assert page.evaluate("window.scrollY") == 300
    expect(page.locator("#live")).to_have_count(0)
    expect(page.locator("#chart")).to_have_attribute("data-ready", "yes")


@pytest.mark.parametrize("size", [(1440, 900), NARROW], ids=["wide", "narrow"])
def test_measurements_are_walked_by_keys_and_read_aloud(site: Live, screens: Screens, size: tuple[int, int]) -> None:
    telling = Telling(site, 200).begin().whole()
    page = opened(screens(site.world.member, size=size), telling)
    said = page.locator("#page-status")
    page.focus("#chart")
    page.keyboard.press("Home")
    expect(said).to_contain_text("baseline, slot 0, 3,100 ms, met")
    page.keyboard.press("PageDown")
    expect(said).to_contain_text("conditions, slot 9, 8,293 ms, deviated, outside its tolerance")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("slot 10")
    page.keyboard.press("End")
    expect(said).to_contain_text("recovery, slot 19")
    page.keyboard.press("0")


def test_the_chart_is_saved_as_a_picture(site: Live, screen: Screen) -> None:
    telling = Telling(site, 200).begin().whole()
    page = opened(screen, telling)
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG").click()
    assert saved.value.suggested_filename == f"insight-{telling.run}.png"
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_hostile_text_is_text(site: Live, screen: Screen) -> None:
    action = {"type": "action", "name": HOSTILE, "provider": {"type": "process", "path": "true"}}
    telling = Telling(site, 60, experiment={"method": [action]}).begin(HOSTILE)
    page = opened(screen, telling)
    telling.phase("conditions")
    telling.activity("condition", HOSTILE, 22.0, 23.0, HOSTILE)
    telling.tell({"t": 24.0, "kind": "event", "text": HOSTILE})
    telling.measure("conditions", range(3), None, "deviated")
    expect(page.locator("[data-live=taken]")).to_have_text("3")
    expect(page.locator("[data-live=events]")).to_contain_text("<img src=x")
    assert page.locator("#insight img").count() == 0


def test_a_measure_without_values_is_drawn_as_dots(site: Live, screen: Screen) -> None:
    telling = Telling(site, 60).begin()
    telling.phase("conditions")
    telling.measure("conditions", range(20), None)
    telling.measure("conditions", range(20, 24), None, "deviated")
    page = opened(screen, telling)
    page.focus("#chart")
    page.keyboard.press("End")
    expect(page.locator("#page-status")).to_contain_text("conditions, slot 23, deviated")


RED = """
() => {
  const canvas = document.querySelector('#chart canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    found += data[at] > 140 && data[at + 1] < 80 && data[at + 2] < 80 && data[at + 3] > 200;
  }
  return found;
}
"""


@pytest.mark.parametrize(("deviated", "seen"), [(0, False), (1, True)])
def test_of_twenty_thousand_measurements_the_only_deviated_one_is_seen(
    site: Live, screen: Screen, deviated: int, seen: bool
) -> None:
    telling = Telling(site, 60, {"frequency_s": 0.1, "duration_s": 2_000.0}).begin()
    telling.measure("conditions", range(1))
    fill(telling, 20_000)
    Measurement.objects.filter(run_id=telling.run, n=12_345).update(outcome=deviated)
    page = opened(screen, telling)
    assert (page.evaluate(RED) > 20) is seen


def test_the_chart_takes_the_colours_of_the_page_when_they_change(site: Live, screen: Screen) -> None:
    page = opened(screen, Telling(site, 200).begin().whole())
    before = page.evaluate("document.querySelector('#chart canvas').toDataURL()")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    page.wait_for_function("before => document.querySelector('#chart canvas').toDataURL() !== before", arg=before)


def test_who_may_read_no_longer_is_told(site: Live, screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    from rtk.console.people.models import TeamMembership

    monkeypatch.setattr(stream, "CHECK_S", 0.2)
    monkeypatch.setattr(stream, "PULSE_S", 0.2)
    telling = Telling(site, 60).begin()
    screen = screens(site.world.viewer)
    page = opened(screen, telling)
    entry = TeamMembership.objects.get(user=site.world.viewer, team=site.world.shop)
    entry.delete()
    expect(page.locator("[data-live=link]")).to_contain_text("You can see this run no longer")
    screen.expect("404")  # what the page asked in that moment is refused as well
    TeamMembership.objects.create(user=site.world.viewer, team=site.world.shop)


def test_a_page_that_lost_its_right_asks_no_more(site: Live, screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    from rtk.console.people.models import TeamMembership

    monkeypatch.setattr(stream, "CHECK_S", 0.2)
    monkeypatch.setattr(stream, "PULSE_S", 0.2)
    telling, asked = Telling(site, 60).begin(), list[str]()
    screen = screens(site.world.viewer)
    page = opened(screen, telling)
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("?around") else None)
    page.route("**/*?around", lambda route: route.fulfill(status=503))
    telling.activity("condition", "stress", 10.0, 11.0)
    page.wait_for_timeout(500)
    TeamMembership.objects.filter(user=site.world.viewer, team=site.world.shop).delete()
    expect(page.locator("[data-live=link]")).to_contain_text("You can see this run no longer")
    assert asked, "what is drawn around the measurements was asked for while the page might"
    before = len(asked)
    page.wait_for_timeout(3000)
    assert len(asked) <= before + 1, "one may be under way"
    screen.expect("503", "404")
    TeamMembership.objects.create(user=site.world.viewer, team=site.world.shop)
