"""Every page, for everybody: who may, who may not, and who is told that there is no such thing.

A page without a row fails, so that none is forgotten.
"""

import uuid
from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from rtk.console.people import invitations, tokens, urls
from rtk.console.people.models import TeamMembership
from tests.console.people.world import World, new_browser, signed_in

WHO = ("owner", "admin", "member", "viewer", "banker", "stranger", "anonymous")
SIGN_IN = "in"  # sent to sign in


class Row(NamedTuple):
    """An address and what it answers to GET and to an empty POST, in the order of WHO."""

    place: str
    get: str
    post: str


#                 owner admin member viewer other team, other organization, anonymous
EVERYBODY = "200 200 200 200 200 200 in"
INSIDE = "200 200 200 200 200 404 in"
IN_TEAM = "200 200 200 200 404 404 in"
ADMINS = "200 200 403 403 403 404 in"
TEAMS_ADMINS = "200 200 403 403 404 404 in"
ADMINISTRATORS = "200 403 403 403 403 403 in"  # of the console
OWNERS = "200 403 403 403 403 404 in"
NEVER = "405 405 405 405 405 405 405"


def sends_back(seen: str) -> str:
    """Who sees a form gets it back when it is empty."""
    return seen.replace("200", "422")


def does(seen: str) -> str:
    """Who may do it is led on."""
    return seen.replace("200", "302")


ROWS = {
    "home": Row("", "200 200 302 302 302 302 in", "405 405 405 405 405 405 in"),  # who is in one team is led there
    "organizations": Row("", EVERYBODY, NEVER),
    "welcome": Row("key", "410 410 410 410 410 410 410", NEVER),
    "sign-in": Row("key", "410 410 410 410 410 410 410", NEVER),
    "join": Row("key", "410 410 410 410 410 410 410", "410 410 410 410 410 410 410"),
    "profile": Row("", EVERYBODY, does(EVERYBODY)),
    "sign-on-again": Row("", does(EVERYBODY), does(EVERYBODY)),
    "tokens": Row("", EVERYBODY, sends_back(EVERYBODY)),
    "revoke-token": Row("token", NEVER, "302 404 404 404 404 404 in"),
    "end-session": Row("session", NEVER, "404 404 404 404 404 404 in"),
    "make-organization": Row("", ADMINISTRATORS, sends_back(ADMINISTRATORS)),
    "organization": Row("org", INSIDE, NEVER),
    "organization-settings": Row("org", OWNERS, sends_back(OWNERS)),
    "delete-organization": Row("org", OWNERS, sends_back(OWNERS)),
    "leave": Row("org", NEVER, does(INSIDE)),
    "audit": Row("org", ADMINS, NEVER),
    "audit-csv": Row("org", ADMINS, NEVER),
    "limits": Row("", EVERYBODY, NEVER),
    "members": Row("org", INSIDE, NEVER),
    "change-role": Row("member", ADMINS, sends_back(ADMINS)),
    "remove-member": Row("member", NEVER, does(ADMINS)),
    "invitations": Row("org", ADMINS, sends_back(ADMINS)),
    "renew-invitation": Row("invitation", NEVER, does(ADMINS)),
    "withdraw-invitation": Row("invitation", NEVER, does(ADMINS)),
    "make-team": Row("org", ADMINS, sends_back(ADMINS)),
    "team": Row("team", IN_TEAM, "422 422 403 403 404 404 in"),
    "leave-team": Row("entry", NEVER, does(TEAMS_ADMINS)),
    "team-settings": Row("team", TEAMS_ADMINS, sends_back(TEAMS_ADMINS)),
    "delete-team": Row("team", TEAMS_ADMINS, sends_back(TEAMS_ADMINS)),
}
PLACES: dict[str, Callable[[World], dict[str, object]]] = {
    "": lambda _: {},
    "key": lambda _: {"key": "forged"},
    "session": lambda _: {"session": 1},
    "token": lambda world: {"token": tokens.make(world.owner, "CI")[0].pk},
    "org": lambda world: {"org": world.org.slug},
    "member": lambda world: {"org": world.org.slug, "member": world.membership(world.member).pk},
    "invitation": lambda world: {
        "org": world.org.slug,
        "invitation": invitations.invite(world.owner, world.org, "new@example.org", "member").pk,
    },
    "team": lambda world: {"org": world.org.slug, "team": world.shop.slug},
    "entry": lambda world: {
        "org": world.org.slug,
        "team": world.shop.slug,
        "entry": TeamMembership.objects.get(user=world.member).pk,
    },
}


def test_every_page_has_a_row() -> None:
    names = {str(pattern.name) for pattern in urls.urlpatterns}
    assert sorted(names - set(ROWS)) == [], "pages that have no row in ROWS of this file"
    assert sorted(set(ROWS) - names) == [], "rows for pages that are not there"


@pytest.mark.parametrize("name", ROWS)
def test_each_page_answers_each_person_as_its_row_says(world: World, name: str) -> None:
    row, browsers = ROWS[name], everybody(world)
    address = reverse(f"people:{name}", kwargs=PLACES[row.place](world))
    assert answers(browsers, "get", address) == row.get
    assert answers(browsers, "post", address) == row.post


@pytest.mark.parametrize("name", ROWS)
def test_no_page_knows_other_methods(world: World, name: str) -> None:
    address = reverse(f"people:{name}", kwargs=PLACES[ROWS[name].place](world))
    browser = signed_in(world.owner)
    for method in ("put", "patch", "delete", "options"):
        assert getattr(browser, method)(address).status_code == 405


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.place not in ("", "key", "session", "token")]
)
def test_ids_of_other_organizations_lead_nowhere(world: World, name: str) -> None:
    """The same things, asked for within an organization where one may do everything."""
    theirs = {**PLACES[ROWS[name].place](world), "org": world.rival.slug}
    if set(theirs) == {"org"}:
        theirs["org"] = uuid.uuid4()
    address, browser = reverse(f"people:{name}", kwargs=theirs), signed_in(world.stranger)
    for method in ("get", "post"):
        assert getattr(browser, method)(address).status_code in (404, 405)


def everybody(world: World) -> list[Client]:
    """The browsers of WHO."""
    return [new_browser() if who == "anonymous" else signed_in(getattr(world, who)) for who in WHO]


def answers(browsers: list[Client], method: str, address: str) -> str:
    """What each is answered, each time as if the others had not asked."""
    told = []
    for browser in browsers:
        with transaction.atomic():
            told.append(word(getattr(browser, method)(address)))
            transaction.set_rollback(True)
    return " ".join(told)


def word(answer: HttpResponse) -> str:
    """A status, or that one is sent to sign in."""
    away = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return SIGN_IN if away else str(answer.status_code)
