"""What proof of a target requires, and what a plan can show at all."""

import json

import pytest

from rtk.insight.power import power
from rtk.insight.proof import needed
from rtk.insight.requirement import requirement


def test_it_needs_what_a_clean_run_needs() -> None:
    found = requirement(0.95, 10.0, 30.0).as_dict()
    assert (found["needed"], found["needed_s"]) == (needed(0.95, 3.0), needed(0.95, 3.0) * 10.0)
    assert found["outage"] == {"seconds": 30.0, "source": "declared"}


def test_the_services_deviate_half_a_fifth_and_a_tenth_as_often_as_they_may() -> None:
    assert [each["share"] for each in requirement(0.9, 10.0, 10.0).as_dict()["services"]] == [0.95, 0.98, 0.99]


def test_their_chances_are_those_of_the_planner() -> None:
    found = requirement(0.95, 10.0, 30.0, slots=360).as_dict()["services"]
    assert [each["passes_plan"] for each in found] == [power(0.95, 360, each["share"], 3.0) for each in found]
    assert [each["passes_needed"] for each in found] == [power(0.95, 168, each["share"], 3.0) for each in found]
    assert all(power(0.95, each["enough"], each["share"], 3.0) >= 0.9 for each in found)


def test_without_a_plan_there_is_no_chance_to_pass_it() -> None:
    found = requirement(0.95, 10.0, 30.0).as_dict()
    assert found["plan"] is None
    assert {each["passes_plan"] for each in found["services"]} == {None}


def test_the_plan_of_the_tutorial_can_fail_and_cannot_pass() -> None:
    plan = requirement(0.95, 10.0, slots=30).as_dict()["plan"]
    assert (plan["slots"], plan["duration_s"], plan["can_pass"], plan["fails_from"]) == (30, 300.0, False, 5)
    assert plan["provable"] == pytest.approx(0.786, abs=0.0005)


def test_every_figure_is_one_that_json_has() -> None:
    assert json.loads(json.dumps(requirement(0.99999, 1.0, 600.0, slots=0).as_dict(), allow_nan=False))
