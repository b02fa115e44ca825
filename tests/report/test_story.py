import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from rtk.insight.effect import EffectChange, EffectState
from rtk.insight.facts import ActivitySpan, Facts, Gate, MeasurementSeries, PhaseSpan, RunEvent
from rtk.insight.insight import insight
from rtk.insight.shape import Insight
from rtk.report.html import html
from rtk.report.junit import junit
from rtk.report.lines import lines
from rtk.report.markdown import markdown
from rtk.report.moments import happened, most_telling
from rtk.report.story import story
from tests.report.samples import Run, a_run, clean


def figure(run: Run, label: str) -> str:
    return {f.label: f.value for f in story(*run).figures}[label]


def test_the_published_run_is_told_with_its_own_figures() -> None:
    run = a_run("published")
    told = story(*run)
    assert told.verdict.word == "fail"
    assert [f.value for f in told.numbers] == ["16", "4", "10", "66.7 %", "0.93 %", "4.0"]
    assert figure(run, "Proven at least") == "29.7 %"
    assert figure(run, "If independent, at least") == "59.9 %"
    assert figure(run, "In this run at most") == "92.9 %"
    assert figure(run, "Budget") == "72 min"
    assert figure(run, "Affordable") == "108"
    assert figure(run, "Observed impact") == "11.73 %"
    assert figure(run, "Exhausted after") == "6 h"
    assert told.answers[2].value == "Unknown"


def test_what_was_not_measured_is_no_data_and_never_nothing_or_all() -> None:
    told = story(*a_run("nothing"))
    told_values = [*(f.value for f in told.figures), *(answer.value for answer in told.answers)]
    assert "0 %" not in told_values
    assert "100 %" not in told_values
    assert figure(a_run("nothing"), "Budget spent") == "no data"
    assert told.verdict.word == "not begun"
    assert [answer.label for answer in told.answers] == ["Did it hold?"]
    assert told.next_step.startswith("Bring the service into its steady state")


def test_a_refused_run_says_why_after_it_was_said_that_nothing_is_judged() -> None:
    _, facts = a_run("nothing")
    facts = replace(facts, gate=Gate(3, "shop: no answer within 30 s"))
    told = story(insight(facts), facts)
    assert told.why == "Asked 3 times, the last time: shop: no answer within 30 s."


def test_without_an_objective_the_budget_is_no_data() -> None:
    assert figure(a_run("no objective"), "Budget spent") == "no data"
    assert figure(a_run("no objective"), "Budget") == "no data"


def test_a_run_that_cost_nothing_may_be_repeated_without_end() -> None:
    run = a_run("clean")
    assert (figure(run, "Affordable"), figure(run, "Exhausted after")) == ("any number", "never")
    (told,) = [each for each in story(*run).figures if each.label == "Affordable"]
    assert told.explanation == "of such runs: it cost nothing"
    assert {figure(a_run("no objective"), label) for label in ("Affordable", "Exhausted after")} == {"no data"}
    assert {figure(a_run("nothing"), label) for label in ("Affordable", "Exhausted after")} == {"no data"}


def test_moments_are_in_order_of_time() -> None:
    for name in ("clean", "deviating", "stopped", "long"):
        times = [m.at for m in story(*a_run(name)).moments]
        assert times == sorted(times)


def test_the_first_deviation_and_the_undo_are_among_the_moments() -> None:
    texts = " / ".join(m.text for m in story(*a_run("deviating")).moments)
    assert "first deviated measurement since the first condition: 7,360 ms" in texts
    assert "first slot that was not measured, as many measurements were under way as may be at once (32)" in texts
    assert "rollback Stop SSM run command returned after 10.6 s" in texts


def test_a_cause_comes_before_what_followed_it() -> None:
    """The first slot under the conditions is due a moment before they start, and its measurement is under way then."""
    _, facts = a_run("deviating")
    first = next(each for each in facts.measurements if each.phase == "conditions")
    rows = [each._replace(outcome="deviated", value=7_000.0) if each == first else each for each in facts.measurements]
    late = replace(facts.conditions[0], started=first.due + 0.1)
    facts = replace(facts, measurements=MeasurementSeries(rows), conditions=(late,), events=())
    told = [each.text for each in story(insight(facts), facts).moments]
    began = told.index("condition inject-cpu-load started")
    assert told[began + 1].startswith(
        "first deviated measurement since the first condition, under way when that started: 7,000 ms"
    )


def test_each_figure_has_an_explanation_that_is_a_clause_of_its_own() -> None:
    for name in ("clean", "deviating", "stopped", "not restored", "published", "nothing", "no objective"):
        told = {each.label: (each.value, each.explanation) for each in story(*a_run(name)).figures}
        assert not [each for _, each in told.values() if each.startswith("whether ")], name
    clean_run = {each.label: (each.value, each.explanation) for each in story(*a_run("clean")).figures}
    assert clean_run["First deviation"] == ("none", "nothing began to deviate after the first condition began")
    assert clean_run["Recovered"] == ("nothing to recover from", "Nothing deviated after the conditions had begun.")
    assert clean_run["Restored"] == ("restored", "every rollback succeeded")


def test_a_phase_that_lasts_as_long_as_it_takes_is_told_without_a_number_of_slots() -> None:
    spans = (PhaseSpan("onset", 1.0, 3.0, 1), PhaseSpan("conditions", 3.0, 9.0, 30), PhaseSpan("undo", 9.0, None, 1))
    facts = replace(clean(), phases=spans, conditions=(), rollbacks=(), events=())
    assert [text for _, text in happened(facts, 9)] == [
        "onset began, until the conditions have taken effect",
        "conditions began, 30 slots planned",
        "undo began, until the conditions are undone",
    ]


