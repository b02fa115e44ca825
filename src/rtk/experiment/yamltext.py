"""YAML within limits: a first pass over its events bounds depth, size and aliases before it is built."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct, field

from rtk.errors import BadInput
from rtk.experiment.mend import DEEPEST, MOST_PARTS
from rtk.experiment.wording import shown

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

INT, TEXT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:str"
LONGEST_NUMBER = 1_000  # characters: the digits of YAML's base 60 take time by the square of their number
LONGEST_NAME = 18  # digits: longer numbers can be chosen so that a mapping finds all of them in one place
_BUILDING = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class _Loader(_Base):
    """The safe loader, whose values that cannot be built (a date such as 2020-13-45) keep their place."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag == INT and len(node.value) > LONGEST_NUMBER:
            what = f"a number of {len(node.value):,} characters, of which {LONGEST_NUMBER:,} are taken"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except _BUILDING:
            what = f"{shown(str(node.value))} is no valid {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """A mapping; names become text in the end, and numbers without bounds are taken as such from the beginning."""
        for name, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if name.tag == INT and len(name.value) > LONGEST_NAME:
                name.tag = TEXT
        return super().construct_mapping(node, deep)


class _Open(Struct):
    """A list or mapping whose end has not come: what it holds so far, with aliases counted in full."""

    anchor: str | None
    mapping: bool
    size: int = 1
    children: int = 0
    names: dict[str, int] = field(default_factory=dict)  # with the line of each

    def take(self, event: yaml.Event) -> int | None:
        """Count a child; the line of the first when it is a mapping's name that stood there before."""
        self.children += 1
        is_name = self.mapping and self.children % 2 == 1
        # Merge keys may stand in a mapping more than once.
        if not is_name or not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            return None
        before = self.names.get(event.value)
        self.names[event.value] = _place(event.start_mark)[0]
        return before


def twice(where: str, name: str, before: int, line: int) -> str:
    """Return the warning of a name that stands twice in one mapping, by the lines of both."""
    lines = f"line {line}" if line == before else f"lines {before} and {line}"
    return f"{where}, {lines}: {shown(name)} stands twice in one mapping, the last one counts"


class _Limits:
    """One pass over a document's events."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.open: list[_Open] = []
        self.sizes: dict[str, int] = {}
        self.warnings: list[str] = []
        self.parts = 0

    def check(self, events: Iterator[yaml.Event]) -> None:
        for event in events:
            self.parts += 1
            if isinstance(event, yaml.CollectionStartEvent):
                self._take(event)
                self.open.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent)))
                if len(self.open) > DEEPEST:
                    raise self._refusal(event, f"nested deeper than {DEEPEST} levels, which no experiment needs")
            elif isinstance(event, yaml.CollectionEndEvent):
                done = self.open.pop()
                self._add(done.size, done.anchor, event)
            elif isinstance(event, yaml.AliasEvent):
                self._take(event)
                if any(part.anchor == event.anchor for part in self.open):
                    raise self._refusal(event, f"the alias *{event.anchor} stands inside what it names")
                # An alias counts as all that it names: else a few lines unfold into gigabytes.
                self._add(self.sizes.get(event.anchor or "", 1), None, event)
            elif isinstance(event, yaml.ScalarEvent):
                self._take(event)
                self._add(1, event.anchor, event)

    def _take(self, event: yaml.Event) -> None:
        before = self.open[-1].take(event) if self.open else None
        # A block that was pasted twice would warn of each of its lines.
        if before is not None and isinstance(event, yaml.ScalarEvent) and len(self.warnings) < 20:
            self.warnings.append(twice(self.where, str(event.value), before, _place(event.start_mark)[0]))

    def _add(self, size: int, anchor: str | None, event: yaml.Event) -> None:
        if anchor:
            self.sizes[anchor] = size
        if self.open:
            self.open[-1].size += size
            size = self.open[-1].size
        if max(size, self.parts) > MOST_PARTS:
            raise self._refusal(event, f"more than {MOST_PARTS:,} parts with its aliases written out")

    def _refusal(self, event: yaml.Event, why: str) -> BadInput:
        line, column = _place(event.start_mark)
        return BadInput.in_text(self.where, (line, column), f"{why}")


def repeated(text: str, where: str) -> list[str]:
    """Return the warnings of names that stand twice in a text; nothing of what is no YAML."""
    limits = _Limits(where)
    with suppress(yaml.YAMLError, BadInput):
        limits.check(yaml.parse(text, Loader=_Loader))
        return limits.warnings
    return []


def load(text: str, where: str) -> tuple[Any, list[str]]:
    """The value of a YAML text, as `yaml.safe_load` builds it, and warnings of names that stand twice."""
    limits = _Limits(where)
    try:
        limits.check(yaml.parse(text, Loader=_Loader))
        return yaml.load(text, Loader=_Loader), limits.warnings  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or "not YAML"
        whole = f"{error.context}, {problem}" if problem.startswith("but ") and error.context else problem
        place = _place(error.problem_mark or error.context_mark)
        raise BadInput.in_text(where, place, f"{' '.join(whole.split())[:200]}, expected YAML") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{where}: {' '.join(str(error).split())[:200]}, expected YAML") from None


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
