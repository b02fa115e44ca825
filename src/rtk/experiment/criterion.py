"""What a probe's tolerance judges, and by which rule, as the Chaos Toolkit's `within_tolerance` goes about it.

The same text judges differently by what the probe gives: 200 is a status where a request was answered, an exit code
where a process ended, and a number where a function returned one; `[1, 10]` is a range of numbers, but a choice of
two statuses.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Subject(StrEnum):
    """What of a probe's output is judged."""

    VALUE = "value"  # what a function returned
    TIME = "time"  # how long the answer took, in milliseconds
    STATUS = "status"  # of an HTTP answer
    EXIT_CODE = "exit code"  # of a process
    PART = "part"  # what the tolerance's `target` names
    ANSWER = "answer"  # an HTTP answer as a whole: its status, headers and body
    TIMES = "times"  # where the time of an HTTP answer went, and its status
    PROCESS = "process"  # how a process ended as a whole: its exit code and what it wrote


class Rule(StrEnum):
    """How it is judged."""

    EQUALS = "equals"
    BETWEEN = "between"
    ONE_OF = "one of"
    MATCHES = "matches"
    FINDS = "finds"  # values at a path, at least one
    FINDS_COUNT = "finds count"
    FINDS_VALUES = "finds values"  # these and no others
    RETURNS = "returns"  # a function is given the value and returns something true
    SAMPLES = "samples"  # every sample of a Prometheus answer lies within bounds
    RUNS = "runs"  # a process comes to its end, whatever its exit code
    ANSWERS = "answers"  # a request is answered, whatever the status
    NEVER = "never"


class Never(StrEnum):
    """Why nothing can ever be within a tolerance."""

    WHOLE_IS_NO_VALUE = "whole is no value"
    WHOLE_IS_NO_NUMBER = "whole is no number"
    WHOLE_IS_NO_TEXT = "whole is no text"
    NO_CHOICE = "no choice"
    UPSIDE_DOWN = "upside down"
    UNKNOWN = "unknown"


class Criterion(Struct, frozen=True):
    """A tolerance as it judges. `given` is what the value is held against: one thing, the choices, or what is expected.

    `lower` and `upper` are inclusive, None where open; `part` is a target's name; `path` a JSON path or a regular
    expression; `provider` that of a tolerance which is an activity itself; `never` why nothing can meet it.
    """

    rule: Rule
    subject: Subject
    given: Any = None
    lower: Any = None
    upper: Any = None
    part: str = ""
    path: str = ""
    provider: Mapping[str, Any] | None = None
    never: Never | None = None


_OF_ANSWERS = {
    Subject.ANSWER: Subject.STATUS,
    Subject.TIMES: Subject.STATUS,
    Subject.PROCESS: Subject.EXIT_CODE,
}
_PARTS = {Subject.ANSWER: ("headers", "body"), Subject.PROCESS: ("stdout", "stderr")}
_FUNCTIONS = {
    "time_http_call": Subject.TIME,
    "read_http_status_code": Subject.STATUS,
    "measure_http_call": Subject.TIMES,
}
_OURS = "chaoscloud."
# Our own tolerance functions: each bound by the name of its argument, and what it is where that is not given.
_OWN: dict[str, tuple[Rule, Subject, dict[str, tuple[str, float]]]] = {
    "response_time_under": (Rule.BETWEEN, Subject.TIME, {"upper": ("duration", 0)}),
    "response_time_above": (Rule.BETWEEN, Subject.TIME, {"lower": ("duration", 0)}),
    "status_must_be": (Rule.EQUALS, Subject.STATUS, {"given": ("expected", 200)}),
    "status_in_range": (Rule.BETWEEN, Subject.STATUS, {"lower": ("lower", 100), "upper": ("upper", 600)}),
    "result_value_under": (Rule.SAMPLES, Subject.VALUE, {"upper": ("upper", 1.0)}),
    "result_value_above": (Rule.SAMPLES, Subject.VALUE, {"lower": ("lower", 0.0)}),
    "result_value_between": (Rule.SAMPLES, Subject.VALUE, {"lower": ("lower", 0.0), "upper": ("upper", 1.0)}),
}
# Functions of others, by the names that are usual for them.
_STATUS = re.compile(r"(^|_)(http_status|status_code|response_code|http_code)(_|$)")
_EXIT_CODE = re.compile(r"(^|_)(exit_?code|exit_status|return_?code)(_|$)")


