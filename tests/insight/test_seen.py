"""The outages that a run saw, phase after phase."""

import pytest

from rtk.insight.insight import insight
from rtk.insight.seen import SeenOutages
from tests.insight.builder import run_of


def seen(conditions: str, baseline: str = "", recovery: str = "", frequency_s: float = 1.0) -> SeenOutages:
    found = insight(run_of(conditions, baseline=baseline, recovery=recovery, frequency_s=frequency_s)).seen
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("marks", "outages", "seconds"),
    [
        ("", 0, 0.0),
        ("....", 0, 0.0),
        ("..x..xx..", 2, 3.0),
        ("xx...", 1, 2.0),
        ("..x-x..", 1, 3.0),
        ("..x--xx-.", 1, 5.0),
        (".-x.-.", 1, 1.0),
    ],
)
def test_outages_are_counted_with_their_length(marks: str, outages: int, seconds: float) -> None:
    assert seen(marks) == SeenOutages(outages, seconds)


@pytest.mark.parametrize("marks", ["...xxx", "...xxx--"])
def test_one_that_the_runs_end_cut_off_adds_its_time_and_is_not_counted(marks: str) -> None:
    assert seen(marks) == SeenOutages(0, 3.0)


def test_an_outage_goes_on_from_phase_to_phase() -> None:
    assert seen("xx..xx", baseline="..x", recovery="x.x.") == SeenOutages(3, 7.0)


def test_its_length_is_in_seconds() -> None:
    assert seen("..xx..", frequency_s=5.0) == SeenOutages(1, 10.0)
