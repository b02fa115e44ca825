"""The shape of an experiment: which key holds what kind of value, checked before anything else reads it.

The Chaos Toolkit's own validation takes the kinds for granted and ends in a traceback where they are wrong.
"""

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment import address
from rtk.experiment.headers import NAME, VALUE, is_name, is_value
from rtk.experiment.quantity import finite
from rtk.experiment.quantity import number as number_of
from rtk.experiment.strategy import dry, hypothesis_strategy, strategy_in
from rtk.experiment.values import known, typed
from rtk.experiment.wording import at, kind, shown
from rtk.insight.plan_limits import LENGTH

Rule = Callable[[Any, str], None]
_ONE_PROBE = "at least one probe, a verification without one has nothing to measure"

# What belongs where a required key is missing.
MISSING = {
    "title": "text",
    "description": "text",
    "steady-state-hypothesis": "a mapping with a title and probes",
    "probes": "a list of probes, each with a tolerance",
    "method": "a list of activities, which may be empty",
    "type": "text that says of which kind it is",
    "name": "text",
    "provider": "a mapping with a type",
    "tolerance": "what the probe's value is judged by",
    "arguments": "a mapping",
    "key": "the name of an environment variable",
    "module": "the name of a Python module",
    "func": "the name of a function in the module",
    "path": "the program to start",
    "url": address.EXPECTED,
}


def experiment(document: object) -> None:
    """Check a whole document. Raises `BadInput` with the place of the first thing that is of a wrong kind."""
    fields(
        document,
        "",
        required={
            "title": text,
            "description": text,
            "steady-state-hypothesis": keys(
                {"title": text, "probes": each(probe, at_least=_ONE_PROBE)}, {"controls": each(_control)}
            ),
            "method": each(_activity),
        },
        optional={
            "tags": nullable(each(text)),
            "configuration": _configuration,
            "secrets": _secrets,
            "controls": each(_control),
            "rollbacks": each(_activity),
            "extensions": nullable(each(keys({"name": text}))),
            "runtime": nullable(
                both(
                    keys(optional={"hypothesis": nullable(keys(optional={"strategy": hypothesis_strategy}))}),
                    lambda value, place: strategy_in({place: value}),
                )
            ),
            "contributions": nullable(mapping),
            "dry": dry,
        },
    )


