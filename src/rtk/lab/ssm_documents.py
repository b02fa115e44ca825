"""What each document call of Systems Manager does."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from rtk.lab import shapes
from rtk.lab.library import AMAZON, Library, Shelf, Version
from rtk.lab.protocol import Operation
from rtk.lab.refusals import Refusal

PAGE = 50


@dataclass(frozen=True, slots=True)
class Documents:
    """The document part of Systems Manager."""

    library: Library

    def operations(self) -> dict[str, Operation]:
        """Each operation by its name in AWS's model."""
        return {
            "CreateDocument": self.create_document,
            "UpdateDocument": self.update_document,
            "UpdateDocumentDefaultVersion": self.update_document_default_version,
            "GetDocument": self.get_document,
            "DescribeDocument": self.describe_document,
            "ListDocuments": self.list_documents,
            "ListDocumentVersions": self.list_document_versions,
            "DeleteDocument": self.delete_document,
        }

    def create_document(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf = self.library.create(request)
        return {"DocumentDescription": shapes.document_description(shelf, shelf.version())}

    def update_document(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf, version = self.library.update(request)
        return {"DocumentDescription": shapes.document_description(shelf, version)}

    def update_document_default_version(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf = self.library.own(request["Name"])
        version = shelf.version(request["DocumentVersion"])
        shelf.default = version.number
        return {
            "Description": {
                "Name": shelf.name,
                "DefaultVersion": str(version.number),
                "DefaultVersionName": version.name,
            }
        }

    def get_document(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf, version = self._asked(request)
        form = request.get("DocumentFormat", "JSON")
        content = version.content  # as it was given, where that is the form asked for
        if form != version.form and form == "YAML":
            content = yaml.safe_dump(json.loads(content), sort_keys=False, allow_unicode=True)
        elif form != version.form:
            content = json.dumps(yaml.safe_load(content), indent=2, default=str)
        return shapes.document_content(shelf, version, content, form)

    def describe_document(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Document": shapes.document_description(*self._asked(request))}

    def list_documents(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = [(one["key"], [one["value"]]) for one in request.get("DocumentFilterList") or ()]
        wanted += [(one.get("Key", ""), one.get("Values", [])) for one in request.get("Filters") or ()]
        shelves = list(self.library.shelves.values())
        found = [shelf for shelf in shelves if all(_matches(shelf, key, values) for key, values in wanted)]
        return page("DocumentIdentifiers", [shapes.document_identifier(shelf) for shelf in found], request)

    def list_document_versions(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf = self.library.shelf(request["Name"])
        newest = shelf.versions[::-1]
        return page("DocumentVersions", [shapes.document_version(shelf, one) for one in newest], request)

    def delete_document(self, request: dict[str, Any]) -> dict[str, Any]:
        self.library.delete(request["Name"], request.get("DocumentVersion"), request.get("VersionName"))
        return {}

    def _asked(self, request: dict[str, Any]) -> tuple[Shelf, Version]:
        shelf = self.library.shelf(request["Name"])
        return shelf, shelf.version(request.get("DocumentVersion"), request.get("VersionName"))


def page(member: str, found: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """One page of a list, and the token of the next."""
    size, token = request.get("MaxResults", PAGE), request.get("NextToken", "0")
    if not token.isdigit():
        raise Refusal("InvalidNextToken", f"NextToken '{token}' is not one this lab gave.")
    start = int(token)
    more = start + size < len(found)
    return {member: found[start : start + size], "NextToken": str(start + size) if more else None}


def _matches(shelf: Shelf, key: str, values: list[str]) -> bool:
    match key:
        case "Name":
            return any(shelf.name.startswith(value) for value in values)
        case "Owner":
            mine = {"Self", "Private"} if shelf.owner != AMAZON else {"Amazon", "Public"}
            return any(value in mine or value == "All" for value in values)
        case "PlatformTypes":
            return any(value in shelf.version().document.platforms for value in values)
        case "DocumentType":
            return "Command" in values
        case _ if key.startswith("tag:"):
            return any(tag["Key"] == key[4:] and tag["Value"] in values for tag in shelf.tags)
    raise Refusal("InvalidFilterKey", f"Filter key {key}: the lab knows Name, Owner, PlatformTypes, DocumentType.")
