"""The insight of whole runs: verdict, words and limits together."""

import json
import time
import tracemalloc
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtk.insight.cause import SENTENCES
from rtk.insight.facts import (
    ActivitySpan,
    Facts,
    Gate,
    MeasurementSeries,
    Phase,
    ServiceLevelObjective,
    SlotMeasurement,
    Threshold,
)
from rtk.insight.insight import insight
from rtk.insight.outage_length import OutageLength, OutageSource
from rtk.insight.proof import GOOD, LengthFrom, prove
from rtk.insight.shape import Attribution
from rtk.insight.stops import StopCause, Stopping
from tests.insight.builder import DAY, run_of

SPREAD = ("." * 80 + "x") * 6
STRETCH = "." * 240 + "x" * 6 + "." * 240
MARKS = st.text(".x-si", max_size=80)

RULE = partial(Stopping, StopCause.DEVIATED_IN_A_ROW)


def test_a_proven_target_passes_and_the_headline_says_how_sure() -> None:
    found = insight(run_of("." * 59, baseline="...."))
    assert found.figures.verdict == "pass"
    assert found.headline == (
        'While "inject-cpu" lasts, at least 95.0 % of the time is good (95 % sure, for outages of 1 s on average).'
    )
    assert found.why == "59 of 59 measurements were good, which proves the 95 % that was promised."
    assert found.proof == prove(GOOD * 59, 1.0)


def test_the_same_run_proves_less_where_outages_last_longer() -> None:
    found = insight(run_of("." * 59, outage_lasts_s=3.0))
    assert found.figures.verdict == "inconclusive"
    assert found.headline == 'While "inject-cpu" lasted, nothing deviated, but the run was too short to prove 95 %.'
    assert found.why == (
        "59 of 59 measurements were good, which proves at least 87.4 % for outages of 3 s on average; 168 clean "
        "measurements (2 min 48 s) would prove 95 %."
    )


def test_where_nobody_said_how_long_an_outage_lasts_the_insight_says_what_it_assumes() -> None:
    found = insight(run_of("." * 59, outage_lasts_s=None))
    assert found.outage == OutageLength(10.0, OutageSource.ASSUMED)
    assert "Nobody said how long an outage lasts, so 10 s on average is assumed" in " ".join(found.limits)
    declared = insight(run_of("." * 59, outage_lasts_s=0.5))
    assert "Outages are taken to last 0.5 s on average, as declared. An outage shorter than a slot counts as one" in (
        " ".join(declared.limits)
    )


def test_outages_that_were_seen_to_last_longer_are_what_counts() -> None:
    found = insight(run_of(STRETCH))
    assert found.proof is not None
    assert found.proof.length_from is LengthFrom.SEEN
    assert (
        "This run saw 1 outage of 6 s. So few say little about others: one can only be 75 % sure that outages last "
        "20.9 s or less on average. "
        "That is longer than the 1 s declared, so 20.9 s is what counts."
    ) in found.limits


def test_of_missed_slots_it_is_said_that_they_are_read_as_outages() -> None:
    told = " ".join(insight(run_of(STRETCH + "-.")).limits)
    assert " not measured taken as the worst case, this run saw " in told


def test_an_outage_that_outlasts_the_conditions_is_as_long_as_it_lasted() -> None:
    ended = insight(run_of("." * 300 + "xx"))
    went_on = insight(run_of("." * 300 + "xx", recovery="xx-x..xx"))
    assert ended.proof is not None
    assert went_on.proof is not None
    assert went_on.proof.length == pytest.approx(3 * ended.proof.length)


def test_a_target_ruled_out_fails() -> None:
    found = insight(run_of("." * 16 + "x" * 4))
    assert found.figures.verdict == "fail"
    assert found.headline == (
        'While "inject-cpu" lasted, 16 of 20 measurements were good in this run: allowing for chance, at most 92.9 % '
        "of its time (95 % sure), where 95 % was promised."
    )
    assert "One outage can do that to a service that keeps its promise over months." in " ".join(found.limits)


def test_too_few_measurements_neither_prove_nor_rule_out() -> None:
    found = insight(run_of("." * 30))
    assert found.figures.verdict == "inconclusive"
    assert "nothing deviated, but the run was too short to prove 95 %" in found.headline
    assert "proves at least 90.5 %" in found.why
    assert "59 clean measurements (59 s) would prove 95 %" in found.why