def fields(value: object, place: str, *, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> None:
    """Check that a value is a mapping, that the required keys are there, and each known key by its rule."""
    whole = typed(value, dict, place or "the document")
    for key in required:
        if key not in whole:
            raise BadInput.at(at(place, key), f"missing, expected {MISSING.get(key, 'a value')}")
    for key, rule in (*required.items(), *optional.items()):
        if key in whole:
            rule(whole[key], at(place, key))


def keys(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None) -> Rule:
    """A mapping whose keys follow their rules, as a rule itself."""
    return lambda value, place: fields(value, place, required=required or {}, optional=optional or {})


def each(rule: Rule, *, at_least: str = "") -> Rule:
    """A list whose every item follows a rule; `at_least` says in words what an empty one lacks, where it may not be."""

    def check(value: object, place: str) -> None:
        items = typed(value, list, place)
        if at_least and not items:
            raise BadInput.at(place, f"expected {at_least}")
        for index, item in enumerate(items):
            rule(item, at(place, index))

    return check


def either(*rules: tuple[type, Rule]) -> Rule:
    """One of several kinds, each with its rule."""

    def check(value: object, place: str) -> None:
        for expected, rule in rules:
            if isinstance(value, expected):
                return rule(value, place)
        names = " or ".join(dict.fromkeys(kind(expected()) for expected, _ in rules))
        raise BadInput.at(place, f"expected {names}, not {shown(value)}")

    return check


def nullable(rule: Rule) -> Rule:
    """A rule for what may be null."""

    def check(value: object, place: str) -> None:
        if value is not None:
            rule(value, place)

    return check


def both(first: Callable[[Any, str], object], second: Callable[[Any, str], object]) -> Rule:
    """A rule for what follows two, the second of which may rely on the first."""

    def check(value: object, place: str) -> None:
        first(value, place)
        second(value, place)

    return check


def expects(what: str, holds: Callable[[Any], bool]) -> Rule:
    """A rule for what passes a test; `what` says in words what is expected."""

    def check(value: object, place: str) -> None:
        if not holds(value):
            raise BadInput.at(place, f"expected {what}, not {shown(value)}")

    return check


def numeric(what: str, holds: Callable[[float], bool]) -> Rule:
    """A rule for a finite number that passes a test."""

    def is_so(value: object) -> bool:
        found = finite(value)
        return found is not None and holds(found)

    return expects(what, is_so)


def unless_filled_in(rule: Rule) -> Rule:
    """A rule for what is written down; what is filled in when it is run is known then."""

    def check(value: object, place: str) -> None:
        if not (isinstance(value, str) and "${" in value):
            rule(value, place)

    return check


text = expects("text", lambda value: isinstance(value, str) and bool(value.strip()))
number = numeric("a number from 0 on", lambda value: value >= 0)


def mapping(value: object, place: str) -> None:
    """A mapping of whatever."""
    typed(value, dict, place)


def anything(value: object, place: str) -> None:
    """Whatever stands there."""


def probe(value: object, place: str) -> None:
    """A probe with its tolerance."""
    _activity(value, place)
    fields(value, place, required={"tolerance": tolerance}, optional={})


def _activity(value: object, place: str) -> None:
    if isinstance(value, dict) and "ref" in value:
        return text(value["ref"], at(place, "ref"))
    return fields(
        value,
        place,
        required={"type": text, "name": text, "provider": _provider},
        optional={
            "timeout": nullable(_LIMIT),
            "pauses": nullable(_PAUSES),
            "background": either((bool, anything)),
            "secrets": nullable(each(text)),
            "dry": dry,
            "controls": each(_control),
            "extensions": nullable(each(mapping)),
        },
    )


def _provider(value: object, place: str) -> None:
    fields(value, place, required={"type": text}, optional={"secrets": each(text)})
    rule = _PROVIDERS.get(typed(value, dict, place)["type"])
    if rule is None:
        raise BadInput.at(at(place, "type"), 'expected "python", "process" or "http"')
    rule(value, place)


def _headers(value: object, place: str) -> None:
    """Headers that can be sent."""
    for name, held in typed(value, dict, place).items():
        where = at(place, str(name)[:80])
        if not is_name(name):
            raise BadInput.at(where, f"expected {NAME}")
        _HEADER(held, where)


def tolerance(value: object, place: str) -> None:
    """What a value is judged by."""
    if isinstance(value, float):
        raise BadInput.at(
            place,
            f"expected a whole number, text, true or false, a pair or a mapping; for a number such as "
            f'{shown(value)} write {{"type": "range", "range": [lower, upper]}}',
        )
    either(*((expected, anything) for expected in (bool, int, str, list, dict)))(value, place)
    if isinstance(value, dict) and value.get("type") == "probe":
        _activity(value, place)
        fields(value["provider"], at(place, "provider"), required={"arguments": mapping}, optional={})
    elif isinstance(value, dict):
        rules: dict[str, Rule] = {"type": text, "target": nullable(text), "pattern": text, "path": text}
        fields(
            value, place, required={"type": text}, optional=rules | {"range": each(anything), "count": nullable(_COUNT)}
        )


def _configuration(value: object, place: str) -> None:
    for key, item in typed(value, dict, place).items():
        if isinstance(item, dict) and item.get("type") == "env":
            _VARIABLE(item, at(place, key))
        elif isinstance(item, dict) and item.get("type") == "probe":
            _activity({"name": key, **item}, at(place, key))


def _secrets(value: object, place: str) -> None:
    for target, given in typed(value, dict, place).items():
        where = at(place, target)
        if typed(given, dict, where).get("type") == "env":
            _VARIABLE(given, where)
        for key, item in given.items():
            if isinstance(item, dict) and item.get("type") == "env":
                _VARIABLE(item, at(where, key))


def _control(value: object, place: str) -> None:
    if isinstance(value, dict) and "ref" in value:
        text(value["ref"], at(place, "ref"))
    fields(
        value,
        place,
        required={"name": text, "provider": keys({"type": _PYTHON}, {"module": _MODULE, "arguments": mapping})},
        optional={"scope": text},
    )


def _words(value: object, place: str) -> None:
    """Arguments of a process: no list and no mapping among them, whose Python form nobody means to hand over."""
    one_word = either((str, anything), (bool, anything), (int, anything), (float, anything))
    for key, item in enumerate(value) if isinstance(value, list) else typed(value, dict, place).items():
        nullable(one_word)(item, at(place, key))


def _command_line(value: object, place: str) -> None:
    """Arguments as a shell reads them. Where it would read quotes within quotes, it alone can tell what is one."""
    text = str(value)
    if not any(begin in text for begin in _WITHIN):
        try:
            shlex.split(text, comments=True)
        except ValueError:
            raise BadInput.at(place, f"a quotation mark or a backslash has no counterpart in {shown(text)}") from None


# With no time at all nothing can answer, whatever the service does.
_LIMIT = numeric("a number above 0", lambda value: value > 0)
# A text is held against the limit as the number that it says, and refused as it was written where it says none.
_LIMIT_AS_TEXT = unless_filled_in(lambda value, place: _LIMIT(value if (n := number_of(value)) is None else n, place))
_LIMITS = ((int, _LIMIT), (float, _LIMIT), (str, _LIMIT_AS_TEXT))
_TO_CONNECT_AND_READ = both(
    expects("two numbers (to connect, to read)", lambda value: len(value) == 2), each(nullable(either(*_LIMITS)))
)
_TIMEOUT = either(*_LIMITS, (list, _TO_CONNECT_AND_READ))
_SECONDS = numeric(f"seconds from 0 to {LENGTH.most:.0f}", LENGTH.holds)
_PAUSE = nullable(either((int, _SECONDS), (float, _SECONDS), (str, text)))
# A pause that is spelled otherwise would be none, and nobody would notice.
_PAUSES = both(
    lambda value, place: known(value, place, frozenset(("before", "after"))),
    keys(optional={"before": _PAUSE, "after": _PAUSE}),
)
_COUNT = unless_filled_in(numeric("a whole number from 0 on", lambda value: value >= 0 and value == int(value)))
_ADDRESS = both(text, unless_filled_in(expects(address.EXPECTED, address.is_web)))
_HEADER = unless_filled_in(expects(VALUE, is_value))
# What the name of a relative module is relative to, nobody could tell.
_MODULE = both(
    text, expects("the absolute name of a module, such as package.module", lambda value: all(value.split(".")))
)
_PYTHON = expects('"python", the only kind of control there is', lambda value: value == "python")
_WITHIN = ("$", "`", "<<")
_VARIABLE = keys({"key": text}, {"env_var_type": nullable(text)})
_ARGUMENTS = either((str, _command_line), (list, _words), (dict, _words))
_PROVIDERS: dict[object, Rule] = {
    "python": keys({"module": _MODULE, "func": text}, {"arguments": mapping}),
    "process": keys({"path": text}, {"arguments": _ARGUMENTS, "timeout": nullable(_TIMEOUT)}),
    "http": keys(
        {"url": _ADDRESS},
        {
            "method": text,
            "headers": nullable(_headers),
            "arguments": nullable(either((dict, anything), (list, anything), (str, anything))),
            "timeout": nullable(_TIMEOUT),
            "max_retries": number,
        },
    ),
}
