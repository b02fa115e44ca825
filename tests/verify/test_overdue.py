"""What deviates before it has ended."""

import math
from typing import Any

import pytest

from rtk.verify.crew import InFlight
from rtk.verify.overdue import SLACK_S, Overdue
from rtk.verify.schedule import Grid
from tests.verify.virtual import VirtualClock


def under_way(clock: VirtualClock, probes: list[dict[str, Any]] | None = None) -> InFlight:
    now = clock.monotonic()
    return InFlight(Grid("conditions", now, 1.0, 1), 0, now, now + 30.0, 30.0, probes or [])


@pytest.mark.parametrize(("after", "past"), [(0.3, False), (0.3 + SLACK_S / 2, False), (0.4, True)])
def test_a_probe_is_past_its_threshold_once_it_took_longer(after: float, past: bool) -> None:
    clock = VirtualClock()
    one = under_way(clock)
    clock.sleep(after)
    overdue = Overdue([0.3], clock)
    assert overdue.is_past(one) is overdue.deviates(one) is past


def test_only_the_probe_at_work_is_held_against_its_own_threshold() -> None:
    clock = VirtualClock()
    one = under_way(clock, [{"tolerance_met": True}])
    clock.sleep(10.0)
    assert not Overdue([0.3, None], clock).is_past(one)
    assert Overdue([None, 0.3], clock).is_past(one)
    assert not Overdue([0.3], clock).is_past(one), "it is beyond its last probe"


def test_a_measurement_deviates_as_soon_as_one_of_its_probes_did() -> None:
    clock = VirtualClock()
    one = under_way(clock, [{"tolerance_met": True}, {"tolerance_met": False}])
    overdue = Overdue([None, None, None], clock)
    assert overdue.deviates(one)
    assert not overdue.is_past(one), "what is left of it may still be measured"


def test_a_measurement_whose_first_probe_has_not_begun_is_not_past_anything() -> None:
    clock = VirtualClock()
    one = InFlight(Grid("conditions", 0.0, 1.0, 1), 0, 0.0)
    clock.sleep(5.0)
    assert not Overdue([0.3], clock).deviates(one)


def test_the_next_that_is_overdue_is_known_before_it_is() -> None:
    clock = VirtualClock()
    overdue = Overdue([0.3], clock)
    first = under_way(clock)
    clock.sleep(0.2)
    second = under_way(clock)
    assert overdue.next([second, first]) == overdue.due(first) == pytest.approx(0.3 + SLACK_S)
    clock.sleep(0.2)
    assert overdue.next([second, first]) == overdue.due(second)
    assert overdue.next([first]) == math.inf
