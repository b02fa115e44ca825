"""The wizard with promises about a quantile: proposed from a file, typed, and attached."""

import json
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from rtk.console.store.models import Objective, Verification
from tests.console.live import EXPERIMENT, verification
from tests.console.pages.importing.test_views import FILLED, create, field, looked_at
from tests.console.people.world import World

SOURCE = json.dumps(EXPERIMENT)


def created(member: Client, address: str, **more: Any) -> Any:
    return create(member, address, source=SOURCE, promises="quantile", target="", **more)


def test_the_quantile_of_a_file_is_proposed(member: Client, address: str) -> None:
    file = deepcopy(verification("v"))
    file["extensions"][0]["verification"]["objective"] = {"name": "Checkout", "quantile": "p99<=2s", "window": "1d"}
    page = looked_at(member, address, json.dumps(file))
    assert (field(page, "promises"), field(page, "quantile")) == ("quantile", "p99 <= 2s")


def test_a_quantile_that_is_typed_is_promised(member: Client, address: str) -> None:
    assert created(member, address, quantile="p95 <= 300ms").status_code == 302
    objective = Verification.objects.select_related("objective").get().objective
    assert objective
    assert (objective.target, objective.quantile) == (0.95, "p95 <= 300ms")


@pytest.mark.parametrize(
    ("quantile", "told"),
    [
        ("", "This field is required"),
        ("p100 <= 300ms", "Expected a quantile above p1 and below p100, not p100."),
        ("p95 of other <= 300ms", "there is no probe &quot;other&quot; in the hypothesis"),
        ("p95 <= 300", "is measured in ms, expected ms, s or min"),
    ],
)
def test_what_cannot_be_promised_is_said_and_nothing_is_made(
    member: Client, address: str, quantile: str, told: str
) -> None:
    answer = created(member, address, quantile=quantile)
    assert (answer.status_code, Objective.objects.count(), Verification.objects.count()) == (422, 0, 0)
    assert told in answer.content.decode()


def test_an_objective_that_does_not_fit_the_experiment_is_refused_beside_it(
    member: Client, address: str, world: World
) -> None:
    promised = {"target": 0.95, "quantile": "p95 of other <= 1s", "window_s": 3600}
    objective = Objective.objects.create(team=world.shop, name="Promised", **promised)
    answer = created(member, address, attach="existing", objective=str(objective.pk))
    assert answer.status_code == 422
    assert "no probe" in str(answer.context["form"].errors["objective"])
    assert "Promised: p95 of other &lt;= 1s over 1 h" in answer.content.decode()


def test_the_plan_line_knows_the_share_of_a_quantile(member: Client, address: str) -> None:
    asked = {**FILLED, "promises": "quantile", "target": "", "quantile": "p90 <= 300ms"}
    page = member.get(f"{address}/plan?{urlencode(asked)}").content.decode()
    assert "A service that is 98 % good passes this plan" in page, "a fifth of what p90 lets deviate"
