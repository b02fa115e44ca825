"""Advisories from files: records of OSV, as exports and scanners have them, and reports of `pip-audit --format json`.

The ranges of OSV are judged as its schema says. Where a bound cannot be read, the version counts as affected: to miss
one is worse than to look at one too many.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from semver import Version as SemanticVersion

from tools.audit.pins import Ecosystem, Failed, Pin

_EXPECTED = "expected records of OSV (JSON, a folder or a zip file of it) or the report of pip-audit --format json"
Record = Mapping[str, Any]


class Finding(NamedTuple):
    """A pin that an advisory names."""

    pin: Pin
    advisory: str
    summary: str

    def __str__(self) -> str:
        return f"{self.pin}: {self.advisory}{f', {self.summary}' if self.summary else ''}"


class Advisories:
    """The advisories of some files. `count` is how many they hold. Raises Failed for what is no list of advisories."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._osv: dict[tuple[str, str], list[tuple[Record, Record]]] = {}  # records, with the part about the package
        self._reports: list[Record] = []
        self.count = 0
        for path in paths:
            before = self.count + len(self._reports)
            for document in documents(path):
                self._take(document, path)
            if self.count + len(self._reports) == before:
                raise Failed(f"{path} has no advisory; {_EXPECTED}")

    def findings(self, pins: Iterable[Pin]) -> list[Finding]:
        """Return what they say about these pins, each advisory of a pin once."""
        known = list(pins)
        of_osv = [finding for pin in known for finding in self._of_osv(pin)]
        of_reports = [finding for report in self._reports for finding in _reported(report, known)]
        return list(dict.fromkeys([*of_osv, *of_reports]))

    def _take(self, document: Any, path: Path) -> None:
        if isinstance(document, Mapping) and isinstance(document.get("dependencies"), list):
            self._reports.append(document)
            self.count += sum(len(each.get("vulns") or ()) for each in document["dependencies"])
            return
        records = list(_records(document))
        if not records and document:
            raise Failed(f"{path} cannot be read as advisories; {_EXPECTED}")
        self.count += len(records)
        for record in records:
            for affected in record["affected"] if not record.get("withdrawn") else ():
                if key := _key(affected):
                    self._osv.setdefault(key, []).append((record, affected))

    def _of_osv(self, pin: Pin) -> Iterator[Finding]:
        for record, affected in self._osv.get((pin.ecosystem, pin.name), ()):
            if is_affected(pin, affected):
                yield Finding(pin, _named(record), str(record.get("summary") or ""))


def documents(path: Path) -> Iterator[Any]:
    """Yield the JSON documents of a file, of a folder or of a zip file. Raise Failed where there are none."""
    try:
        if path.is_dir():
            texts = {each: each.read_bytes() for each in sorted(path.rglob("*.json"))}
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.endswith(".json")]
                texts = {path / name: archive.read(name) for name in names}
        else:
            texts = {path: path.read_bytes()}
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}; {_EXPECTED}") from None
    for where, text in texts.items():
        yield from _parsed(text, where)


def _parsed(text: bytes, where: Path) -> Iterator[Any]:
    """A document, or one in each line."""
    try:
        yield json.loads(text)
    except ValueError:
        try:
            yield from [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise Failed(f"{where} is no JSON ({error}); {_EXPECTED}") from None


def _records(document: Any) -> Iterator[Record]:
    """The records of OSV in a document: itself, or those of a list, an answer of its API or a report of its scanner."""
    if isinstance(document, list):
        for each in document:
            yield from _records(each)
    elif isinstance(document, Mapping):
        if isinstance(document.get("affected"), list) and "id" in document:
            yield document
        for key in ("vulns", "results", "packages", "vulnerabilities"):
            yield from _records(document.get(key))


def _key(affected: Record) -> tuple[str, str] | None:
    package = affected.get("package") or {}
    ecosystem, name = str(package.get("ecosystem", "")).partition(":")[0], str(package.get("name", ""))
    return (ecosystem, canonicalize_name(name) if ecosystem == Ecosystem.PYPI else name) if name else None


def _named(record: Record) -> str:
    """Its id, with those that others gave it."""
    others = ", ".join(record.get("aliases") or ())
    return f"{record['id']}{f' ({others})' if others else ''}"


def is_affected(pin: Pin, affected: Record) -> bool:
    """Return whether a part of an advisory names this version: in its list, or within one of its ranges."""
    listed = any(_same(pin, str(each)) for each in affected.get("versions") or ())
    ranges = (each for each in affected.get("ranges") or () if each.get("type") != "GIT")
    return listed or any(_within(pin, each.get("events") or ()) for each in ranges)


def _same(pin: Pin, version: str) -> bool:
    try:
        return pin.version == version or _order(pin.ecosystem, pin.version) == _order(pin.ecosystem, version)
    except ValueError:
        return False


def _within(pin: Pin, events: Iterable[Record]) -> bool:
    """Whether a version lies between an event that introduces it and the next that ends it."""
    order = partial(_order, pin.ecosystem)
    try:
        here = order(pin.version)
        bounds = [(kind, version) for event in events for kind, version in event.items() if version != "*"]
        if any(kind == "limit" and here >= order(version) for kind, version in bounds):
            return False
        starts = [order(version) for kind, version in bounds if kind == "introduced"]
        fixes = [order(version) for kind, version in bounds if kind == "fixed"]
        lasts = [order(version) for kind, version in bounds if kind == "last_affected"]
    except ValueError:
        return True
    begun = [start for start in starts if start <= here]
    if not begun:
        return False
    since = max(begun)
    return not any(since < fix <= here for fix in fixes) and not any(since <= last < here for last in lasts)


def _order(ecosystem: Ecosystem, version: str) -> Any:
    """What sorts versions of an ecosystem. Raises ValueError for what is none there."""
    if ecosystem == Ecosystem.NPM:
        return SemanticVersion.parse(version, optional_minor_and_patch=True)
    try:
        return Version(version)
    except InvalidVersion as error:
        raise ValueError(str(error)) from None


def _reported(report: Record, pins: Iterable[Pin]) -> Iterator[Finding]:
    """What a report of pip-audit says. Raises Failed where it is of other pins than these."""
    found = {
        (str(canonicalize_name(str(each.get("name")))), str(each.get("version"))): each
        for each in report["dependencies"]
    }
    ours = {pin for pin in pins if pin.ecosystem == Ecosystem.PYPI}
    covered = {pin for pin in ours if (pin.name, pin.version) in found}
    names = {pin.name for pin in covered}  # of what is pinned for several Pythons, a report is of one
    if missing := [str(pin) for pin in sorted(ours) if pin.name not in names]:
        raise Failed(
            f"the report of pip-audit does not cover {', '.join(missing)}; expected one of constraints.txt as it is"
        )
    for pin in sorted(covered):
        for each in found[pin.name, pin.version].get("vulns") or ():
            fixed = ", ".join(each.get("fix_versions") or ())
            yield Finding(pin, _named(each), f"fixed in {fixed}" if fixed else "")
