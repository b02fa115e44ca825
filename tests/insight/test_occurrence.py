"""What one occurrence costs: the same however long one measures, and whether all that are expected are affordable."""

from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from rtk.insight.facts import ActivitySpan, Facts, PhaseSpan, ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.occurrence import Allowance, Occurrence, Unpriced
from rtk.insight.occurs import MONTH_S, Occurs
from rtk.insight.stops import StopCause, Stopping
from tests.insight.builder import run_of
from tests.insight.test_harm import chain

TWICE = Occurs(2, MONTH_S)
FOR_20_MIN = replace(TWICE, lasts_s=1200.0)


def run(conditions: str, baseline: str = 12 * ".", recovery: str = 6 * ".", **given: Any) -> Facts:
    """A run whose conditions phase ended before its recovery began."""
    began, ended = float(len(baseline)), float(len(baseline + conditions))
    spans = (PhaseSpan("conditions", began, ended, len(conditions)),)
    more: dict[str, Any] = {"occurs": TWICE, "outage_lasts_s": 4.0} | given
    facts = run_of(conditions, baseline, recovery, phases=spans, **more)
    return replace(facts, conditions=(ActivitySpan("failover", began, ended, "succeeded"),))


def priced(conditions: str, baseline: str = 12 * ".", recovery: str = 6 * ".", **given: Any) -> Occurrence:
    found = insight(run(conditions, baseline, recovery, **given)).occurrence
    assert found is not None
    return found


def test_it_is_what_deviated_until_three_in_a_row_were_good_and_a_slot_for_the_edges() -> None:
    found = priced(".xxxx.x" + 20 * ".")
    assert (found.cost_s, found.deviating_s, found.outages, found.lasting) == (7.0, 5.0, 2, False)
    assert (found.answer, found.unpriced) == (Allowance.WITHIN, None)
    assert found.spent == pytest.approx(14 / (0.05 * MONTH_S))


@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_a_failover_of_20_s_costs_the_same_however_long_it_is_measured(minutes: int) -> None:
    found = priced(20 * "x" + (minutes * 60 - 20) * ".")
    assert (found.cost_s, found.answer, found.lasting) == (21.0, Allowance.WITHIN, False)


@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_a_failover_costs_the_same_to_two_slots_and_the_answer_is_alike_on_a_service_99_per_cent_good(
    minutes: int,
) -> None:
    rng, right = Random(7), 0
    for _ in range(60):
        own = chain(60 + minutes * 60 - 20 + 30, 0.99, 3.0, rng).decode().translate({0: "x", 1: "."})
        during, after = 20 * "x" + own[60 : 40 + minutes * 60], own[40 + minutes * 60 :]
        found = priced(during, own[:60], after, objective=ServiceLevelObjective(0.95, MONTH_S), outage_lasts_s=None)
        right += abs((found.cost_s or 0) - 21) <= 2 and found.answer is Allowance.WITHIN
    assert right >= 0.95 * 60


@pytest.mark.parametrize("minutes", [1, 5, 20])
@pytest.mark.parametrize(("pattern", "cost"), [("x", 1201.0), ("xx.", 801.0), ("x..", 401.0)])
def test_harm_that_lasts_as_long_as_the_condition_costs_the_same_whatever_its_length(
    minutes: int, pattern: str, cost: float
) -> None:
    marks = minutes * 60 // len(pattern) * pattern
    found = priced(marks, occurs=FOR_20_MIN)
    assert found.lasting
    assert found.cost_s == pytest.approx(cost, abs=2)
    asked = priced(marks)
    assert (asked.answer, asked.unpriced, asked.cost_s) == (Allowance.UNKNOWN, Unpriced.NEEDS_LASTS, None)
    assert asked.sentence.endswith("depends on how long it lasts in life, which nobody said.")


def test_a_slot_that_was_under_way_when_the_condition_began_is_of_its_harm() -> None:
    facts = run("xxx" + 20 * ".")
    began = facts.conditions[0].started
    late = replace(facts, conditions=(replace(facts.conditions[0], started=began + 0.02),))
    assert facts.measurements.columns("conditions").due[0] < began + 0.02
    found = insight(late)
    assert found.occurrence is not None
    assert (found.occurrence.cost_s, found.first_deviation_after_s) == (4.0, 0.0)
    over = replace(facts, conditions=(replace(facts.conditions[0], started=began + 0.98),))
    cheaper = insight(over).occurrence
    assert cheaper is not None
    assert cheaper.cost_s == 3.0


def test_a_condition_applied_for_longer_than_it_lasts_in_life_costs_what_deviated_in_so_long() -> None:
    occurs = replace(TWICE, lasts_s=60.0)
    assert priced(300 * "x", occurs=occurs).cost_s == 61.0
    early = priced(60 * "x" + 120 * "x.", occurs=occurs)
    assert (early.lasting, early.cost_s) == (True, 61.0)


def test_what_deviates_after_the_condition_ended_comes_on_top() -> None:
    found = priced(60 * "x", recovery="xxxxx" + 6 * ".", occurs=FOR_20_MIN)
    assert found.cost_s == 1206.0


def test_a_condition_that_says_how_long_it_lasts_ends_before_its_phase() -> None:
    facts = run(20 * "x" + 40 * ".")
    own = ActivitySpan("failover", 12.0, 12.0, "succeeded", lasts=20.0)
    found = insight(replace(facts, conditions=(own,))).occurrence
    assert found is not None
    assert (found.lasting, found.unpriced) == (True, Unpriced.NEEDS_LASTS)


