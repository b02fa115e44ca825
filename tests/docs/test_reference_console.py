"""The reference of the console is complete: each key that a call takes, each role, scope and event."""

import re
from typing import Any

from rtk.console.api.api import api
from rtk.console.notify.outbox import EVENTS
from rtk.console.people.models import SCOPES, Role
from tests.docs.pages import DOCS
from tests.docs.test_reference import page, section

SCHEMA: dict[str, Any] = dict(api.get_openapi_schema())
T = "/api/v1/organizations/{org}/teams/{team}"
CHANGES = "change what is given"  # its keys are those of what is made


def bodies() -> dict[tuple[str, str], set[str]]:
    """The keys of the JSON body of each call that has one, by its method and its address as the page writes it."""
    found = {}
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                where = path.replace(T, "T").removeprefix("/api/v1")
                found[method.upper(), where] = set(resolved(content["schema"]).get("properties", ()))
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    kept: dict[str, Any] = SCHEMA["components"]["schemas"].get(name, schema)
    return kept


def told(method: str, where: str, text: str) -> str:
    """All that the page says of a call, in its rows and in what is told about it at length."""
    place = re.escape(where).replace(r"\{", "{").replace(r"\}", "}")
    place = re.sub(r"{\w+}", r"{\\w+}", place)
    rows = re.findall(rf"^.*`{method} (?:…|{place})[^`]*`.*$", text, re.MULTILINE)
    short = re.sub(r"^T/verifications/{\w+}", "…", where)
    at_length = re.findall(rf"^\d\. `{method} (?:{re.escape(short)}|{place})`.*?(?=^\d\. |\n\n)", text, re.M | re.S)
    return "\n".join([*rows, *at_length])


def test_every_key_that_a_call_takes_is_in_the_reference() -> None:
    text = page("http-api.md")
    assert bodies()["POST", "T/import"] == {"source", "format"}
    missing = []
    for (method, where), keys in bodies().items():
        said = told(method, where, text)
        if CHANGES not in said:
            missing += [f"{method} {where}: {key}" for key in sorted(keys) if not re.search(rf"\b{key}\b", said)]
    assert missing == []


def test_every_role_and_scope_is_in_the_reference() -> None:
    text = page("people.md")
    for role in Role.values:
        assert re.search(rf"^\| {role} \|", section(text, "Organizations, teams, roles"), re.MULTILINE), role
    named = re.findall(r"^\| `(\w+)` \|", section(text, "Tokens"), re.MULTILINE)
    assert sorted(named) == sorted(SCOPES)


def test_every_event_that_is_told_is_in_the_how_to() -> None:
    text = (DOCS / "how-to" / "get-notified.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([\w.-]+)` \|", text, re.MULTILINE)) >= set(EVENTS)
