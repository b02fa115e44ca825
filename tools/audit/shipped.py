"""What is shipped of others: what `reliability-toolkit[all]` requires, and what the bundles of its pages hold."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.audit import licences
from tools.audit.pins import LOCK, ROOT, Ecosystem, Failed, Pin

OURS = "reliability-toolkit"
BUNDLED = ROOT / "src" / "rtk" / "console" / "pages" / "static" / "pages" / "dist" / "licences.md"
# What the build of the front end says of each package: its name, mostly its version and licence.
_HEADING = re.compile(r"^## (?P<name>\S+)(?: - (?P<version>\S+) \((?P<licence>[^)]+)\))?$", re.MULTILINE)


class Shipped(NamedTuple):
    """A package, the expression of its licence ("" where it is not known), and the packages that it requires."""

    pin: Pin
    licence: str
    requires: tuple[str, ...] = ()


def python() -> list[Shipped]:
    """Return the packages that pip installs along with ours, by name. Raise Failed where one is missing."""
    found: dict[str, set[str]] = {}
    _walk(OURS, frozenset(["all"]), found, set())
    distributions = {name: distribution(name) for name in sorted(found) if name != OURS}
    return [
        Shipped(Pin(Ecosystem.PYPI, name, each.version), licences.of(name, each.metadata), tuple(sorted(found[name])))
        for name, each in distributions.items()
    ]


def direct() -> list[str]:
    """Return the names of the packages that ours itself requires."""
    return sorted({canonicalize_name(each.name) for each in _required(distribution(OURS), frozenset(["all"]))} - {OURS})


def bundled() -> list[Shipped]:
    """Return the packages of npm of which something is in the bundles. Raise Failed where nothing is built."""
    if not BUNDLED.exists():
        raise Failed(f"{BUNDLED.relative_to(ROOT)} is not there; expected the front end to be built: make setup")
    return list(_bundled(BUNDLED.read_text(), json.loads(LOCK.read_text())["packages"]))


def _bundled(built: str, locked: Mapping[str, Mapping[str, str]]) -> Iterator[Shipped]:
    for each in _HEADING.finditer(built):
        known = locked.get(f"node_modules/{each['name']}", {})
        version, licence = each["version"] or known.get("version", ""), each["licence"] or known.get("license", "")
        yield Shipped(Pin(Ecosystem.NPM, each["name"], version), licence)


def _walk(name: str, extras: frozenset[str], found: dict[str, set[str]], done: set[tuple[str, frozenset[str]]]) -> None:
    """Note what a distribution requires with these extras, and what that requires."""
    if (name, extras) in done:
        return
    done.add((name, extras))
    requires = found.setdefault(name, set())
    for each in _required(_installed(name), extras):
        requires.add(canonicalize_name(each.name))
        _walk(canonicalize_name(each.name), frozenset(each.extras), found, done)


def _required(of: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for each in map(Requirement, of.requires or ()):
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield each


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise Failed(f"{name} is not installed; expected all that {OURS}[all] requires: make setup") from None
