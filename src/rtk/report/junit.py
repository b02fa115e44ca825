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
    found = [
        *_before(insight, told),
        JUnitCase(
            f"objective: {told.objective}", insight.duration_s, _PROBLEMS[insight.figures.verdict], _message(told)
        ),
        *_occurrence(insight),
        *(_condition(c, insight, told) for c in facts.conditions),
        *_rollbacks(facts),
    ]
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", _totals(insight, told, found))
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


def _totals(insight: Insight, told: RunReport, found: list[JUnitCase]) -> dict[str, str]:
    problems = [case.problem for case in found]
    return {
        "name": told.title,
        "tests": str(len(found)),
        "failures": str(problems.count("failure")),
        "errors": str(problems.count("error")),
        "skipped": str(problems.count("skipped")),
        "time": f"{insight.duration_s:.3f}",
        "timestamp": utc(insight.started_at, "%Y-%m-%dT%H:%M:%S"),
    }


def _before(insight: Insight, told: RunReport) -> Iterator[JUnitCase]:
    """The gate, and a baseline that missed the target already; of one that may keep it there is nothing to say."""
    gate = JUnitCase("the hypothesis was met before the first condition", 0.0)
    if insight.status == RunStatus.FAILED and insight.stop_cause is not StopCause.BASELINE_BROKEN:
        gate = gate._replace(problem="failure", message=_message(told))
    yield gate
    if insight.baseline_broken:
        yield JUnitCase("the baseline kept the promise before the first condition", 0.0, "failure", _message(told))


def _message(told: RunReport) -> str:
    return " ".join(filter(None, [told.headline, told.why, told.next_step]))


def _occurrence(insight: Insight) -> Iterator[JUnitCase]:
    """What is expected against what it may cost; a failure where it fails the command, for then both say the same."""
    found, priced = insight.occurrence, costing.answer_of(insight)
    if found is None or priced is None:
        return
    problem: Problem | None = "failure" if found.fails else "skipped"
    within = found.answer is Allowance.WITHIN
    message = f"{priced.mark.word}: {priced.sentence}"
    yield JUnitCase(f"cost: {expected(found.occurs)}", insight.duration_s, None if within else problem, message)


def _condition(span: ActivitySpan, insight: Insight, told: RunReport) -> JUnitCase:
    case = JUnitCase(f"condition {plain(span.name, 200)} took effect", _length(span))
    if span.status == ActivityStatus.SUCCEEDED and span.name != insight.invalid_condition:
        return case
    if span.status == ActivityStatus.INTERRUPTED:
        return case._replace(problem="skipped", message=span.failure or "the condition was interrupted")
    return case._replace(problem="failure", message=span.failure or told.headline)


def _rollbacks(facts: Facts) -> Iterator[JUnitCase]:
    if facts.rolled_back is False:
        yield JUnitCase("rollbacks were played", 0.0, "failure", NOT_PLAYED)
    for span in facts.rollbacks:
        case = JUnitCase(f"rollback {plain(span.name, 200)} restored the system", _length(span))
        if span.status == ActivityStatus.SUCCEEDED:
            yield case
            continue
        by_hand = f" By hand: {span.by_hand}" if span.by_hand else ""
        yield case._replace(problem="failure", message=f"{span.failure or span.status}.{by_hand}")


def _length(span: ActivitySpan) -> float:
    return 0.0 if span.ended is None else max(0.0, span.ended - span.started)