def test_between_the_two_it_is_told_what_was_seen() -> None:
    found = insight(run_of("." * 80 + "x" + "." * 9))
    assert found.figures.verdict == "inconclusive"
    assert "89 of 90 measurements were good: this neither proves 95 % nor rules it out." in found.headline
    assert "89 of 90 measurements were good, with 1 outage of 1 s, which proves at least 94.8 %" in found.why


def test_a_clustered_series_that_would_pass_by_count_does_not() -> None:
    assert insight(run_of(SPREAD)).figures.verdict == "pass"
    found = insight(run_of(STRETCH))
    assert (found.figures.met, found.figures.deviated) == (480, 6)
    assert found.figures.verdict == "inconclusive"
    assert found.clustering is not None
    assert found.clustering.clustered
    told = "came in stretches (3 stretches of equal outcomes where 12.9 were expected; runs test: p < 0.001)"
    assert told in " ".join(found.limits)


def test_a_missed_slot_that_decides_is_named() -> None:
    found = insight(run_of("." * 59 + "-"))
    assert found.figures.verdict == "inconclusive"
    assert found.headline.endswith("nothing deviated, but too many slots were not measured to prove 95 %.")
    assert found.why.startswith("With the 1 slot not measured taken as the worst case, ")
    assert "1 of 60 slots was not measured: the proof takes it as the worst case." in found.limits


@pytest.mark.parametrize(
    ("conditions", "read"),
    [("." * 10 + "x" * 3 + "-" * 17, "a fail counts only what was measured."), ("x-", "the proof takes it as")],
)
def test_where_nothing_is_proven_missed_slots_are_not_said_to_leave_a_proof(conditions: str, read: str) -> None:
    found = insight(run_of(conditions))
    many = conditions.count("-")
    verb = "was" if many == 1 else "were"
    assert any(f"{many} of {len(conditions)} slots {verb} not measured: {read}" in each for each in found.limits)
    assert "what is proven" not in " ".join(found.limits)
    assert "proves at least 0" not in found.why


def test_without_a_target_a_run_without_a_good_slot_proves_nothing() -> None:
    assert insight(run_of("x-", objective=None)).headline.endswith("0 of 1 measurement was good; nothing is proven.")


def test_a_pass_in_spite_of_missed_slots_says_so() -> None:
    found = insight(run_of("." * 400 + "-"))
    assert found.figures.verdict == "pass"
    assert (
        "400 of 400 measurements were good; with the 1 slot not measured taken as the worst case, that proves"
        in found.why
    )


def test_a_stopped_run_never_passes_and_says_why() -> None:
    found = insight(run_of("." * 100 + "ss", stop=RULE("a person asked for it")))
    assert found.figures.verdict == "inconclusive"
    assert "The run was stopped early (a person asked for it), and a stopped run never passes." in found.why


def test_a_stopped_run_fails_where_nothing_could_have_saved_it() -> None:
    found = insight(run_of("xxxxxx" + "s" * 24, stop=RULE("6 deviated in a row")))
    assert found.figures.verdict == "fail"
    assert "the 24 slots it cut off, all met, could not have saved it" in found.why


def test_a_stopped_run_that_could_have_been_saved_does_not_fail() -> None:
    found = insight(run_of("xxxxxx", spans={"conditions": 600}, stop=RULE("6 deviated in a row")))
    assert found.figures.verdict == "inconclusive"
    assert "The 594 slots it cut off, all met, could have saved it." in found.why
    assert (found.figures.planned, found.figures.missed) == (600, 594)


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        (RULE("6 measurements deviated in a row"), "The run was stopped early (6 measurements deviated in a row),"),
        (Stopping(StopCause.SIGNAL, "SIGINT"), "The run was interrupted by SIGINT,"),
        (Stopping(StopCause.SAFEGUARD, "it is forbidden."), "The run was stopped early (it is forbidden),"),
        (Stopping(StopCause.CONSOLE, "enough"), "The run was stopped early (from the console: enough),"),
        (Stopping(StopCause.OTHER, "an old record's words"), "The run was stopped early (an old record's words),"),
    ],
)
def test_the_reason_of_a_stop_is_told_once(stop: Stopping, told: str) -> None:
    found = insight(run_of("." * 100, stop=stop))
    assert found.why.startswith(told)
    assert (found.stop_cause, found.stopped) == (stop.cause, stop.sentence)


def test_a_slot_that_a_stop_cut_off_shows_that_the_run_was_stopped() -> None:
    found = insight(run_of("." * 100 + "s"))
    assert found.figures.verdict == "inconclusive"
    assert found.why == "The run was stopped early, and a stopped run never passes."


