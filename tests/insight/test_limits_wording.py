"""What a verdict may not be read as: how long outages last, what was not measured, and what its certainty means."""

import pytest

from rtk.insight.insight import insight
from rtk.insight.outage_length import Learned
from tests.insight.builder import run_of

SURE = '"95 % sure" means that of 20 such statements at most 1 is wrong.'


@pytest.mark.parametrize("conditions", ["." * 100, "x" * 100, "." * 30, ".x" * 20])
def test_what_95_per_cent_sure_means_is_said_of_every_judged_run(conditions: str) -> None:
    assert SURE in insight(run_of(conditions)).limits


def test_a_run_that_is_no_evidence_has_no_limits() -> None:
    assert insight(run_of("....", baseline="x" * 30)).limits == ()


def test_the_length_of_an_outage_says_where_it_is_from() -> None:
    assumed, declared, learned = (
        insight(run_of("." * 100, **given)).limits[1]
        for given in ({"outage_lasts_s": None}, {}, {"outage_learned": Learned(30.0, 5, 2)})
    )
    assert assumed.startswith("Nobody said how long an outage lasts, so 10 s on average is assumed.")
    assert declared.startswith("Outages are taken to last 1 s on average, as declared.")
    assert learned.startswith("Outages are taken to last 30 s on average, as learned from 5 outages in 2 earlier runs")


def test_a_single_outage_that_was_seen_is_said_to_tell_little() -> None:
    told = insight(run_of("." * 100 + "x" * 6 + "." * 20)).limits[1]
    assert told.startswith(
        "This run saw 1 outage of 6 s. So few say little about others: one can only be 75 % sure that outages last "
    )
    assert " or less on average. That is longer than the 1 s declared, so " in told
    many = insight(run_of("." * 900 + "..xxx" * 6)).limits[1]
    assert "Others may last longer: one can only be 75 % sure that outages last " in many


@pytest.mark.parametrize(
    ("missed", "told"), [("-", "takes it as the worst case"), ("--", "takes them as the worst case")]
)
def test_slots_that_were_not_measured_are_said_to_be_read_the_worst_way(missed: str, told: str) -> None:
    assert insight(run_of("." * 400 + missed)).limits[4].endswith(told + ".")
