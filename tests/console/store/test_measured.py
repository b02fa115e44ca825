"""All measurements of a run are read as they would be one by one, in whichever order and however many came."""

import random
from typing import Any

import pytest

from rtk.console.store import measured
from rtk.console.store.models import Measurement as Row
from rtk.console.store.models import Run
from rtk.insight.facts import OUTCOMES, PHASES, PHASES_BY_CODE, Facts, MeasurementSeries, SlotMeasurement
from tests.console.live import head, measurement
from tests.console.pages.insights.made import a_run, told
from tests.console.people.world import World, made
from tests.insight.builder import run_of

pytestmark = pytest.mark.django_db
SAYINGS = [None, "no slot free", "stopped by Mary", "it took 900 ms", "the measurer was late by 2 s"]


@pytest.fixture
def world() -> World:
    """Acme and Rival, until the test is over."""
    return made()


def entries(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Measurements of all kinds in no order, several of them due at one moment."""
    draw = random.Random(seed)
    found = []
    for slot in range(count):
        outcome = draw.choice(OUTCOMES)
        one = measurement(slot, outcome, draw.choice([None, 1.5, 70.0]), draw.choice(PHASES))
        one |= {"due": float(slot // 3), "reason": draw.choice(SAYINGS), "code": draw.choice([None, "late", "new"])}
        if outcome == "missed":
            one |= {"started": None, "ended": None, "value": None}
        found.append(one)
    draw.shuffle(found)
    return found


def one_by_one(run: Run) -> list[SlotMeasurement]:
    """The measurements read as rows, in the order they were due."""
    whole = MeasurementSeries()
    for row in Row.objects.filter(run_id=run.id, day=run.day).order_by("due", "slot"):
        times = (row.due, row.started, row.ended)
        whole.add(PHASES_BY_CODE[row.phase], row.slot, *times, OUTCOMES[row.outcome], row.value, row.reason, row.code)
    return list(whole)


@pytest.mark.parametrize("part", [1, 7, 60, 61, 1000])
def test_in_parts_of_any_size_they_are_what_each_row_says(
    world: World, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "_PART", part)
    run = told(a_run(world), [head("r"), *entries(60)])
    found = measured.measurements(run)
    assert [each._replace(reason=None) for each in one_by_one(run)] == list(found)
    measured.explain(run, facts(found))
    assert one_by_one(run) == list(found)


def facts(found: MeasurementSeries) -> Facts:
    whole = run_of("")
    return Facts(whole.run_id, whole.title, 1.0, 60.0, 0.0, found)


def test_a_run_without_any_has_none(world: World) -> None:
    assert len(measured.measurements(a_run(world))) == 0


def test_no_more_sentences_are_read_than_reports_show(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtk.report.html.MOST_ROWS", 4)
    run = told(a_run(world), [head("r"), *[measurement(slot, "deviated") for slot in range(10)]])
    found = measured.measurements(run)
    measured.explain(run, facts(found))
    assert [each.reason for each in found] == ["too slow"] * 4 + [None] * 6