def test_all_that_are_expected_are_held_against_the_budget_of_their_own_time() -> None:
    """Eight times 21 s in an hour, of which 180 s may deviate, are within it; nine times are beyond."""
    marks = 20 * "x" + 40 * "."
    assert priced(marks, occurs=Occurs(8, 3600.0)).answer is Allowance.WITHIN
    assert priced(marks, occurs=Occurs(9, 3600.0)).answer is Allowance.BEYOND
    exactly = Occurs(9, 9 * 21 / 0.05)
    assert priced(marks, occurs=exactly).spent == 1.0
    assert priced(marks, occurs=exactly).answer is Allowance.WITHIN
    assert priced(marks, occurs=replace(exactly, allowance=0.5)).answer is Allowance.BEYOND


@pytest.mark.parametrize("window", [None, 3600.0, 30 * 86_400.0])
def test_the_objectives_window_makes_no_difference(window: float | None) -> None:
    found = priced(20 * "x" + 40 * ".", objective=ServiceLevelObjective(0.95, window))
    assert found.spent == pytest.approx(42 / (0.05 * MONTH_S))


def test_a_service_that_had_not_recovered_is_unknown_unless_it_is_beyond_already() -> None:
    found = priced(60 * "x", recovery="xx..", occurs=FOR_20_MIN)
    assert (found.answer, found.unpriced) == (Allowance.UNKNOWN, Unpriced.NOT_RECOVERED)
    assert "at least" in found.sentence
    beyond = priced(60 * "x", recovery="xx..", occurs=Occurs(20, 86_400.0, 1200.0))
    assert (beyond.answer, beyond.unpriced) == (Allowance.BEYOND, Unpriced.NOT_RECOVERED)


def test_what_was_not_measured_is_unknown() -> None:
    assert priced(60 * "-", recovery=6 * "-").unpriced is Unpriced.NOTHING_MEASURED
    assert priced("", recovery="").unpriced is Unpriced.NOTHING_MEASURED


def test_an_invalid_run_says_nothing_of_it() -> None:
    failed = (ActivitySpan("failover", 12.0, 13.0, "failed", "no such host"),)
    found = insight(replace(run(60 * "."), conditions=failed)).occurrence
    assert found is not None
    assert (found.answer, found.unpriced) == (Allowance.UNKNOWN, Unpriced.INVALID)


def test_a_run_without_a_condition_says_nothing_of_it() -> None:
    found = insight(replace(run(60 * "."), conditions=())).occurrence
    assert found is not None
    assert found.unpriced is Unpriced.NO_CONDITION


def test_a_run_that_was_stopped_before_anything_deviated_says_nothing_of_it() -> None:
    stop = Stopping(StopCause.SIGNAL, "SIGINT")
    assert priced(5 * "." + 55 * "i", recovery="", stop=stop).unpriced is Unpriced.STOPPED
    assert priced("xxxx" + 20 * "." + 36 * "i", recovery="", stop=stop).cost_s == 5.0


def test_a_missed_slot_counts_as_deviated() -> None:
    found = priced("xx--xx" + 40 * ".")
    assert (found.cost_s, found.missed) == (7.0, 2)
    assert "2 slots of that (2 s) were not measured and are taken as the worst case: as deviated." in found.details


def test_what_was_not_measured_apart_from_the_harm_is_not_said_to_have_deviated() -> None:
    found = priced("xxxx" + 30 * "." + "-" + 30 * "." + "x" + 100 * ".")
    assert (found.cost_s, found.missed, found.left_out_s) == (5.0, 0, 1.0)
    assert priced("xx-xx" + 30 * "." + "-" + 30 * ".").left_out_s == 0.0


def test_the_baselines_share_of_it_is_told() -> None:
    found = priced(60 * "xxx.", baseline=30 * "." + "x" + 29 * ".", occurs=FOR_20_MIN)
    assert found.baseline_share == pytest.approx(239 / 60 / 180, rel=1e-3)
    assert "By the share of the baseline, 2.2 % of it would have deviated without the condition." in found.details


def test_what_is_left_out_is_told() -> None:
    found = priced("xxxx" + 100 * "." + "xx" + 100 * ".")
    assert (found.cost_s, found.left_out_s) == (5.0, 2.0)
    told = (
        "Another 2 s deviated apart from that, not counted: the objective allows that much at any time, so it need not "
        "be the condition's doing."
    )
    assert told in found.details
    own = priced("xxxx" + 100 * "." + "xx" + 100 * ".", baseline="x" + 50 * ".").details
    assert any("the baseline deviated as often, or the objective allows that much at any time" in each for each in own)


def test_a_cost_that_equals_all_bad_time_says_that_its_edges_are_in_it() -> None:
    """Two slots of harm and their edges cost three, and one slot more deviated that is not counted: three as well."""
    found = priced("xx" + 30 * "." + "x" + 8 * ".")
    assert (found.cost_s, found.deviating_s, found.left_out_s) == (3.0, 2.0, 1.0)
    assert found.details[:2] == (
        "That is the 2 s of 1 outage and 1 s more, since one may begin before, and end after, it is measured.",
        "Nothing deviated in the baseline, so nothing is taken off for it.",
    )
    two = priced(".xxxx.x" + 20 * ".").details
    assert two[0].startswith("That is the 5 s of 2 outages and 1 s more for each, since ")


def test_without_an_expectation_or_an_objective_there_is_no_answer() -> None:
    assert insight(run(60 * ".", occurs=None)).occurrence is None
    assert insight(run(60 * ".", objective=None)).occurrence is None


def test_the_verdict_stays_what_it_is() -> None:
    cheap, dear = (insight(run(4 * "x" + 200 * ".", occurs=each)) for each in (TWICE, Occurs(900, 3600.0)))
    assert cheap.figures.verdict == dear.figures.verdict
    assert cheap.occurrence is not None
    assert dear.occurrence is not None
    assert (cheap.occurrence.answer, dear.occurrence.answer) == (Allowance.WITHIN, Allowance.BEYOND)