def criterion_of(probe: Mapping[str, Any]) -> Criterion:
    """How the tolerance of a probe judges what the probe gives."""
    tolerance, whole = probe.get("tolerance"), whole_of(probe)
    if isinstance(tolerance, Mapping):
        return _of_mapping(tolerance, whole)
    subject = _OF_ANSWERS.get(whole, whole)
    if isinstance(tolerance, list):
        if not tolerance:
            return Criterion(Rule.NEVER, subject, never=Never.NO_CHOICE)
        # Two values are the ends of a range, unless a status is judged: then they are two choices, as any others are.
        if whole in _OF_ANSWERS or len(tolerance) != 2:
            return Criterion(Rule.ONE_OF, subject, given=tolerance)
        return _between(subject, *tolerance)
    # A number is held against the status of what has one; text that is filled in may become a number.
    is_number = isinstance(tolerance, int) and not isinstance(tolerance, bool)
    is_filled_in = isinstance(tolerance, str) and "${" in tolerance
    if whole in _OF_ANSWERS and not (is_number or is_filled_in):
        return Criterion(Rule.NEVER, whole, given=tolerance, never=Never.WHOLE_IS_NO_VALUE)
    return Criterion(Rule.EQUALS, subject, given=tolerance)


def whole_of(probe: Mapping[str, Any]) -> Subject:
    """What a probe gives as a whole."""
    provider = _mapping(probe.get("provider"))
    kind, func = provider.get("type"), str(provider.get("func") or "")
    if kind == "http":
        return Subject.ANSWER
    if kind == "process":
        return Subject.PROCESS
    if str(provider.get("module") or "").startswith(_OURS):
        return _FUNCTIONS.get(func, Subject.VALUE)
    if _STATUS.search(func):
        return Subject.STATUS
    return Subject.EXIT_CODE if _EXIT_CODE.search(func) else Subject.VALUE


def is_code(probe: Mapping[str, Any]) -> bool:
    """Whether what a probe gives is a status or an exit code: a name written as a number, which has no median."""
    if criterion_of(probe).subject in (Subject.STATUS, Subject.EXIT_CODE):
        return True
    return whole_of(probe) in (Subject.STATUS, Subject.EXIT_CODE)


def _of_mapping(tolerance: Mapping[str, Any], whole: Subject) -> Criterion:
    kind = tolerance.get("type")
    if kind == "probe":
        return _of_probe(tolerance, whole)
    # A `target` names a status and an exit code by what they are, all else by its name.
    target, subject, part = tolerance.get("target"), whole, ""
    if whole in _OF_ANSWERS and target == "status":
        subject = _OF_ANSWERS[whole]
    elif isinstance(target, str) and target and target in _PARTS.get(whole, (target,)):
        subject, part = Subject.PART, target  # what has no such part is judged as a whole
    if kind == "jsonpath":
        # What is expected goes before a count, and either before merely finding something.
        rule, given = Rule.FINDS, None
        if "expect" in tolerance:
            expected = tolerance["expect"]
            rule, given = Rule.FINDS_VALUES, expected if isinstance(expected, list) else [expected]
        elif tolerance.get("count") is not None:
            rule, given = Rule.FINDS_COUNT, tolerance["count"]
        return Criterion(rule, subject, given=given, part=part, path=str(tolerance.get("path")))
    never = {"range": Never.WHOLE_IS_NO_NUMBER, "regex": Never.WHOLE_IS_NO_TEXT}.get(str(kind), Never.UNKNOWN)
    if subject in _OF_ANSWERS or never == Never.UNKNOWN:
        return Criterion(Rule.NEVER, subject, given=kind, never=never)
    if kind == "regex":
        return Criterion(Rule.MATCHES, subject, part=part, path=str(tolerance.get("pattern")))
    ends = tolerance.get("range")
    lower, upper = ends if isinstance(ends, list) and len(ends) == 2 else (None, None)
    return _between(subject, lower, upper, part)


def _of_probe(tolerance: Mapping[str, Any], whole: Subject) -> Criterion:
    """A tolerance that is an activity: of a process or a request the Chaos Toolkit asks only whether it came about."""
    provider = _mapping(tolerance.get("provider"))
    kind = provider.get("type")
    if kind in ("process", "http"):
        return Criterion(Rule.RUNS if kind == "process" else Rule.ANSWERS, whole, provider=provider)
    if not provider.get("module") or str(provider["module"]).startswith(_OURS):
        rule, subject, bounds = _OWN.get(str(provider.get("func")), (None, whole, {}))
        if rule:
            given = _mapping(provider.get("arguments"))
            return Criterion(rule, subject, **{key: given.get(name, usual) for key, (name, usual) in bounds.items()})
    return Criterion(Rule.RETURNS, whole, provider=provider)


def _between(subject: Subject, lower: Any, upper: Any, part: str = "") -> Criterion:
    try:
        turned = bool(lower > upper)
    except TypeError:
        # What is filled in at a run cannot be compared yet.
        turned = False
    never = Never.UPSIDE_DOWN if turned else None
    return Criterion(Rule.NEVER if turned else Rule.BETWEEN, subject, lower=lower, upper=upper, part=part, never=never)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
