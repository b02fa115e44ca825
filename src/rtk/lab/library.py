"""The documents the lab holds, each with its versions: the built-in ones from `documents/`, and one's own."""

import hashlib
import time
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from rtk.lab.document import SsmDocument, parse
from rtk.lab.refusals import Refusal

VERSIONS_KEPT = 1000  # AWS's limit
AMAZON, SELF = "Amazon", "123456789012"
_FORMATS = {".json": "JSON", ".yaml": "YAML"}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document: its content as it was given."""

    number: int
    content: str
    form: str
    document: SsmDocument
    name: str | None = None
    created: float = field(default_factory=time.time)

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(slots=True)
class Shelf:
    """A document's versions, oldest first. `default` is a version's number."""

    name: str
    owner: str
    versions: list[Version]
    default: int = 1
    tags: list[dict[str, str]] = field(default_factory=list)
    display_name: str | None = None
    target_type: str | None = None

    def version(self, asked: str | None = None, name: str | None = None) -> Version:
        """The version asked for: a number, $LATEST, $DEFAULT (also when None), or by version name."""
        latest = self.versions[-1]
        number = {None: self.default, "$DEFAULT": self.default, "$LATEST": latest.number}.get(asked)
        for version in self.versions:
            if name and asked is None:
                if version.name == name:
                    return version
            elif str(version.number) == str(number or asked):
                return version
        raise Refusal("InvalidDocumentVersion", f"Document {self.name} has no version {name or asked}.")


class Library:
    """Every document by its name."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        folder = resources.files("rtk.lab") / "documents"
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            stem, dot, ending = file.name.rpartition(".")
            content = file.read_text(encoding="utf-8")
            form = _FORMATS[dot + ending]
            self.shelves[stem] = Shelf(stem, AMAZON, [Version(1, content, form, parse(content, form))])

    def shelf(self, name: str) -> Shelf:
        """A document by name or ARN. Raises InvalidDocument."""
        found = self.shelves.get(name.rpartition("document/")[2])
        if found is None:
            known = ", ".join(sorted(self.shelves))
            raise Refusal("InvalidDocument", f"Document with name {name} does not exist. The lab has: {known}.")
        return found

    def own(self, name: str) -> Shelf:
        """A document one may change. Raises InvalidDocumentOperation for the built-in ones."""
        shelf = self.shelf(name)
        if shelf.owner == AMAZON:
            raise Refusal("InvalidDocumentOperation", f"Document {name} is built in; create one under another name.")
        return shelf

    def create(self, request: dict[str, Any]) -> Shelf:
        name, form = request["Name"], request.get("DocumentFormat", "JSON")
        if name in self.shelves:
            raise Refusal("DocumentAlreadyExists", f"Document {name} already exists; use update-document.")
        if request.get("DocumentType", "Command") != "Command":
            kind = request["DocumentType"]
            raise Refusal("InvalidDocumentContent", f"DocumentType {kind}: the lab runs Command documents only.")
        document = parse(request["Content"], form)
        version = Version(1, request["Content"], form, document, request.get("VersionName"))
        shelf = Shelf(name, SELF, [version], tags=request.get("Tags", []))
        shelf.display_name, shelf.target_type = request.get("DisplayName"), request.get("TargetType")
        self.shelves[name] = shelf
        return shelf

    def update(self, request: dict[str, Any]) -> tuple[Shelf, Version]:
        shelf = self.own(request["Name"])
        form = request.get("DocumentFormat", "JSON")
        shelf.version(request.get("DocumentVersion"))  # refused, as in AWS, where there is none to go on from
        version_name = request.get("VersionName")
        document = parse(request["Content"], form)
        new = Version(shelf.versions[-1].number + 1, request["Content"], form, document, version_name)
        if any(old.hash == new.hash for old in shelf.versions):
            raise Refusal("DuplicateDocumentContent", f"Document {shelf.name} has a version of this very content.")
        if version_name and any(old.name == version_name for old in shelf.versions):
            raise Refusal("DuplicateDocumentVersionName", f"Document {shelf.name} has a version named {version_name}.")
        if len(shelf.versions) >= VERSIONS_KEPT:
            raise Refusal("DocumentVersionLimitExceeded", f"Document {shelf.name} has {VERSIONS_KEPT} versions.")
        shelf.versions.append(new)
        return shelf, new

    def delete(self, name: str, asked: str | None, version_name: str | None) -> None:
        shelf = self.own(name)
        if asked is None and version_name is None:
            del self.shelves[shelf.name]
            return
        version = shelf.version(asked, version_name)
        if version.number == shelf.default:
            raise Refusal("InvalidDocumentOperation", f"Version {version.number} of {name} is its default version.")
        shelf.versions.remove(version)
