"""Writes the types of what pages read from the console, and the codes in it, for TypeScript.

python -m tools.typescript          writes frontend/src/schema.ts
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import inspect

from rtk.console.pages.insights import schema as chart
from rtk.console.store import schema as stream
from rtk.insight.facts import OUTCOMES, PHASES, PHASES_BY_CODE

WRITTEN = Path(__file__).parents[1] / "frontend" / "src" / "schema.ts"
HEAD = """\
// Written by `python -m tools.typescript` from the schemas of the console: change it there.
"""
SHAPES = (
    chart.ChartThreshold,
    chart.ChartPhase,
    chart.ChartActivity,
    chart.ChartCondition,
    chart.ChartUndo,
    chart.OverlappingRun,
    chart.OutsideEvent,
    chart.ChartContext,
    chart.ChartColumns,
    chart.ChartData,
    stream.MeasurementEntry,
    stream.RunStateEvent,
)
_NAMED: dict[frozenset[Any], str] = {frozenset(PHASES): "Phase", frozenset(OUTCOMES): "Outcome"}
_PLAIN = {
    inspect.FloatType: "number",
    inspect.IntType: "number",
    inspect.StrType: "string",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
}


def text() -> str:
    """Return the module of TypeScript."""
    return "\n".join([HEAD, *_codes(), "", *(line for shape in SHAPES for line in interface(shape))]).rstrip() + "\n"


def _codes() -> Iterator[str]:
    yield f"export const PHASES = {_listed(PHASES)} as const; // in the order of a run"
    yield f"export const OUTCOMES = {_listed(OUTCOMES)} as const; // in the order of their codes"
    yield "export type Phase = (typeof PHASES)[number];"
    yield "export type Outcome = (typeof OUTCOMES)[number];"
    yield f"export const PHASES_BY_CODE: readonly Phase[] = {_listed(PHASES_BY_CODE)};"
    for code, outcome in enumerate(OUTCOMES):
        yield f"export const {outcome.upper()} = {code};"


def _listed(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(json.dumps, names))}]"


def interface(shape: Any) -> Iterator[str]:
    """Yield one interface, with the docstring of its class as its comment."""
    info = inspect.type_info(shape)
    assert isinstance(info, inspect.TypedDictType)
    lines = [line.strip() for line in (shape.__doc__ or "").strip().splitlines()]
    yield from [f"/** {lines[0]} */"] if len(lines) == 1 else ["/**", *(f" * {line}".rstrip() for line in lines), " */"]
    yield f"export interface {shape.__name__} {{"
    for field in sorted(info.fields, key=lambda each: list(shape.__annotations__).index(each.name)):
        yield f"  {field.encode_name}{'' if field.required else '?'}: {_type(field.type)};"
    yield "}\n"


def _type(of: inspect.Type) -> str:
    """Return the type of TypeScript that holds what JSON holds of one of Python."""
    if type(of) in _PLAIN:
        return _PLAIN[type(of)]
    if isinstance(of, inspect.TypedDictType):
        return str(of.cls.__name__)
    if isinstance(of, inspect.EnumType):
        return " | ".join(json.dumps(str(each.value)) for each in of.cls)
    if isinstance(of, inspect.LiteralType):
        return _NAMED.get(frozenset(of.values)) or " | ".join(map(json.dumps, sorted(of.values, key=str)))
    return _collection(of)


def _collection(of: inspect.Type) -> str:
    match of:
        case inspect.UnionType(types=types):
            return " | ".join(_type(each) for each in types)
        case inspect.ListType(item_type=item):
            inner = _type(item)
            alternatives = isinstance(item, inspect.UnionType | inspect.LiteralType) and " | " in inner
            return f"({inner})[]" if alternatives else f"{inner}[]"
        case inspect.TupleType(item_types=items):
            return f"[{', '.join(map(_type, items))}]"
        case inspect.DictType(key_type=key, value_type=value):
            record = f"Record<{_type(key)}, {_type(value)}>"
            return f"Partial<{record}>" if isinstance(key, inspect.LiteralType) else record
    raise TypeError(f"{of}: there is no type of TypeScript for it")


if __name__ == "__main__":
    WRITTEN.write_text(text())
