"""Every page of notifications, for everybody. A page without a row fails."""

import pytest
from django.urls import reverse

from rtk.console.notify import urls
from tests.console.notify.told import recipient
from tests.console.people.test_matrix import NEVER, TEAMS_ADMINS, answers, does, everybody, sends_back
from tests.console.people.world import World, signed_in

ROWS = {
    "notifications": (TEAMS_ADMINS, sends_back(TEAMS_ADMINS)),
    "test": (NEVER, does(TEAMS_ADMINS)),
    "remove": (NEVER, does(TEAMS_ADMINS)),
}


def address(world: World, name: str, org: str = "acme") -> str:
    place: dict[str, object] = {"org": org, "team": world.shop.slug}
    if name != "notifications":
        place["recipient"] = recipient(world).pk
    return reverse(f"notify:{name}", kwargs=place)


def test_every_page_has_a_row() -> None:
    names = {str(pattern.name) for pattern in urls.urlpatterns}
    assert sorted(names - set(ROWS)) == [], "pages that have no row in ROWS of this file"
    assert sorted(set(ROWS) - names) == [], "rows for pages that are not there"


@pytest.mark.parametrize("name", ROWS)
def test_each_page_answers_each_person_as_its_row_says(world: World, name: str) -> None:
    at, browsers = address(world, name), everybody(world)
    assert (answers(browsers, "get", at), answers(browsers, "post", at)) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_no_page_knows_other_methods(world: World, name: str) -> None:
    at, browser = address(world, name), signed_in(world.owner)
    for method in ("put", "patch", "delete", "options"):
        assert getattr(browser, method)(at).status_code == 405


@pytest.mark.parametrize("name", ROWS)
def test_ids_of_other_organizations_lead_nowhere(world: World, name: str) -> None:
    at, browser = address(world, name, org="rival"), signed_in(world.stranger)
    assert (browser.get(at).status_code, browser.post(at).status_code) in ((404, 404), (405, 404))
