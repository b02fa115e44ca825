"""Quantiles in reports: a bound behind each number, or what it needs; never a number alone."""

import pytest
from msgspec.structs import replace

from rtk.insight.insight import insight
from rtk.insight.promise import ServiceLevelObjective
from rtk.insight.proof import LengthFrom
from rtk.insight.quantile_bound import QuantileBound, QuantileState
from rtk.insight.shape import Insight
from rtk.report import quantiles
from rtk.report.junit import junit
from rtk.report.lines import lines
from rtk.report.markdown import markdown
from rtk.report.quantiles import Needed
from rtk.report.story import story
from tests.report.samples import clean, deviating, long

P95 = QuantileBound("p95", 0.95, QuantileState.PROVEN, 210.0, 260.0, 230.0, 168)


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        (P95, "210 ms (≤ 260 ms)"),
        (replace(P95, state=QuantileState.IN_RUN, at_most=None), "210 ms (≤ 230 ms in this run)"),
        (replace(P95, state=QuantileState.TOO_SHORT, value=None), "measure 28 min"),
        (replace(P95, state=QuantileState.NO_VALUE), "210 ms (no bound)"),
        (replace(P95, state=QuantileState.NO_VALUE, value=None), "no value"),
    ],
)
def test_a_quantile_is_told_with_its_bound_or_what_it_needs(bound: QuantileBound, told: str) -> None:
    assert quantiles.cell(bound, Needed(10.0), "ms") == told


def test_a_phase_whose_length_nobody_sets_is_given_no_advice() -> None:
    assert quantiles.cell(replace(P95, state=QuantileState.TOO_SHORT, value=None), None, "ms") == "too few"
    facts = deviating()
    told = {row[0]: row for row in story(insight(facts), facts).phases.rows}
    assert [phase for phase, *cells in told.values() if any(each.startswith("measure ") for each in cells)] == [
        "conditions"
    ]
    assert "too few" in told["baseline"]
    assert "too few" in told["whole run"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (260.0, "260 ms"),
        (260.04, "260.1 ms"),
        (0.012341, "0.01235 ms"),
        (12_345.2, "12,346 ms"),
        (-5.00001, "-5 ms"),
        (0.0, "0 ms"),
        (None, "no data"),
    ],
)
def test_a_bound_is_never_told_as_less_than_it_is(value: float | None, told: str) -> None:
    assert quantiles.at_most(value, "ms") == told


def test_of_few_values_reports_say_what_a_quantile_needs() -> None:
    facts = deviating()
    told = insight(facts)
    needs = "p99 can be told once 2 h 28 min are measured under the conditions, for outages of 30 s on average."
    assert needs in quantiles.caption(told)
    for text in ("\n".join(lines(told, facts)), markdown(told, facts)):
        assert "p99 can be told once 2 h 28 min are measured" in text
    assert 'name="p99 under the conditions" value="measure 2 h 28 min"' in junit(told, facts)


def test_where_longer_outages_count_the_caption_says_so() -> None:
    told = insight(replace(deviating(), outage_lasts_s=10.0))
    assert told.proof is not None
    assert told.proof.length_from is LengthFrom.SEEN
    told_why = quantiles.caption(told)
    needs = "p99 can be told once 5 h 8 min are measured under the conditions, for outages of 62.4 s on average."
    assert needs in told_why
    assert quantiles.during(told)["p99"] == "measure 5 h 8 min"
    long_run = replace(insight(long()), proof=told.proof)
    assert "on average, or longer where longer ones were seen)." in quantiles.caption(long_run)


def test_of_many_values_each_carries_its_bound_everywhere() -> None:
    facts = long()
    told = insight(facts)
    during = quantiles.during(told)
    assert during["p95"] == "327.7 ms (≤ 349.1 ms)"
    assert during["p95"] in "\n".join(lines(told, facts))
    assert during["p95"] in markdown(told, facts)
    assert during["p95"] in junit(told, facts)
    assert "after ≤" in quantiles.caption(told).lower()


def test_the_quantile_that_was_promised_has_a_column() -> None:
    facts = replace(clean(), objective=ServiceLevelObjective(0.999, 86_400.0, quantile="p99.9 <= 6s"))
    assert story(insight(facts), facts).phases.head[-2:] == ("p99.9", "max")


def test_quantiles_of_an_earlier_insight_are_told_as_they_were() -> None:
    told: Insight = insight(long())
    before = replace(told.phases[1], quantiles=(), p95=327.7)
    assert quantiles.named(before, Needed(0.05), "ms")["p95"] == "327.7 ms"
    old = replace(told, phases=(before,), run=replace(told.run, quantiles=()))
    assert quantiles.names(old) == ("p50", "p95", "p99")
    assert quantiles.caption(old) == ""
