"""A document's parameters: what values they take, and putting values in place of `{{ name }}`."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rtk.lab.refusals import Refusal

TYPES = ("String", "StringList", "Boolean", "Integer", "MapList", "StringMap")
_REFERENCE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_JSON_TYPES = {"MapList", "StringMap"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a document. `bounds` has minChars, maxChars, minItems, maxItems where stated."""

    BOUNDS: ClassVar[tuple[str, ...]] = ("minChars", "maxChars", "minItems", "maxItems")

    name: str
    type: str
    description: str = ""
    default: Any = None
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    bounds: Mapping[str, int] = field(default_factory=dict)
    by_environment: bool = False

    @property
    def default_text(self) -> str | None:
        """The default as AWS prints it."""
        if self.default is None:
            return None
        return self.default if isinstance(self.default, str) else json.dumps(self.default)


def settle(parameters: Mapping[str, Parameter], given: Mapping[str, list[str]]) -> dict[str, Any]:
    """The value of each parameter: text, or a list of texts for a StringList. Raises InvalidParameters."""
    if unknown := sorted(set(given) - set(parameters)):
        known = ", ".join(sorted(parameters)) or "none"
        raise _refuse(f"The document has no parameter {unknown[0]}; it has: {known}.")
    settled = {}
    for name, parameter in parameters.items():
        default, bounds = parameter.default, parameter.bounds
        if name in given:
            values = given[name]
        elif default is None:
            raise _refuse(f"Parameter {name} has no default and no value was given.")
        else:
            # The default of a list of mappings is one value, as JSON.
            listed = isinstance(default, list) and parameter.type not in _JSON_TYPES
            texts = default if listed else [default]
            values = [text if isinstance(text, str) else json.dumps(text) for text in texts]
        if parameter.type != "StringList" and len(values) != 1:
            raise _refuse(f"Parameter {name} takes one value, {len(values)} were given.")
        if not bounds.get("minItems", 0) <= len(values) <= bounds.get("maxItems", len(values)):
            raise _refuse(f"Parameter {name} takes {_span(bounds, 'Items')} values, {len(values)} were given.")
        for value in values:
            _check_value(parameter, value)
        settled[name] = values if parameter.type == "StringList" else values[0]
    return settled


def references(value: Any) -> Iterator[str]:
    """The name of each `{{ name }}` within a value made of texts, lists and mappings."""
    for text in _texts(value):
        for found in _REFERENCE.finditer(text):
            yield found[1]


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """The value with each `{{ name }}` replaced, word for word, as AWS does it: nothing is quoted.

    An item of a list that is nothing but a reference to a StringList becomes that list's items.
    """
    if isinstance(value, str):

        def text_of(found: re.Match[str]) -> str:
            inner = values.get(found[1], found[0])
            return " ".join(inner) if isinstance(inner, list) else str(inner)

        return _REFERENCE.sub(text_of, value)
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            alone = _REFERENCE.fullmatch(item.strip()) if isinstance(item, str) else None
            listed = values.get(alone[1]) if alone else None
            items += listed if isinstance(listed, list) else [filled(item, values)]
        return items
    if isinstance(value, Mapping):
        return {key: filled(inner, values) for key, inner in value.items()}
    return value


def by_environment(
    parameters: Mapping[str, Parameter], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values with those of `interpolationType: ENV_VAR` as references to SSM_<name>, and that environment."""
    environment = {f"SSM_{name}": str(values[name]) for name, one in parameters.items() if one.by_environment}
    replaced = {name: f"${{SSM_{name}}}" for name, one in parameters.items() if one.by_environment}
    return {**values, **replaced}, environment


def _refuse(sentence: str) -> Refusal:
    return Refusal("InvalidParameters", sentence)


def _check_value(parameter: Parameter, value: str) -> None:
    name, kind, bounds = parameter.name, parameter.type, parameter.bounds
    if parameter.allowed_values and value not in parameter.allowed_values:
        raise _refuse(f"Parameter {name} is '{value}', allowed are: {', '.join(parameter.allowed_values)}.")
    if parameter.allowed_pattern and not re.fullmatch(parameter.allowed_pattern, value):
        raise _refuse(f"Parameter {name} is '{value}', which does not match {parameter.allowed_pattern}.")
    if not bounds.get("minChars", 0) <= len(value) <= bounds.get("maxChars", len(value)):
        raise _refuse(f"Parameter {name} takes {_span(bounds, 'Chars')} characters, {len(value)} were given.")
    if kind == "Boolean" and value.lower() not in {"true", "false"}:
        raise _refuse(f"Parameter {name} is '{value}', allowed are: true, false.")
    if kind == "Integer" and not re.fullmatch(r"-?\d+", value):
        raise _refuse(f"Parameter {name} is '{value}', which is not a whole number.")
    if kind in _JSON_TYPES:
        try:
            json.loads(value)
        except ValueError:
            raise _refuse(f"Parameter {name} is '{value}', which is not JSON.") from None


def _span(bounds: Mapping[str, int], what: str) -> str:
    return f"{bounds.get(f'min{what}', 0)} to {bounds.get(f'max{what}', 'any number of')}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
