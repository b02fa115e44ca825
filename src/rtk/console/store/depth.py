"""How deeply what is stored may be nested: a value that could be kept but never read back would be lost."""

from typing import Any

from rtk.console.store.problem import Problem

DEEPEST = 128  # levels; an experiment has at most 100
_SHORTEST = DEEPEST + 1  # bytes of JSON text that deep


def refuse_deep(value: Any, place: str = "") -> None:
    """Raise `Problem` for a value of JSON that is nested too deeply. One level after the other, without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        nested = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [part for parts in nested for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise Problem(422, f"{place or 'the body'}: nested deeper than {DEEPEST} levels", place or None)


def may_be_deep(text: bytes | memoryview) -> bool:
    """Whether a JSON text could hold what is nested too deeply; quickly answered, for what is stored by thousands."""
    return len(text) >= _SHORTEST and sum(bytes(text).count(opening) for opening in (b"[", b"{")) > DEEPEST
