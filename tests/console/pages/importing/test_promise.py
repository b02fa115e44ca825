"""A share or a quantile: of both, only what was chosen is read."""

from typing import Any

import pytest
from django import forms

from rtk.console.pages.importing.promise import PromiseForm
from rtk.console.pages.objectives.forms import NewObjectiveForm

OBJECTIVE = {"name": "n", "window": "1", "unit": "86400", "measure": "time", "url": "http://x", "within": "500"}


def filled(**typed: str) -> NewObjectiveForm:
    return NewObjectiveForm({**OBJECTIVE, **typed})


@pytest.mark.parametrize(
    ("typed", "promised"),
    [
        ({"target": "95"}, {"target": 0.95, "quantile": ""}),
        ({"promises": "share", "target": "95", "quantile": "p0"}, {"target": 0.95, "quantile": ""}),
        ({"promises": "quantile", "target": "200", "quantile": "p95<=300 ms"}, {"quantile": "p95 <= 300ms"}),
        ({"quantile": "p95 <= 1s"}, {"quantile": "p95 <= 1s"}),
    ],
)
def test_what_is_chosen_is_read(typed: dict[str, str], promised: dict[str, Any]) -> None:
    form = filled(**typed)
    assert form.is_valid(), form.errors
    assert {key: value for key, value in form.values().items() if key in ("target", "quantile")} == promised


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"target": "95", "quantile": "p95 <= 1s"}, "quantile", "Give a target or a quantile, not both."),
        ({"promises": "quantile", "quantile": "p100 <= 1s"}, "quantile", "Expected a quantile above p1"),
        ({"promises": "quantile", "quantile": "p95 <= 1 hour"}, "quantile", "Unknown unit"),
        ({"promises": "quantile", "quantile": ""}, "quantile", "required"),
        ({"promises": "share", "target": ""}, "target", "required"),
    ],
)
def test_what_is_wrong_is_said_beside_it(typed: dict[str, str], field: str, told: str) -> None:
    form = filled(**typed)
    assert not form.is_valid()
    assert told in str(form.errors[field])
    assert set(form.errors) == {field}


def test_a_form_asks_for_a_share_unless_it_is_given_a_quantile() -> None:
    class Form(PromiseForm):
        target = forms.DecimalField()

    assert Form().chosen() == "share"
    assert Form(initial={"promises": "quantile"}).chosen() == "quantile"