def test_an_event_that_a_span_already_tells_is_told_once() -> None:
    insight, facts = a_run("clean")
    facts = replace(facts, events=(RunEvent(62.0, "condition inject-cpu-load started"), RunEvent(70.0, "hello")))
    texts = [m.text for m in story(insight, facts).moments]
    assert texts.count("condition inject-cpu-load started") == 1
    assert "hello" in texts


def test_many_events_never_push_out_what_went_wrong() -> None:
    insight, facts = a_run("not restored")
    noisy = replace(facts, events=tuple(RunEvent(float(k), f"note {k}") for k in range(5_000)))
    told = story(insight, noisy).moments
    assert len(told) == 200
    kept = most_telling(told, 3)
    assert any("failed" in m.text for m in kept)
    assert any("first deviated" in m.text for m in kept)


def test_a_command_is_shown_exactly_or_not_at_all() -> None:
    insight, facts = a_run("not restored")
    told = story(insight, facts)
    assert told.undo[0].by_hand == facts.rollbacks[0].by_hand
    split = tuple(replace(r, by_hand="rm one\nrm two") for r in facts.rollbacks)
    (undo,) = story(insight, replace(facts, rollbacks=split)).undo
    assert undo.by_hand == ""
    assert "the journal has it" in undo.detail


def test_a_run_that_is_not_restored_raises_the_alarm() -> None:
    told = story(*a_run("not restored"))
    assert told.alarm
    assert told.restored.word == "not restored"
    assert told.undo[0].detail == "3 tries: the process ended with 255: InvalidCommandId"
    assert story(*a_run("clean")).alarm is None


def test_a_condition_still_running_at_the_end_is_no_trouble_to_tell() -> None:
    insight, facts = a_run("clean")
    open_ended = (ActivitySpan("hang", 70.0, None, "interrupted"),)
    assert story(insight, replace(facts, conditions=open_ended, rollbacks=open_ended)).moments


def test_restored_and_recovered_are_two_answers() -> None:
    told = {answer.label: answer for answer in story(*a_run("deviating")).answers}
    undone, again = told["Is everything undone?"], told["Has it recovered?"]
    assert (undone.value, again.value) == ("restored", "recovered")
    assert again.explanation.startswith("Good again ")
    assert again.explanation.endswith(" after the undo (three in a row).")
    assert undone.mark is not None
    _, facts = a_run("deviating")
    short = replace(facts, measurements=MeasurementSeries(m for m in facts.measurements if m.phase != "recovery"))
    told = {answer.label: answer for answer in story(insight(short), short).answers}
    assert told["Is everything undone?"].value == "restored"
    assert told["Has it recovered?"].value == "not measured"


def test_what_deviated_before_any_condition_is_not_its_first_deviation() -> None:
    _, facts = a_run("deviating")
    before = facts.measurements[1]._replace(outcome="deviated", value=9_000.0)
    facts = replace(
        facts, measurements=MeasurementSeries([facts.measurements[0], before, *list(facts.measurements)[2:]])
    )
    texts = " / ".join(m.text for m in story(insight(facts), facts).moments)
    assert "first deviated measurement of the run, before any condition: 9,000 ms" in texts
    assert "first deviated measurement since the first condition: 7,360 ms" in texts
    (told,) = [each for each in story(insight(facts), facts).figures if each.label == "First deviation"]
    assert told.explanation == "after the first condition began; 1 measurement had deviated before it"


def test_an_invalid_run_asks_no_question_that_it_cannot_answer() -> None:
    told = story(*a_run("invalid"))
    assert told.next_step == 'Play "inject-cpu-load" by itself to see why it fails, fix it, then run it again.'
    assert told.why == 'The condition "inject-cpu-load" was not applied: the process ended with 254: no credentials.'
    assert not {"What is proven?", "Did it get worse?"} & {answer.label for answer in told.answers}


def test_of_a_broken_baseline_what_was_seen_is_shown_and_judges_nothing() -> None:
    told = story(*a_run("broken"))
    assert told.verdict.word == "invalid"
    (cause,) = [answer for answer in told.answers if answer.label == "Did it get worse?"]
    assert cause.value == "Cannot be told"
    assert cause.explanation.startswith("17.2 % deviated (baseline 100 %)")
    assert cause.explanation.endswith("what the conditions added cannot be told apart.")
    texts = [moment.text for moment in told.moments if "first deviated" in moment.text]
    assert [text.partition(":")[0] for text in texts] == ["first deviated measurement of the run, before any condition"]


@pytest.mark.parametrize("write", [html, markdown, junit, lambda *run: "\n".join(lines(*run))])
def test_every_report_says_first_that_the_baseline_was_broken(write: Callable[[Insight, Facts], str]) -> None:
    found, facts = a_run("broken")
    text = re.sub(r"<[^>]+>|&[a-z]+;|\u00a0", " ", write(found, facts))
    assert "The service missed its target before any condition: " in text
    assert "fail" not in text.replace("failure", "").replace("failed", "")


def test_an_effect_that_is_gone_and_back_is_among_the_moments() -> None:
    _, facts = a_run("clean")
    states = ((70.0, EffectState.SHOWN, None), (90.0, EffectState.GONE, "no load"), (110.0, EffectState.SHOWN, None))
    facts = replace(facts, effects=tuple(EffectChange("burn", 0, at, state, None, why) for at, state, why in states))
    texts = [m.text for m in story(insight(facts), facts).moments if "effect of burn" in m.text]
    assert texts == [
        "the effect of burn shows",
        "the effect of burn is gone: no load",
        "the effect of burn shows again",
    ]
