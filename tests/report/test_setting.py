"""How something is set: by an option where a command says it, in a field where a page does."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from rtk.console.pages.importing.forms import StrategyForm
from rtk.console.pages.objectives.forms import ObjectiveForm
from rtk.insight.facts import Facts
from rtk.insight.insight import insight
from rtk.insight.occurs import MONTH_S, Occurs
from rtk.insight.stops import StopCause, Stopping
from rtk.report.setting import Medium, Setting, how, limits, next_step
from rtk.report.story import story
from tests.insight.builder import run_of

QUOTED = re.compile("“([^”]+)”")
STOPPED: dict[str, Any] = {"status": "interrupted", "stop": Stopping(StopCause.MAX_DURATION, "its time was over")}
RUNS: dict[str, Facts] = {
    "passed": run_of("." * 600, outage_lasts_s=None),
    "failed": run_of("x" * 600, outage_lasts_s=None),
    "too short": run_of("." * 30),
    "a broken baseline": run_of("." * 100, baseline="x" * 30),
    "no objective": run_of("." * 30, objective=None),
    "stopped before it began": run_of("", conditions=(), **STOPPED),
    "lasting harm": run_of("x" * 60, occurs=Occurs(2, MONTH_S)),
    "no recovery measured": run_of("." * 60 + "xx", rollbacks=()),
}


@pytest.mark.parametrize("setting", Setting)
def test_a_command_names_an_option_and_a_page_a_field(setting: Setting) -> None:
    assert " --" in how(setting, Medium.COMMAND)
    assert "--" not in how(setting, Medium.PAGE)


def test_the_fields_that_a_page_names_are_those_of_its_forms() -> None:
    labels = {str(field.label) for form in (StrategyForm, ObjectiveForm) for field in form.base_fields.values()}
    named = {label for setting in Setting for label in QUOTED.findall(how(setting, Medium.PAGE))}
    assert len(named) >= 6
    assert named <= labels


@pytest.mark.parametrize("name", RUNS)
def test_no_page_names_an_option(name: str) -> None:
    facts = RUNS[name]
    told = story(insight(facts), facts, Medium.PAGE)
    texts = (
        told.headline,
        told.why,
        told.next_step,
        told.quantiles,
        *told.limits,
        *(str(each) for each in told.answers),
    )
    assert not [each for each in texts if " --" in each]


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("too short", "--for"),
        ("a broken baseline", "--require-baseline"),
        ("no objective", "--target"),
        ("stopped before it began", "--max-duration"),
    ],
)
def test_the_next_step_says_how(name: str, option: str) -> None:
    found = insight(RUNS[name])
    assert option in next_step(found, Medium.COMMAND)
    assert next_step(found, Medium.COMMAND).startswith(found.next_step)


def test_a_failed_run_whose_plan_cannot_pass_says_what_can_and_how() -> None:
    failed = insight(run_of("x" * 30))
    cannot = "The planned 30 s cannot pass: that takes 59 s without a deviation, for outages of 1 s"
    assert cannot in failed.next_step
    assert next_step(failed, Medium.COMMAND) == f"{failed.next_step} Measure for longer with --for."
    assert next_step(failed, Medium.PAGE).endswith(
        "edit the verification: “Under the conditions for”. Runs measured before such a change no longer count toward "
        "the promise."
    )


@pytest.mark.parametrize("name", ["passed", "failed"])
def test_a_verdict_of_a_plan_that_can_pass_needs_no_setting(name: str) -> None:
    found = insight(RUNS[name])
    assert next_step(found, Medium.COMMAND) == found.next_step


def test_how_long_an_outage_lasts_is_asked_where_it_is_assumed() -> None:
    assumed, declared = insight(RUNS["passed"]), insight(run_of("." * 100))
    failed = insight(run_of("x" * 100, outage_lasts_s=None))
    assert limits(failed, Medium.COMMAND) == failed.limits, "a fail does not rest on it"
    assert limits(assumed, Medium.COMMAND)[-1].endswith("say so with --outage-lasts.")
    assert limits(declared, Medium.COMMAND) == declared.limits
    assert limits(replace(assumed, limits=()), Medium.COMMAND) == ()


def test_how_long_an_occurrence_lasts_is_asked_where_its_cost_depends_on_it() -> None:
    facts = RUNS["lasting harm"]
    told = {medium: str(story(insight(facts), facts, medium).answers) for medium in Medium}
    assert "--occurs 2/30d,20m" in told[Medium.COMMAND]
    assert "“For”, beside how often it is expected" in told[Medium.PAGE]
