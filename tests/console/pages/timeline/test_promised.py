"""What a team promised, on its home page: each with its state, the lowest first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from rtk.console.pages.timeline import promised
from rtk.console.store import changes
from rtk.console.store.models import Objective
from rtk.insight.standing_shape import StandingState
from tests.console.pages.insights.made import browser_of, ended, text_of
from tests.console.pages.test_promises import many
from tests.console.people.world import World

pytestmark = pytest.mark.django_db


def objective(world: World, name: str) -> Objective:
    return changes.new_objective(world.shop, world.member, {"name": name, "target": 0.99, "window": 86_400.0})


def test_a_team_that_promises_nothing_has_no_promises(world: World) -> None:
    assert promised.of(world.shop, now()) is None
    assert "promises-title" not in text_of(browser_of(world), "/acme/shop")


def test_its_home_page_says_how_each_promise_stands_the_lowest_first(world: World) -> None:
    run = ended(world)
    many(run, 12)
    untried = objective(world, "Answers quickly")
    text = text_of(browser_of(world), "/acme/shop")
    section = text.partition('id="promises-title"')[2].partition("</section>")[0]
    assert "1 never tried, 1 kept" in section
    assert section.index("Answers quickly") < section.index("Checkout")
    assert section.index("</svg> never tried</span>") < section.index("</svg> kept</span>")
    for told in ("99 % over 1 day; no verification", "95 % over 1 day<"):
        assert told in section
    assert reverse("pages:objective", args=["acme", "shop", untried.pk]) in section


def test_one_that_lapsed_comes_after_one_that_nobody_tried(world: World) -> None:
    many(ended(world), 12)
    objective(world, "Answers quickly")
    found = promised.of(world.shop, now() + timedelta(days=31))
    assert found is not None
    assert [each.stands.state for each in found.shown] == [StandingState.NEVER_TRIED, StandingState.LAPSED]


def test_only_some_are_shown_and_all_are_counted(world: World) -> None:
    for n in range(promised.SHOWN + 3):
        objective(world, f"Promise {n}")
    found = promised.of(world.shop, now())
    assert found is not None
    assert (len(found.shown), found.more, found.counts) == (promised.SHOWN, 3, f"{promised.SHOWN + 3} never tried")
    assert ">3 more</a>" in text_of(browser_of(world), "/acme/shop")


def test_a_later_page_of_the_timeline_does_not_repeat_them(world: World) -> None:
    ended(world)
    cursor = "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMCAwMTk3YTNjNC01YjZlLTdmODAtOTEyMy00NTY3ODlhYmNkZWY"
    assert "promises-title" not in text_of(browser_of(world), f"/acme/shop?before={cursor}")
