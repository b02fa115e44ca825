"""Objectives that promise a quantile, through the form and on the pages."""

import pytest
from django.test import Client

from rtk.console.store.measures import Http
from rtk.console.store.models import Objective, Verification
from rtk.console.store.verifications import document_of
from rtk.experiment.block import plan_of
from rtk.experiment.plan import ValueLimit
from tests.console.pages.insights.made import browser_of, text_of
from tests.console.pages.objectives.test_views import LIST, typed
from tests.console.people.world import World

PROMISED = {"promises": "quantile", "quantile": "p95<=0.3 s"}


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world)


def test_a_quantile_is_promised_shown_and_verified_as_it_is_spelled(browser: Client) -> None:
    browser.post(f"{LIST}/new", typed(verify="1", **PROMISED))
    objective, verification = Objective.objects.get(), Verification.objects.select_related("experiment__team").get()
    assert (objective.target, objective.quantile) == (0.95, "p95 <= 0.3s")
    plan = plan_of(document_of(verification))
    assert plan.limit == ValueLimit(0, 300.0, "ms", "p95 <= 0.3s")
    assert "<strong>p95 &lt;= 0.3s</strong>: <strong>95 %</strong>" in text_of(browser, f"{LIST}/{objective.id}")
    assert "p95 &lt;= 0.3s over 1 day" in text_of(browser, LIST)
    assert "p95 &lt;= 0.3s" in text_of(browser, f"/acme/shop/verifications/{verification.id}")
    assert 'value="p95 &lt;= 0.3s"' in text_of(browser, f"{LIST}/{objective.id}/edit")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({**PROMISED, "quantile": "p100 <= 1s"}, "Expected a quantile above p1 and below p100"),
        ({**PROMISED, "measure": "status", "lowest": "200"}, "gives no number"),
        ({**PROMISED, "quantile": "p95 <= 300"}, "is measured in ms, expected ms, s or min"),
        ({"quantile": "p95 <= 1s"}, "Give a target or a quantile, not both."),
    ],
)
def test_what_cannot_be_promised_is_said_and_nothing_is_made(
    browser: Client, changed: dict[str, str], told: str
) -> None:
    answer = browser.post(f"{LIST}/new", typed(**changed))
    assert (answer.status_code, Objective.objects.count()) == (422, 0)
    assert told in answer.content.decode()


def test_a_limit_that_a_verification_cannot_be_measured_by_changes_nothing(browser: Client, world: World) -> None:
    browser.post(f"{LIST}/new", typed(verify="1", **PROMISED))
    objective = Objective.objects.get()
    objective.measure = {}
    objective.save()
    sent = typed(promises="quantile", quantile="p95 of other <= 1s", measure="kept")
    answer = browser.post(f"{LIST}/{objective.id}/edit", {**sent, "seen": ""})
    answer = browser.post(f"{LIST}/{objective.id}/edit", {**sent, "seen": answer.context["form"].data["seen"]})
    assert answer.status_code == 422
    assert "cannot be measured by it" in answer.content.decode()
    objective.refresh_from_db()
    assert objective.quantile == "p95 <= 0.3s"


def test_a_promise_about_a_quantile_becomes_one_about_a_share(browser: Client, world: World) -> None:
    objective = Objective.objects.create(
        team=world.shop, name="o", target=0.95, quantile="p95 <= 1s", measure=Http("time", "http://x", 900).probe()
    )
    sent = typed(promises="share", target="99")
    answer = browser.post(f"{LIST}/{objective.id}/edit", {**sent, "seen": ""})
    browser.post(f"{LIST}/{objective.id}/edit", {**sent, "seen": answer.context["form"].data["seen"]})
    objective.refresh_from_db()
    assert (objective.target, objective.quantile) == (0.99, "")