def test_an_interrupted_run_is_a_stopped_one() -> None:
    found = insight(run_of("." * 100 + "i", status="interrupted"))
    assert found.figures.verdict == "inconclusive"
    assert found.why.startswith("The run was interrupted, and a stopped run never passes.")


def test_an_action_that_failed_makes_every_measurement_worthless() -> None:
    failed = ActivitySpan("inject-cpu", 0.0, 1.0, "failed", failure="No such host.")
    found = insight(run_of("." * 100, conditions=(failed,)))
    assert (found.figures.verdict, found.invalid_condition) == ("invalid", "inject-cpu")
    assert found.figures.proven_at_least is found.figures.proven_at_most is None
    assert found.why == 'The condition "inject-cpu" was not applied: No such host.'
    assert "evidence neither for nor against" in found.headline


def test_without_an_objective_there_is_no_verdict_and_the_way_to_one_is_told() -> None:
    found = insight(run_of("." * 27 + "xxx", objective=None))
    assert found.figures.verdict is None
    assert found.objective is None
    assert "27 of 30 measurements were good; at least" in found.headline
    assert "between 76.1 % and 97.2 % would be good, 95 % sure of each end (a 90 % interval)" in " ".join(found.limits)
    assert found.next_step.startswith("Say which share of measurements is to be good")


def test_a_gate_that_was_not_met_is_judged_in_nothing() -> None:
    found = insight(run_of("", status="failed", conditions=()))
    assert found.figures.verdict is None
    assert found.limits == ()
    assert "hypothesis was not met before the run" in found.headline
    assert found.why == found.headline
    assert found.attribution is Attribution.NO_CONDITION
    assert found.cause == SENTENCES[Attribution.NO_CONDITION]


def test_a_gate_that_was_not_met_says_which_probe_gave_what_and_after_how_many_tries() -> None:
    gate = Gate(3, "shop: outside its tolerance, it gave status 500")
    found = insight(run_of("", status="failed", conditions=(), gate=gate))
    assert found.why == "Asked 3 times, the last time: shop: outside its tolerance, it gave status 500."


def test_where_no_condition_was_applied_none_is_the_cause_and_no_warm_up_is_advised() -> None:
    for facts in (run_of("." * 59, conditions=()), run_of("x" * 9, baseline="." * 9, conditions=())):
        found = insight(facts)
        assert found.cause == "No condition was applied, so no condition can be the cause."
        assert not any("baseline" in told for told in found.limits)


def test_a_run_that_ended_before_its_conditions_is_judged_in_nothing() -> None:
    found = insight(run_of("", baseline="...", status="interrupted", conditions=()))
    assert found.figures.verdict is None
    assert "ended before its conditions began" in found.headline


def test_a_run_still_going_has_no_verdict() -> None:
    found = insight(run_of("." * 100, status="running"))
    assert found.figures.verdict is None
    assert "no verdict before its end" in found.headline


def test_nothing_measured_proves_nothing() -> None:
    found = insight(run_of("---"))
    assert found.figures.verdict == "inconclusive"
    assert found.figures.observed is found.figures.proven_at_least is None
    assert found.headline.endswith("nothing was measured, so the run proves nothing.")


def test_a_run_without_conditions_is_told_as_such() -> None:
    assert insight(run_of("." * 59, conditions=())).headline.startswith("With no condition applied, at least")


def test_the_budget_counts_deviations_of_every_phase() -> None:
    found = insight(run_of("." * 8 + "xx", baseline="x.", recovery="x"))
    assert found.figures.deviated == 2
    assert found.figures.deviating_s == 4.0
    assert found.figures.budget_spent == 4 / 4320
    assert found.figures.burn_rate == 4.0


def test_what_a_verdict_may_not_be_read_as_stands_beside_it() -> None:
    told = " ".join(insight(run_of("." * 59)).limits)
    assert "It covers this run only, not other days" in told
    assert "only measuring for longer covers other days" in told
    assert "Were each measurement independent of the others" in told
    assert "a 90 % interval" in told
    assert "Without a baseline it does not say how the service is" in told


def test_measurements_without_a_value_are_noted_beside_the_quantiles() -> None:
    facts = run_of("...")
    facts.measurements.append(SlotMeasurement("conditions", 3, 3.0, 3.0, 33.0, "deviated", None))
    assert insight(facts).notes == ("1 deviated measurement gave no value; quantiles count it as the slowest.",)


