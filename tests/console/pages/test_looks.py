"""Every page as people see it: nothing goes wrong in the browser, axe finds nothing, it fits a telephone.

With RTK_SCREENSHOTS set to a directory, `make screenshots` keeps a picture of each: wide and narrow, light and dark.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern
from django.utils.timezone import now
from playwright.sync_api import Browser

from rtk.console.notify import urls as notify
from rtk.console.pages import urls as pages
from rtk.console.people import invitations
from rtk.console.people import urls as people
from rtk.console.people.models import Role, User
from rtk.console.store import safeguards
from rtk.console.store.models import Execution, Experiment, Objective, Verification
from tests.console.live import Live
from tests.console.notify.test_matrix import ROWS as NOTIFICATIONS
from tests.console.pages.browser import NARROW, WIDE, Scheme, Screen, context
from tests.console.pages.full import filled
from tests.console.pages.test_matrix import ROWS as PAGES
from tests.console.people.test_matrix import NEVER
from tests.console.people.test_matrix import ROWS as PEOPLE

PICTURES = os.environ.get("RTK_SCREENSHOTS")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
COLOURS = ("color-contrast", "link-in-text-block")  # what else axe looks for is the same in light and dark
SMALLEST = 360  # px, the narrowest telephone that pages fit
NEVER_FOLLOWS = "window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} }"
# Pages of allauth's; all others are in the matrices, but for the one way in that needs an invitation.
NOBODY = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/join/{invitation}")
OWN = ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/")
INSIGHTS = ("steady", "slow", "gaps", "never-began", "long", "stopped", "left-behind", "abandoned", "lost", "running")
# Pages that nobody looks at here, and why; what answers no GET is none.
UNSEEN = {
    **dict.fromkeys(("pages:insight-report", "pages:insight-csv", "people:audit-csv"), "a file"),
    **dict.fromkeys(("pages:insight-data", "pages:execution-journal"), "JSON"),
    **dict.fromkeys(("pages:timeline-rows", "pages:org-timeline-rows"), "more rows of a page that is looked at"),
    "pages:import-plan": "a part of a page that is looked at",
    "people:join": "looked at as nobody",
    "people:home": "leads to one's team or organization",
    **dict.fromkeys(("people:welcome", "people:sign-in"), "leads on"),
    "people:sign-on-again": "looked at in test_looks_of_ways_in",
}
# What an address names that is not the last thing of its kind.
NAMED: dict[str, tuple[dict[str, str], ...]] = {
    "pages:insight": tuple({"run": name} for name in INSIGHTS),
    "pages:compare-insights": ({"run": "slow", "other": "steady"},),
}
APPS: dict[str, tuple[Sequence[URLPattern], Mapping[str, tuple[str, ...]]]] = {
    "people": (people.urlpatterns, PEOPLE),
    "notify": (notify.urlpatterns, NOTIFICATIONS),
    "pages": (pages.urlpatterns, PAGES),
}


def pages_of(app: str) -> dict[str, str]:
    """The addresses of the pages of an app that answer a GET, by their names."""
    patterns, rows = APPS[app]
    found = {str(each.name): re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{each.pattern}") for each in patterns}
    return {f"{app}:{name}": path for name, path in found.items() if name in rows and rows[name][-2] != NEVER}


def _places() -> Iterator[str]:
    for name, path in (each for app in APPS for each in pages_of(app).items()):
        for named in () if name in UNSEEN else NAMED.get(name, ({},)):
            found = path.replace("{org}", "acme")
            for key, value in named.items():
                found = found.replace(f"{{{key}}}", f"{{{value}}}")
            yield found


PLACES = list(_places())
TEAM = "/acme/{team}"
OF_TEAMS = [place.removeprefix(TEAM) for place in PLACES if place.startswith(TEAM)]


@dataclass(frozen=True)
class Sight:
    """A console with a month of work in it: the team Shop is full, the team Bank empty."""

    live: Live
    ids: dict[str, str]

    def path(self, pattern: str) -> str:
        """An address with its ids in it."""
        return pattern.format(**self.ids)


@pytest.fixture(scope="module")
def sight(site: Live) -> Sight:
    """The console, filled."""
    runs = filled(site)
    kinds: dict[str, Any] = {
        "objective": Objective,
        "verification": Verification,
        "experiment": Experiment,
        "execution": Execution,
    }
    last = {name: kind.objects.filter(team=site.world.shop).latest("created_at") for name, kind in kinds.items()}
    world = site.world
    for name, since, ends in (("Sale weekend", -1, 2), ("Audit", 24, 48), ("Migration", -72, -60)):
        hours = {"begins_at": now() + timedelta(hours=since), "ends_at": now() + timedelta(hours=ends)}
        safeguards.make(world.shop, world.member, {"name": name, "reason": "Ask Ann before you run.", **hours})
    office = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00", "zone": "Europe/Berlin"}
    safeguards.make(world.shop, world.member, {"name": "Office hours", "weekly": office, "everywhere": True})
    safeguards.change(safeguards.make(world.shop, world.owner, {"name": "Frozen"}), world.admin, {"active": False})
    asked = invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER, [world.shop])
    ways_in = {
        "invitation": invitations.path(asked).rpartition("/")[2],
        "member": str(world.membership(world.member).pk),
    }
    return Sight(site, {**runs, **ways_in, **{name: str(thing.pk) for name, thing in last.items()}})


@pytest.fixture(scope="module")
def tabs(site: Live, browser: Browser) -> Iterator[Callable[[User | None], Screen]]:
    """A tab of somebody's, opened once for all tests."""
    with ExitStack() as stack:
        kept: dict[User | None, Screen] = {}

        def tab(user: User | None) -> Screen:
            if user not in kept:
                kept[user] = Screen(stack.enter_context(context(browser, site.url, user)).new_page(), site.url)
            return kept[user]

        yield tab


