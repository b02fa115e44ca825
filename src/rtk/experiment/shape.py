"""The shape of an experiment: which key holds what kind of value, checked before anything else reads it.

The Chaos Toolkit's own validation takes the kinds for granted and ends in a traceback where they are wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.address import is_web
from rtk.experiment.quantity import finite
from rtk.experiment.quantity import number as number_of
from rtk.experiment.strategy import strategy
from rtk.experiment.wording import at, kind, shown

Rule = Callable[[Any, str], None]


def experiment(document: object) -> None:
    """Check a whole document. Raises `BadInput` with the place of the first thing that is of a wrong kind."""

    def part(rule: Rule) -> Rule:
        return nullable(keys(optional={"strategy": nullable(rule)}))

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
            "runtime": nullable(keys(optional={"rollbacks": part(strategy), "hypothesis": part(text)})),
            "contributions": nullable(mapping),
        },
    )


def fields(value: object, place: str, *, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> None:
    """Check that a value is a mapping, that the required keys are there, and each known key by its rule."""
    whole = _a(value, dict, place or "the document")
    for key in required:
        if key not in whole:
            raise BadInput.at(at(place, key), "missing")
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
        names = " or ".join(kind(expected()) for expected, _ in rules)
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
    for index, probe in enumerate(value if isinstance(value, list) else []):
        _activity(probe, at(place, index))
        fields(probe, at(place, index), required={"tolerance": _tolerance}, optional={})


def _activity(value: object, place: str) -> None:
    if isinstance(value, dict) and "ref" in value:
        return text(value["ref"], at(place, "ref"))
    return fields(
        value,
        place,
        required={"type": text, "name": text, "provider": _provider},
        optional={
            "timeout": nullable(number),
            "pauses": nullable(keys(optional={"before": _PAUSE, "after": _PAUSE})),
            "background": either((bool, anything)),
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


def _timeout(value: object, place: str) -> None:
    either((int, number), (float, number), (str, _number_as_text), (list, _pair))(value, place)


def _number_as_text(value: object, place: str) -> None:
    """Text that is a number, or is filled in when it is run."""
    if "${" not in str(value):
        found = number_of(value)
        number(value if found is None else found, place)


def _address(value: object, place: str) -> None:
    """An address that can be called; one that is filled in when it is run is known then."""
    text(value, place)
    if "${" not in str(value) and not is_web(str(value)):
        raise BadInput.at(place, f"expected an address that begins with http:// or https://, not {shown(value)}")


def _pair(value: object, place: str) -> None:
    if len(_a(value, list, place)) != 2:
        raise BadInput.at(place, f"expected two numbers (to connect, to read), not {shown(value)}")
    each(either((int, number), (float, number), (str, _number_as_text)))(value, place)


def _tolerance(value: object, place: str) -> None:
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
        fields(whole, place, required={"type": text}, optional=rules | {"range": each(anything)})


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
        required={"name": text, "provider": keys({"type": text}, {"module": text, "arguments": mapping})},
        optional={"scope": text},
    )


_PAUSE = nullable(either((int, number), (float, number), (str, text)))
_VARIABLE = keys({"key": text}, {"env_var_type": nullable(text)})
_ARGUMENTS = either((str, anything), (list, anything), (dict, anything))
_PROVIDERS: dict[object, Rule] = {
    "python": keys({"module": text, "func": text}, {"arguments": mapping}),
    "process": keys({"path": text}, {"arguments": _ARGUMENTS, "timeout": nullable(_timeout)}),
    "http": keys(
        {"url": _address},
        {
            "method": text,
            "headers": nullable(mapping),
            "arguments": nullable(either((dict, anything), (list, anything), (str, anything))),
            "timeout": nullable(_timeout),
            "max_retries": number,
        },
    ),
}
