"""The pins: each package that set-up installs, in the version that constraints.txt and the lock of npm name.

A package may be pinned for each of several Pythons: then all of these pins are meant.
"""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
LOCK = ROOT / "frontend" / "package-lock.json"
_MODULES = "node_modules/"
_PINNED = re.compile(r"\s*(?P<name>[\w.-]+)\s*==\s*(?P<version>[^\s;]+)\s*(?:;.*)?")


class Failed(Exception):
    """Something cannot be audited, or failed the audit. Its text is one sentence or several lines of them."""


class Ecosystem(StrEnum):
    """Where a package is published, in OSV's words."""

    PYPI = "PyPI"
    NPM = "npm"


class Pin(NamedTuple):
    """A package in the version that is installed."""

    ecosystem: Ecosystem
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.ecosystem})"


def pins() -> list[Pin]:
    """Return all of them."""
    return [*of_python(CONSTRAINTS.read_text()), *of_npm(LOCK.read_text())]


def of_python(constraints: str) -> Iterator[Pin]:
    """Yield what constraints.txt pins. Raise Failed for a line that pins nothing."""
    for line in constraints.splitlines():
        if line.strip() and not line.startswith("#"):
            pinned = _PINNED.fullmatch(line)
            if not pinned:
                raise Failed(f"constraints.txt: {line!r} pins no version; expected NAME==VERSION, and maybe ; MARKER")
            yield Pin(Ecosystem.PYPI, canonicalize_name(pinned["name"]), pinned["version"])


def of_npm(lock: str) -> Iterator[Pin]:
    """Yield what npm's lock file of version 3 pins."""
    found = json.loads(lock)["packages"]
    for path, package in found.items():
        if _MODULES in path:
            yield Pin(Ecosystem.NPM, package.get("name") or path.rpartition(_MODULES)[2], package["version"])
