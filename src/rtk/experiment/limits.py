"""What a probe says of its own limits: its time limit, the bound its value is held against, and its unit."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from rtk.experiment.criterion import Rule, Subject, criterion_of, is_code, whole_of
from rtk.experiment.plan import Plan, ValueLimit, slot_count
from rtk.experiment.quantity import finite
from rtk.insight.facts import Threshold
from rtk.insight.plan_limits import MOST_IN_FLIGHT, TIME_LIMIT

DEFAULT_LIMIT_S = 30.0
# Units of our own probes that return one number, by module and function.
_PROBE_UNITS = {
    ("chaoscloud.probes.disk", "read_free_space"): "%",
    ("chaoscloud.probes.http", "time_http_call"): "ms",
}
_LEAST_IN_FLIGHT = 32
# Which argument of a tolerance function is its lower and its upper bound (chaoscloud.tolerances).
_BOUNDS: dict[str, tuple[str | None, str | None]] = {
    "response_time_under": (None, "duration"),
    "response_time_above": ("duration", None),
    "result_value_under": (None, "upper"),
    "result_value_above": ("lower", None),
    "result_value_between": ("lower", "upper"),
}

# Rules for texts and for answers as a whole.
_OF_TEXT = frozenset((Rule.MATCHES, Rule.FINDS, Rule.FINDS_COUNT, Rule.FINDS_VALUES, Rule.SAMPLES))


def time_limit(
    probe: Mapping[str, Any],
    configuration: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
) -> float:
    """Seconds after which a probe that has not answered is deviated: its own `timeout`, else 30.

    Looked for in the provider, then in its arguments (python only), then in the probe; a `${name}` is resolved;
    a pair is connect and read time, hence their sum.
    """
    provider = _mapping(probe.get("provider"))
    arguments = _mapping(provider.get("arguments")) if provider.get("type") == "python" else {}
    for holder in (provider, arguments, probe):
        limit = _limit(_resolved(holder.get("timeout"), configuration, secrets))
        if limit is not None:
            return limit
    return DEFAULT_LIMIT_S


def own_limit(activity: Mapping[str, Any]) -> float | str | None:
    """An activity's own time limit in seconds, None without one; as it is written where it is filled in at a run."""
    provider = _mapping(activity.get("provider"))
    arguments = _mapping(provider.get("arguments")) if provider.get("type") == "python" else {}
    for holder in (provider, arguments, activity):
        given = holder.get("timeout")
        if isinstance(given, str) and "${" in given:
            return given
        limit = _limit(given)
        if limit is not None:
            return limit
    return None


def max_in_flight(plan: Plan, limit_s: float) -> int:
    """Measurements under way at once: the plan's, else max(32, ceil(limit / frequency) + 1), at most 1,000."""
    if plan.max_in_flight is not None:
        return plan.max_in_flight
    # So many are under way where each takes its whole time limit: none is missed for want of a place.
    return min(MOST_IN_FLIGHT, max(_LEAST_IN_FLIGHT, slot_count(limit_s, plan.frequency_s) + 1))


def threshold(probe: Mapping[str, Any], configuration: Mapping[str, Any] | None = None) -> Threshold:
    """The bound of a probe's tolerance, for charts; without bounds where the tolerance is none of a quantity."""
    if is_code(probe):
        return Threshold()
    tolerance = _resolved(probe.get("tolerance"), configuration, None)
    lower: float | None = None
    upper: float | None = None
    if isinstance(tolerance, Mapping) and tolerance.get("type") == "range":
        if tolerance.get("target") != "status":  # a status is a name, which has no bounds
            lower, upper = _pair(tolerance.get("range"))
    elif isinstance(tolerance, Mapping):
        provider = _mapping(tolerance.get("provider"))
        arguments = _mapping(provider.get("arguments"))
        names = _BOUNDS.get(str(provider.get("func")), (None, None))
        lower, upper = (_number(arguments.get(name)) if name else None for name in names)
    elif _mapping(probe.get("provider")).get("type") == "python":
        # Elsewhere the value is an answer, and a bare number or pair is its status.
        lower, upper = _pair(tolerance) if isinstance(tolerance, list) else (finite(tolerance), finite(tolerance))
    return Threshold(lower, upper, unit_of(probe))


def unit_of(probe: Mapping[str, Any]) -> str:
    """Return the unit of a probe's value where it is one of ours, else empty; the file says that of Prometheus'."""
    provider = _mapping(probe.get("provider"))
    if provider.get("module") == "chaoscloud.probes.prometheus":
        unit = _mapping(provider.get("arguments")).get("unit")
        return unit if isinstance(unit, str) else ""
    return _PROBE_UNITS.get((str(provider.get("module")), str(provider.get("func"))), "")


def charts_number(probe: Mapping[str, Any]) -> bool:
    """Return whether the value of a probe may be a number that is no name, as far as the file tells."""
    if is_code(probe):
        return False
    judged, whole = criterion_of(probe), whole_of(probe)
    given = judged.given
    # True, false and a text are expected as words, but a text that is filled in may become a number.
    is_word = isinstance(given, bool) or (isinstance(given, str) and "${" not in given)
    if judged.rule in _OF_TEXT or (judged.rule is Rule.EQUALS and is_word):
        return False
    # A value has to be judged, and not all of an answer or of how a process ended.
    if whole is Subject.ANSWER:
        return judged.part == "body"
    if whole is Subject.TIMES:
        return judged.subject is Subject.PART
    return whole is not Subject.PROCESS


def time_threshold_s(probe: Mapping[str, Any], bound: Threshold) -> float | None:
    """The upper bound in seconds of a probe whose value is its own duration, else None.

    A measurement of such a probe is known to deviate as soon as it has taken longer than this.
    """
    provider = _mapping(probe.get("provider"))
    is_timed = (provider.get("module"), provider.get("func")) == ("chaoscloud.probes.http", "time_http_call")
    return bound.upper / 1000 if is_timed and bound.upper is not None else None


def within(bound: Threshold, limit: ValueLimit) -> Threshold:
    """Return the bound of a value that a limit applies to as well: whichever is less counts."""
    upper = limit.upper if bound.upper is None else min(bound.upper, limit.upper)
    return replace(bound, upper=upper, unit=bound.unit or limit.unit)


def _pair(value: object) -> tuple[float | None, float | None]:
    if not isinstance(value, Sequence) or len(value) != 2:
        return None, None
    lower, upper = (_number(each) for each in value)
    return (None, None) if lower is None or upper is None else (lower, upper)


def _limit(value: object) -> float | None:
    if isinstance(value, list | tuple):
        parts = [_number(each) for each in value]
        total = sum(part for part in parts if part is not None)
        value = None if None in parts else total
    number = _number(value)
    return number if number is not None and TIME_LIMIT.holds(number) else None


def _number(value: object) -> float | None:
    """A number, also as text: a variable of the environment is text."""
    if isinstance(value, str):
        try:
            return finite(float(value))
        except ValueError:
            return None
    return finite(value)


def _resolved(value: Any, configuration: Mapping[str, Any] | None, secrets: Mapping[str, Any] | None) -> Any:
    if isinstance(value, str | list | dict):
        from chaoslib import substitute

        return substitute(value, configuration, secrets)
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
