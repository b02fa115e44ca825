"""What a run acts on, as far as two runs can be told to act on one thing.

A system is known by marks: a dimension such as `host`, `namespace` or `target`, and the values seen in it. Two systems
of one kind are the same one unless a dimension that both have tells them apart. Values are kept as digests, because
what an address or a context is called may be a secret; `told` is for people, and has no secret in it.
"""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

LONGEST = 200  # characters of what is told of a system
MOST = 100  # systems of one run

# Marks that say only where, or with what: many systems have them in common, and anybody can guess one.
_WHEREABOUTS = frozenset(("environment", "endpoint", "region", "namespace", "port", "package"))

Marks = Mapping[str, Iterable[str]]


class Kind(StrEnum):
    """What sort of system it is: two of different sorts are never one."""

    DECLARED = "declared"
    HOST = "host"
    MACHINE = "machine"
    KUBERNETES = "kubernetes"
    AWS = "aws"
    PACKAGE = "package"


class System(Struct, frozen=True):
    """Something that a run acts on. `marks` holds digests by their dimension."""

    kind: Kind
    marks: Mapping[str, frozenset[str]]
    told: str

    def meets(self, other: "System") -> bool:
        """Tell whether both may be one thing: nothing that is known of both tells them apart."""
        common = self.marks.keys() & other.marks.keys()
        return self.kind == other.kind and all(self.marks[each] & other.marks[each] for each in common)

    def surely_meets(self, other: "System") -> bool:
        """Tell whether something that is known of both says that they are one, and nothing tells them apart."""
        known = (self.marks.keys() & other.marks.keys()) - _WHEREABOUTS
        return self.meets(other) and any(self.marks[each] & other.marks[each] for each in known)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"kind": str(self.kind), "marks": {k: sorted(v) for k, v in self.marks.items()}, "told": self.told}


def system(kind: Kind, marks: Marks, told: str) -> System:
    """Return the system with these marks; a dimension without a value says nothing and is left out."""
    known = {name: frozenset(map(digest, values)) for name, values in marks.items()}
    text = told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
    return System(kind, {name: values for name, values in known.items() if values}, text)


def declared(text: str, told: str) -> System:
    """Return the system that a file or an option names; capitals and spaces make no difference."""
    return system(Kind.DECLARED, {"name": [" ".join(text.split()).casefold()]}, told)


def from_dicts(values: Iterable[Mapping[str, Any]]) -> tuple[System, ...]:
    """Return systems as `as_dict` gave them. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    return tuple(
        System(
            Kind(each["kind"]), {str(k): frozenset(map(str, v)) for k, v in each["marks"].items()}, str(each["told"])
        )
        for each in values
    )


def common(ours: Iterable[System], theirs: Iterable[System], *, surely: bool = False) -> tuple[System, ...]:
    """Return those of ours that meet one of theirs; `surely`, where a mark of both says so."""
    others = tuple(theirs)
    meet = System.surely_meets if surely else System.meets
    return tuple(one for one in ours if any(meet(one, other) for other in others))


def digest(value: str) -> str:
    """Return what stands for a value: two are equal where their digests are, and nobody reads a value from one."""
    return hashlib.sha256(b"rtk acts on\0" + value.encode("utf-8", "replace")).hexdigest()[:32]


def machine() -> str:
    """Return what this machine is known by: its name, and its own id where it has one."""
    own = ""
    with suppress(OSError):
        own = Path("/etc/machine-id").read_text(encoding="ascii", errors="replace").strip()
    return f"{node()}\0{own}"


def node() -> str:
    """Return this machine's name."""
    return platform.node() or "this machine"
