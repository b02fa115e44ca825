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
from rtk.experiment.wording import at, kind, nearest, shown
from rtk.insight.plan_limits import LENGTH

Rule = Callable[[Any, str], None]

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
            "steady-state-hypothesis": keys({"title": text, "probes": _probes}, {"controls": each(_control)}),
            "method": each(_activity),
        },
        optional={
            "tags": nullable(each(text)),
            "configuration": _configuration,
            "secrets": _secrets,
            "controls": each(_control),
            "rollbacks": each(_activity),
            "extensions": nullable(each(keys({"name": text}))),
            "runtime": nullable(_runtime),
            "contributions": nullable(mapping),
            "dry": dry,
        },
    )


def _runtime(value: object, place: str) -> None:
    keys(optional={"hypothesis": nullable(keys(optional={"strategy": hypothesis_strategy}))})(value, place)
    strategy_in({place: value})


def fields(value: object, place: str, *, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> None:
    """Check that a value is a mapping, that the required keys are there, and each known key by its rule."""
    whole = _a(value, dict, place or "the document")
    for key in required:
        if key not in whole:
            raise BadInput.at(at(place, key), f"missing, expected {MISSING.get(key, 'a value')}")
    for key, rule in (*required.items(), *optional.items()):
        if key in whole:
            rule(whole[key], at(place, key))


def keys(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None) -> Rule:
    """A mapping whose keys follow their rules, as a rule itself."""
    return lambda value, place: fields(value, place, required=required or {}, optional=optional or {})


def each(rule: Rule) -> Rule:
    """A list whose every item follows a rule."""

    def check(value: object, place: str) -> None:
        for index, item in enumerate(_a(value, list, place)):
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


def text(value: object, place: str) -> None:
    """Text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise BadInput.at(place, f"expected text, not {shown(value)}")


def mapping(value: object, place: str) -> None:
    """A mapping of whatever."""
    _a(value, dict, place)


def anything(value: object, place: str) -> None:
    """Whatever stands there."""


def number(value: object, place: str) -> None:
    """A finite number that is not negative."""
    found = finite(value)
    if found is None or found < 0:
        raise BadInput.at(place, f"expected a number from 0 on, not {shown(value)}")


def _a(value: object, expected: type, place: str) -> Any:
    if not isinstance(value, expected):
        raise BadInput.at(place, f"expected {kind(expected())}, not {shown(value)}")
    return value


def _probes(value: object, place: str) -> None:
    if not _a(value, list, place):
        raise BadInput.at(place, "expected at least one probe, a verification without one has nothing to measure")
    each(probe)(value, place)


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
            "timeout": nullable(_limit),
            "pauses": nullable(_pauses),
            "background": either((bool, anything)),
            "secrets": nullable(each(text)),
            "dry": dry,
            "controls": each(_control),
            "extensions": nullable(each(mapping)),
        },
    )


def _provider(value: object, place: str) -> None:
    fields(value, place, required={"type": text}, optional={"secrets": each(text)})
    rule = _PROVIDERS.get(_a(value, dict, place)["type"])
    if rule is None:
        raise BadInput.at(at(place, "type"), 'expected "python", "process" or "http"')
    rule(value, place)


def _pauses(value: object, place: str) -> None:
    for key in _a(value, dict, place):
        if key not in _PAUSES:
            raise BadInput.at(at(place, str(key)[:80]), f"unknown, {nearest(str(key), _PAUSES)}")
    fields(value, place, required={}, optional=dict.fromkeys(_PAUSES, nullable(_PAUSE)))


def _pause(value: object, place: str) -> None:
    found = finite(value)
    if found is None or not LENGTH.holds(found):
        raise BadInput.at(place, f"expected seconds from 0 to {LENGTH.most:.0f}, not {shown(value)}")


def _timeout(value: object, place: str) -> None:
    either((int, _limit), (float, _limit), (str, _limit_as_text), (list, _pair))(value, place)


def _limit(value: object, place: str) -> None:
    """Seconds above 0: with no time at all nothing can answer, whatever the service does."""
    found = finite(value)
    if found is None or found <= 0:
        raise BadInput.at(place, f"expected a number above 0, not {shown(value)}")


def _limit_as_text(value: object, place: str) -> None:
    """Text that is a number, or is filled in when it is run."""
    if "${" not in str(value):
        found = number_of(value)
        _limit(value if found is None else found, place)


def _address(value: object, place: str) -> None:
    """An address that can be called; one that is filled in when it is run is known then."""
    text(value, place)
    if "${" not in str(value) and not address.is_web(str(value)):
        raise BadInput.at(place, f"expected {address.EXPECTED}, not {shown(value)}")


def _headers(value: object, place: str) -> None:
    """Headers that can be sent; one that is filled in when it is run is known then."""
    for name, held in _a(value, dict, place).items():
        where = at(place, str(name)[:80])
        if not is_name(name):
            raise BadInput.at(where, f"expected {NAME}")
        if not (isinstance(held, str) and "${" in held) and not is_value(held):
            raise BadInput.at(where, f"expected {VALUE}, not {shown(held)}")


def _pair(value: object, place: str) -> None:
    if len(_a(value, list, place)) != 2:
        raise BadInput.at(place, f"expected two numbers (to connect, to read), not {shown(value)}")
    each(nullable(either((int, _limit), (float, _limit), (str, _limit_as_text))))(value, place)


def tolerance(value: object, place: str) -> None:
    """What a value is judged by."""
    if isinstance(value, float):
        raise BadInput.at(
            place,
            f"expected a whole number, text, true or false, a pair or a mapping; for a number such as "
            f'{shown(value)} write {{"type": "range", "range": [lower, upper]}}',
        )
    simple = tuple((expected, anything) for expected in (bool, int, str, list))
    either(*simple, (dict, _tolerance_mapping))(value, place)


def _tolerance_mapping(value: object, place: str) -> None:
    whole = _a(value, dict, place)
    if whole.get("type") == "probe":
        _activity(whole, place)
        fields(whole["provider"], at(place, "provider"), required={"arguments": mapping}, optional={})
    else:
        rules: dict[str, Rule] = {"type": text, "target": nullable(text), "pattern": text, "path": text}
        fields(
            whole, place, required={"type": text}, optional=rules | {"range": each(anything), "count": nullable(_count)}
        )


def _count(value: object, place: str) -> None:
    """How many a path finds; a number that is filled in is known when it is run."""
    found = finite(value)
    if not (isinstance(value, str) and "${" in value) and (found is None or found < 0 or found != int(found)):
        raise BadInput.at(place, f"expected a whole number from 0 on, not {shown(value)}")


def _configuration(value: object, place: str) -> None:
    for key, item in _a(value, dict, place).items():
        if isinstance(item, dict) and item.get("type") == "env":
            _VARIABLE(item, at(place, key))
        elif isinstance(item, dict) and item.get("type") == "probe":
            _activity({"name": key, **item}, at(place, key))


def _secrets(value: object, place: str) -> None:
    for target, given in _a(value, dict, place).items():
        where = at(place, target)
        if _a(given, dict, where).get("type") == "env":
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
        required={"name": text, "provider": keys({"type": _python}, {"module": _module, "arguments": mapping})},
        optional={"scope": text},
    )


def _python(value: object, place: str) -> None:
    if value != "python":
        raise BadInput.at(place, f'expected "python", the only kind of control there is, not {shown(value)}')


def _module(value: object, place: str) -> None:
    """The name of a module; what a relative one is relative to, nobody could tell."""
    text(value, place)
    if not all(str(value).split(".")):
        raise BadInput.at(place, f"expected the absolute name of a module, such as package.module, not {shown(value)}")


def _words(value: object, place: str) -> None:
    """Arguments of a process: no list and no mapping among them, whose Python form nobody means to hand over."""
    one_word = either((str, anything), (bool, anything), (int, anything), (float, anything))
    for key, item in enumerate(value) if isinstance(value, list) else _a(value, dict, place).items():
        nullable(one_word)(item, at(place, key))


def _command_line(value: object, place: str) -> None:
    """Arguments as a shell reads them. Where it would read quotes within quotes, it alone can tell what is one."""
    text = str(value)
    if not any(begin in text for begin in _WITHIN):
        try:
            shlex.split(text, comments=True)
        except ValueError:
            raise BadInput.at(place, f"a quotation mark or a backslash has no counterpart in {shown(text)}") from None


_PAUSES = ("before", "after")
_PAUSE = either((int, _pause), (float, _pause), (str, text))
_WITHIN = ("$", "`", "<<")
_VARIABLE = keys({"key": text}, {"env_var_type": nullable(text)})
_ARGUMENTS = either((str, _command_line), (list, _words), (dict, _words))
_PROVIDERS: dict[object, Rule] = {
    "python": keys({"module": _module, "func": text}, {"arguments": mapping}),
    "process": keys({"path": text}, {"arguments": _ARGUMENTS, "timeout": nullable(_timeout)}),
    "http": keys(
        {"url": _address},
        {
            "method": text,
            "headers": nullable(_headers),
            "arguments": nullable(either((dict, anything), (list, anything), (str, anything))),
            "timeout": nullable(_timeout),
            "max_retries": number,
        },
    ),
}
