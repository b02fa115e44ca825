"""A run as JUnit XML, so that a CI server shows what held and what did not."""

from collections.abc import Iterator
from typing import Literal, NamedTuple
from xml.etree import ElementTree as ET

from rtk.insight.facts import ActivitySpan, Facts
from rtk.insight.occurrence import Allowance
from rtk.insight.occurrence_wording import expected
from rtk.insight.restoration_wording import NOT_PLAYED
from rtk.insight.shape import Insight
from rtk.insight.status import ActivityStatus, RunStatus
from rtk.insight.stops import StopCause
from rtk.report import costing, quantiles
from rtk.report.axis import utc
from rtk.report.figure import FigureKey
from rtk.report.story import RunReport, story
from rtk.report.text import plain

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What pipelines find the figures by; it stays, whatever a figure is called elsewhere.
PROPERTIES: dict[FigureKey, str] = {key: " ".join(key.split("_")) for key in FigureKey} | {
    FigureKey.IN_RUN_AT_MOST: "in this run at most",
    FigureKey.IF_INDEPENDENT: "if independent, at least",
    FigureKey.ALL_EXPECTED: "all that are expected",
}
Problem = Literal["failure", "error", "skipped"]
_PROBLEMS: dict[str | None, Problem | None] = {
    "pass": None,
    "fail": "failure",
    "inconclusive": "skipped",
    "invalid": "error",
    None: "skipped",
}


class JUnitCase(NamedTuple):
    """A test case: its name, how long it took (seconds), and what was wrong, if anything."""

    name: str
    seconds: float
    problem: Problem | None = None
    message: str = ""


def junit(insight: Insight, facts: Facts) -> str:
    """The whole document: one suite with a case for the gate, the objective, its cost, each condition and rollback."""
    told = story(insight, facts)
    found = [*_promises(insight, told), *_activities(insight, facts, told)]
    problems = [case.problem for case in found]
    totals = {
        "name": told.title,
        "tests": str(len(found)),
        "failures": str(problems.count("failure")),
        "errors": str(problems.count("error")),
        "skipped": str(problems.count("skipped")),
        "time": f"{insight.duration_s:.3f}",
        "timestamp": utc(insight.started_at, "%Y-%m-%dT%H:%M:%S"),
    }
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", totals)
    properties = ET.SubElement(suite, "properties")
    if told.standing:
        ET.SubElement(properties, "property", name="standing", value=facts.standing)
    for figure in told.figures:
        ET.SubElement(properties, "property", name=PROPERTIES[figure.key], value=figure.value)
    for name, value in quantiles.during(insight).items():
        ET.SubElement(properties, "property", name=f"{name} under the conditions", value=value)
    for case in found:
        name, seconds = plain(case.name), f"{case.seconds:.3f}"
        element = ET.SubElement(suite, "testcase", classname=told.title, name=name, time=seconds)
        if case.problem is not None:
            problem = ET.SubElement(element, case.problem, message=plain(case.message, 600))
            if case.problem != "skipped":
                problem.set("type", case.problem)
                problem.text = plain(case.message, 4000)
    ET.indent(suites)
    return _DECLARATION + ET.tostring(suites, encoding="unicode") + "\n"


def _promises(insight: Insight, told: RunReport) -> Iterator[JUnitCase]:
    """Yield a case for the gate before the first condition, for the objective, and for its cost."""
    why = " ".join(filter(None, [told.headline, told.why, told.next_step]))
    gate = JUnitCase("the hypothesis was met before the first condition", 0.0)
    # A required baseline that was broken ends a run likewise, and has a case of its own.
    if insight.status == RunStatus.FAILED and insight.stop_cause is not StopCause.BASELINE_BROKEN:
        gate = gate._replace(problem="failure", message=why)
    yield gate
    if insight.baseline_broken:  # of one that may keep the target there is nothing to say
        yield JUnitCase("the baseline kept the promise before the first condition", 0.0, "failure", why)
    yield JUnitCase(f"objective: {told.objective}", insight.duration_s, _PROBLEMS[insight.figures.verdict], why)
    found, priced = insight.occurrence, costing.answer_of(insight)
    if found is not None and priced is not None:
        # What is expected against what it may cost: a failure where it fails the command, for then both say the same.
        problem: Problem | None = "failure" if found.fails else "skipped"
        within = found.answer is Allowance.WITHIN
        message = f"{priced.mark.word}: {priced.sentence}"
        yield JUnitCase(f"cost: {expected(found.occurs)}", insight.duration_s, None if within else problem, message)


def _activities(insight: Insight, facts: Facts, told: RunReport) -> Iterator[JUnitCase]:
    """Yield a case for the effect of each condition, and for each rollback."""
    for condition in facts.conditions:
        case = JUnitCase(f"condition {plain(condition.name, 200)} took effect", _length(condition))
        if condition.status == ActivityStatus.INTERRUPTED:
            case = case._replace(problem="skipped", message=condition.failure or "the condition was interrupted")
        elif condition.status != ActivityStatus.SUCCEEDED or condition.name == insight.invalid_condition:
            case = case._replace(problem="failure", message=condition.failure or told.headline)
        yield case
    if facts.rolled_back is False:
        yield JUnitCase("rollbacks were played", 0.0, "failure", NOT_PLAYED)
    for rollback in facts.rollbacks:
        case = JUnitCase(f"rollback {plain(rollback.name, 200)} restored the system", _length(rollback))
        if rollback.status != ActivityStatus.SUCCEEDED:
            by_hand = f" By hand: {rollback.by_hand}" if rollback.by_hand else ""
            case = case._replace(problem="failure", message=f"{rollback.failure or rollback.status}.{by_hand}")
        yield case


def _length(span: ActivitySpan) -> float:
    return 0.0 if span.ended is None else max(0.0, span.ended - span.started)