def judge(screen: Screen, path: str, name: str) -> None:
    """Look at a page in light and dark, wide and narrow. What is wrong with it is told all at once."""
    screen.troubles.clear()
    screen.resize(WIDE)
    screen.page.emulate_media(color_scheme="light")
    screen.open(path)
    wrong = [f"{scheme}, {found}" for scheme in SCHEMES for found in _seen(screen, scheme, name)]
    screen.resize((SMALLEST, NARROW[1]))
    over = screen.overflow()
    wrong += [*screen.troubles, *([f"{over} px wider than {SMALLEST} px"] if over > 0 else [])]
    assert not wrong, "\n".join(wrong)


def _seen(screen: Screen, scheme: Scheme, name: str) -> list[str]:
    screen.page.emulate_media(color_scheme=scheme)
    found = screen.violations(*(() if scheme == "light" else COLOURS))
    for size in (NARROW, WIDE) if PICTURES else ():  # and so it is wide again
        screen.resize(size)
        screen.page.screenshot(path=Path(PICTURES or "") / f"{name}-{size[0]}-{scheme}.png", full_page=True)
    return found


def named(path: str, before: str = "") -> str:
    """The name of a page's picture."""
    return re.sub(r"\W+", "-", f"{before}{path}").strip("-") or "home"


def test_every_page_is_looked_at_unless_a_row_says_why_not() -> None:
    names = {name for app in APPS for name in pages_of(app)}
    assert sorted(set(UNSEEN) - names) == [], "rows of UNSEEN for what is not there"
    assert len(PLACES) >= len(names) - len(UNSEEN) > 30


@pytest.mark.parametrize("path", NOBODY)
def test_the_way_in(path: str, sight: Sight, tabs: Callable[..., Screen]) -> None:
    judge(tabs(None), sight.path(path), named(path))


@pytest.mark.parametrize("path", [*OWN, *(place for place in PLACES if not place.startswith(TEAM))])
def test_pages_of_people_and_organizations(path: str, sight: Sight, tabs: Callable[..., Screen]) -> None:
    judge(tabs(sight.live.world.owner), sight.path(path), named(path))


@pytest.mark.parametrize("team", ["shop", "bank"])
@pytest.mark.parametrize("path", [path for path in OF_TEAMS if "{" not in path])
def test_pages_of_a_team_that_is_full_or_empty(path: str, team: str, sight: Sight, tabs: Callable[..., Screen]) -> None:
    judge(tabs(sight.live.world.owner), f"/acme/{team}{path}", named(path or "/timeline", team))


@pytest.mark.parametrize("path", [path for path in OF_TEAMS if "{" in path])
def test_pages_of_things(path: str, sight: Sight, tabs: Callable[..., Screen]) -> None:
    judge(tabs(sight.live.world.owner), sight.path(f"/acme/shop{path}"), named(path, "one"))


@pytest.mark.parametrize("path", ["", "/insights/{steady}"])
def test_a_chart_that_has_not_followed_the_window_yet_does_not_widen_the_page(
    path: str, sight: Sight, browser: Browser
) -> None:
    with context(browser, sight.live.url, sight.live.world.owner) as made:
        screen = Screen(made.new_page(), sight.live.url)
        screen.page.add_init_script(NEVER_FOLLOWS)
        screen.open(sight.path(f"/acme/shop{path}"))
        canvas = screen.page.locator("canvas").first
        canvas.wait_for()
        screen.page.set_viewport_size({"width": SMALLEST, "height": NARROW[1]})
        assert canvas.evaluate("canvas => canvas.clientWidth") > SMALLEST
        assert screen.overflow() <= 0


def test_a_page_that_is_not_there(sight: Sight, tabs: Callable[..., Screen]) -> None:
    screen = tabs(sight.live.world.owner)
    screen.open("/acme/nowhere")
    assert screen.violations() == []
    assert screen.page.get_by_role("heading", level=1).count() == 1