def test_the_figures_stand_at_the_top_of_the_json() -> None:
    told = json.loads(
        json.dumps(insight(run_of("..x", baseline="..", threshold=Threshold(upper=600.0, unit="ms"))).as_dict())
    )
    assert told["met"] == 2
    assert told["objective"] == {"target": 0.95, "window_s": DAY, "name": "", "quantile": ""}
    assert told["unit"] == "ms"
    assert "figures" not in told
    assert {
        "verdict",
        "coverage",
        "proven_at_least",
        "needed",
        "headline",
        "clustering",
        "phases",
    } <= told.keys()


@given(MARKS, MARKS, MARKS, st.booleans(), st.sampled_from(["completed", "aborted", "interrupted", "failed"]))
def test_any_run_has_an_insight_that_can_be_told(
    conditions: str, baseline: str, recovery: str, stopped: bool, status: str
) -> None:
    facts = run_of(conditions, baseline, recovery, status=status, stop=RULE("Stop") if stopped else None)
    found = insight(facts)
    json.dumps(found.as_dict(), allow_nan=False)
    assert found.headline.endswith(".")
    assert found.why.endswith(".")
    assert found.figures.planned == found.figures.met + found.figures.deviated + found.figures.missed
    assert not (stopped and found.figures.verdict == "pass")


@given(st.text(".x-", min_size=1, max_size=120))
def test_an_answer_that_was_missed_never_helps(conditions: str) -> None:
    """Met slots that are lost instead may forbid a pass, and never make one."""
    lost = replace(run_of(conditions.replace(".", "-", 3)), objective=ServiceLevelObjective(0.5, DAY))
    kept = replace(run_of(conditions), objective=ServiceLevelObjective(0.5, DAY))
    if insight(lost).figures.verdict == "pass":
        assert insight(kept).figures.verdict == "pass"


def many(slots: int) -> Facts:
    measurements = MeasurementSeries()
    for slot in range(slots):
        phase: Phase = "baseline" if slot < slots // 5 else "conditions" if slot < slots * 4 // 5 else "recovery"
        deviated = slot * 7919 % 100 == 0
        due, value = slot * 0.1, 100.0 + slot * 7919 % 1009
        measurements.append(SlotMeasurement(phase, slot, due, due, due + 0.3, "deviated" if deviated else "met", value))
    return replace(run_of(""), measurements=measurements, frequency_s=0.1, duration_s=10_000.0)


def test_a_hundred_thousand_measurements_take_less_than_three_seconds() -> None:
    facts = many(100_000)
    began = time.process_time()
    insight(facts)
    assert time.process_time() - began <= 3.0


def test_memory_stays_below_60_mib_for_each_hundred_thousand_measurements() -> None:
    facts = many(20_000)
    tracemalloc.start()
    try:
        insight(facts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 12 * 2**20


def test_several_conditions_last_and_one_lasts() -> None:
    two = tuple(ActivitySpan(name, 0.0, None, "succeeded") for name in ("inject-cpu", "fill-disk"))
    assert insight(run_of("." * 59, conditions=two)).headline.startswith('While "inject-cpu" and "fill-disk" last, at')
    assert insight(run_of("." * 59, conditions=two[:1])).headline.startswith('While "inject-cpu" lasts, at')


def test_a_fail_says_that_it_does_not_rest_on_how_long_outages_last() -> None:
    told = "A fail is about this run's own measurements and does not depend on how long outages last."
    assumed = insight(run_of("x" * 10 + "." * 20, outage_lasts_s=None))
    assert assumed.figures.verdict == "fail"
    limits = " ".join(assumed.limits)
    assert limits.count(told) == limits.count("how long outages last") == 1
    assert not [each for each in ("less is proven", "assumed", "independent", "So few say") if each in limits]
    assert told not in " ".join(insight(run_of("." * 59)).limits)


def test_a_fail_says_beside_its_headline_that_slots_were_not_measured() -> None:
    assert "were good; " not in insight(run_of("." * 16 + "x" * 5)).why
    found = insight(run_of("." * 16 + "x" * 5 + "-" * 9))
    assert found.figures.verdict == "fail"
    assert ", with 1 outage of 5 s; 9 of 30 slots were not measured. " in found.why
    stop = Stopping(StopCause.SIGNAL, "SIGINT")
    cut = insight(run_of("x" * 9 + "." * 2 + "-" + "s" * 3, status="interrupted", stop=stop))
    assert cut.figures.verdict == "fail"
    assert cut.why.startswith("2 of 11 measurements were good; 4 of 15 slots were not measured; ")


def test_of_a_stopped_run_it_is_told_how_many_missed_slots_the_stop_cut_off() -> None:
    found = insight(run_of("." * 20 + "-" + "s" * 9))
    assert any(each.startswith("10 of 30 slots were not measured (9 cut off by the stop): ") for each in found.limits)
