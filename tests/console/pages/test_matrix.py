"""Every page, for everybody: who may, who may not, and who is told that there is no such thing.

A page without a row fails, so that none is forgotten.
"""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from rtk.console.pages import urls
from rtk.console.store import safeguards
from rtk.console.store.models import Run
from tests.console.pages.insights.made import ended
from tests.console.people.test_matrix import IN_TEAM, INSIDE, NEVER, Row, answers, does, everybody, sends_back
from tests.console.people.world import World, made, signed_in

#                 owner admin member viewer other team, other organization, anonymous
CHANGES = "200 200 200 403 404 404 in"
ADMINS = "200 200 403 403 404 404 in"
ONLY_OWNERS = "200 404 404 404 404 200 in"  # the stranger owns another organization
SHOWN = Row("team", IN_TEAM, NEVER)
DONE = Row("team", NEVER, does(CHANGES))
FORM = Row("team", CHANGES, sends_back(CHANGES))
OF_ALL = Row("org", INSIDE, NEVER)

ROWS: dict[str, Row] = {
    "patterns": Row("", ONLY_OWNERS, NEVER),
    **dict.fromkeys(("org-timeline", "org-timeline-rows", "org-verifications"), OF_ALL),
    **dict.fromkeys(("org-insights", "org-executions"), OF_ALL),
    **dict.fromkeys(("timeline", "timeline-rows", "objectives", "objective", "verifications", "verification"), SHOWN),
    **dict.fromkeys(("insights", "insight", "insight-data", "insight-report", "insight-csv"), SHOWN),
    **dict.fromkeys(("compare-insights", "experiments", "experiment"), SHOWN),
    **dict.fromkeys(("executions", "running-executions", "execution"), SHOWN),
    "execution-journal": Row("team", IN_TEAM.replace("200", "404"), NEVER),  # there is none of this one
    **dict.fromkeys(("import", "new-objective", "edit-objective", "edit-verification"), FORM),
    **dict.fromkeys(("archive-objective", "archive-verification", "archive-experiment"), DONE),
    **dict.fromkeys(("stop-insight",), DONE),
    "release-run": DONE,  # it holds nothing, and it is said so
    "acknowledge-run": DONE,  # there is nothing to acknowledge of this run, and it is said so
    **dict.fromkeys(("badge-verification", "badge-objective"), Row("team", NEVER, does(ADMINS))),
    "safeguards": Row("team", IN_TEAM, sends_back(CHANGES)),
    "lift-safeguard": Row("team", NEVER, does(ADMINS)),
    "dismiss-guide": Row("team", NEVER, does(IN_TEAM)),
    "import-plan": Row("team", CHANGES, NEVER),
}


@pytest.fixture
def world(db: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()


@pytest.fixture
def things(world: World) -> dict[str, Any]:
    """What the addresses name: all of one run of the team Shop."""
    run: Run = ended(world)
    of = {"run": run.id, "other": ended(world).id, "verification": run.verification_id, "form": "json"}
    more = {"experiment": run.experiment_id, "execution": run.execution_id, "objective": run.verification.objective_id}
    forbidding = safeguards.make(world.shop, world.owner, {"name": "Sale"})
    return {"org": "acme", "team": "shop", "safeguard": forbidding.id, **of, **more}


def address(name: str, things: dict[str, Any]) -> str:
    """A page's address."""
    pattern = next(each for each in urls.urlpatterns if each.name == name)
    return reverse(f"pages:{name}", kwargs={key: things[key] for key in pattern.pattern.converters})


def test_every_page_has_a_row() -> None:
    names = {str(pattern.name) for pattern in urls.urlpatterns}
    assert sorted(names - set(ROWS)) == [], "pages that have no row in ROWS of this file"
    assert sorted(set(ROWS) - names) == [], "rows for pages that are not there"


def test_each_page_answers_each_person_as_its_row_says(world: World, things: dict[str, Any]) -> None:
    browsers = everybody(world)
    asked = {name: address(name, things) for name in ROWS}
    told = {
        name: Row(ROWS[name].place, *(answers(browsers, how, asked[name]) for how in ("get", "post"))) for name in ROWS
    }
    assert told == ROWS


def test_no_page_knows_other_methods(world: World, things: dict[str, Any]) -> None:
    browser = signed_in(world.owner)
    for name in ROWS:
        for method in ("put", "patch", "delete", "options"):
            assert getattr(browser, method)(address(name, things)).status_code == 405, name


def test_things_of_another_team_are_not_there(world: World, things: dict[str, Any]) -> None:
    """The same things, asked for within another team, where one may do everything; and things that are nowhere."""
    ids = {key: value for key, value in things.items() if isinstance(value, uuid.UUID)}
    browser = signed_in(world.owner)
    for pattern in urls.urlpatterns:
        name = str(pattern.name)
        if not set(ids) & set(pattern.pattern.converters):
            continue
        elsewhere = address(name, {**things, "team": "bank"})
        nowhere = address(name, {**things, **{key: uuid.uuid4() for key in ids}})
        for place in (elsewhere, nowhere):
            assert {getattr(browser, method)(place).status_code for method in ("get", "post")} <= {404, 405}, place
