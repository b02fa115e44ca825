"""The types that the pages' scripts are checked with are those of what the console answers."""

from typing import Literal, NotRequired, TypedDict

import pytest

from tools import typescript


def test_the_types_in_the_tree_are_those_of_now() -> None:
    stale = "python -m tools.typescript writes frontend/src/schema.ts anew"
    assert typescript.WRITTEN.read_text() == typescript.text(), stale


class Sample(TypedDict):
    """A shape with a field of each kind."""

    name: str
    length: float | None
    kinds: list[Literal["b", "a"]]
    pairs: list[tuple[float, str | None]]
    by_phase: dict[Literal["baseline", "onset", "conditions", "undo", "recovery"], int]
    texts: dict[str, str]
    gone: NotRequired[bool]


def test_each_kind_of_field_has_its_type_of_typescript() -> None:
    assert list(typescript.interface(Sample)) == [
        "/** A shape with a field of each kind. */",
        "export interface Sample {",
        "  name: string;",
        "  length: number | null;",
        '  kinds: ("a" | "b")[];',
        "  pairs: [number, string | null][];",
        "  by_phase: Partial<Record<Phase, number>>;",
        "  texts: Record<string, string>;",
        "  gone?: boolean;",
        "}\n",
    ]


def test_what_has_no_type_of_typescript_is_refused_by_name() -> None:
    class Odd(TypedDict):
        """It holds bytes."""

        content: bytes

    with pytest.raises(TypeError, match=r"BytesType.*there is no type of TypeScript"):
        list(typescript.interface(Odd))
