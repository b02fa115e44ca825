"""What stands around pages: for whom, where one is, and at what cost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from rtk.console.pages import frame
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import User
from tests.console.people.world import World, signed_in


def of_team(world: World, user: User) -> frame.PageFrame:
    team = gate.team_for(Caller(user), "acme", "shop", "read")
    return frame.around(user, team.org, team, "insights")


def test_the_navigation_of_a_team_leads_to_all_its_pages_and_marks_where_one_is(world: World) -> None:
    found = of_team(world, world.member)
    assert [entry.url for entry in found.main] == [
        "/acme/shop",
        *(f"/acme/shop/{page}" for page in ("objectives", "verifications", "insights", "experiments", "executions")),
    ]
    assert [entry.key for entry in found.main if entry.here] == ["insights"]


@pytest.mark.parametrize(
    ("who", "more", "imports"),
    [
        ("owner", ["safeguards", "people", "notifications", "settings"], True),
        ("admin", ["safeguards", "people", "notifications", "settings"], True),
        ("member", ["safeguards", "people"], True),
        ("viewer", ["safeguards", "people"], False),
    ],
)
def test_nobody_is_led_to_what_they_may_not(world: World, who: str, more: list[str], imports: bool) -> None:
    found = of_team(world, getattr(world, who))
    assert [entry.key for entry in found.more] == more
    assert bool(found.importing) is imports


def test_the_switcher_holds_ones_own_organizations_and_teams_alone(world: World) -> None:
    found = of_team(world, world.member)
    assert ([org.name for org in found.orgs], [team.name for team in found.teams]) == (["Acme"], ["Shop"])
    assert [team.name for team in of_team(world, world.owner).teams] == ["Bank", "Shop"]


def test_whoever_has_not_signed_in_sees_nothing_of_it() -> None:
    assert frame.around(AnonymousUser(), None, None, "").main == ()
    assert frame.around(None, None, None, "").orgs == ()


def test_it_costs_three_queries_at_most(world: World, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    team = gate.team_for(Caller(world.owner), "acme", "shop", "read")
    with django_assert_max_num_queries(3):
        frame.around(world.owner, team.org, team, "timeline")


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/", "Organizations"),
        ("/profile", "Profile"),
        ("/tokens", "Tokens"),
        ("/accounts/email/", "Profile"),
        ("/accounts/2fa/", "Second factors"),
        ("/accounts/sessions/", "Sessions"),
        ("/acme/teams", "Teams"),
        ("/acme/members", "Members"),
        ("/acme/shop/people", "People"),
        ("/acme/shop/settings", "Settings"),
        ("/acme/shop/notifications", "Notifications"),
        ("/acme/shop/insights", "Insights"),
    ],
)
def test_each_page_is_marked_in_the_navigation(world: World, address: str, entry: str) -> None:
    page = signed_in(world.owner).get(address).content.decode()
    [here] = re.findall(r'aria-current="page">.*?<span>(.*?)</span>', page)
    assert here == entry
    assert page.count("<h1") == 1


@pytest.mark.parametrize("address", ["/nowhere", "/acme/nowhere", "/a/b/c/d"])
def test_what_is_not_there_is_told_in_the_frame(world: World, address: str) -> None:
    answer = signed_in(world.owner).get(address)
    assert answer.status_code == 404
    assert "<h1" in answer.content.decode()
