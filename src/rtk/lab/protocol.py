"""AWS JSON 1.1 for Systems Manager, from botocore's own service model."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from rtk.lab.refusals import Refusal, invalid_value

TARGET = "AmazonSSM."
Operation = Callable[[dict[str, Any]], dict[str, Any]]
# The operations that are answered here: their requests are checked against the model.
RUN_COMMAND = ("SendCommand", "CancelCommand", "GetCommandInvocation", "ListCommands", "ListCommandInvocations")
DOCUMENTS = ("CreateDocument", "UpdateDocument", "DeleteDocument", "GetDocument", "DescribeDocument", "ListDocuments")
VERSIONS = ("UpdateDocumentDefaultVersion", "ListDocumentVersions")
OPERATIONS = (*RUN_COMMAND, "DescribeInstanceInformation", *DOCUMENTS, *VERSIONS)


@lru_cache(maxsize=1)
def model() -> ServiceModel:
    """Systems Manager as botocore describes it: every operation, but only the shapes of requests to ours."""
    described = Loader().load_service_model("ssm", "service-2")
    shapes, needed = described["shapes"], set[str]()
    waiting = [described["operations"][name]["input"]["shape"] for name in OPERATIONS]
    while waiting:
        needed.add(name := waiting.pop())
        of = shapes[name]
        parts = [*of.get("members", {}).values(), *(of[part] for part in ("member", "key", "value") if part in of)]
        waiting += {part["shape"] for part in parts} - needed
    described["shapes"] = {name: shapes[name] for name in needed}
    return ServiceModel(described, "ssm")


def answer(name: str, operation: Operation, body: bytes) -> tuple[int, bytes]:
    """Check a request against the model, do the operation: HTTP status and JSON body."""
    try:
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            raise Refusal("SerializationException", "The body of the request is not JSON.") from None
        except RecursionError:
            raise Refusal("SerializationException", "The body of the request is nested too deeply.") from None
        if not isinstance(request, dict):
            raise Refusal("SerializationException", "The body of the request must be a JSON object.")
        for problem in problems(model().operation_model(name).input_shape, request):
            raise problem
        return 200, json.dumps(_without_none(operation(request))).encode()
    except Refusal as refusal:
        return refused(refusal)


def refused(refusal: Refusal) -> tuple[int, bytes]:
    return refusal.status, json.dumps({"__type": refusal.code, "message": refusal.message}).encode()


def problems(shape: Any, value: Any, where: str = "") -> Iterator[Refusal]:
    """What is wrong with a value, by the model: types, required members, bounds, patterns, enums."""
    kinds: dict[str, Any] = {
        "structure": dict,
        "map": dict,
        "list": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "long": int,
    }
    kind = kinds.get(shape.type_name, object)
    # To Python true is a number as well, to AWS it is none.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield Refusal("SerializationException", f"'{where or shape.name}' must be a {shape.type_name}.")
        return
    yield from _within(shape, value, where)
    if shape.type_name == "structure":
        for name, part in value.items():
            if name in shape.members:
                yield from problems(shape.members[name], part, f"{where}.{_lower(name)}".lstrip("."))
    elif shape.type_name == "list":
        for place, part in enumerate(value, 1):
            yield from problems(shape.member, part, f"{where}.{place}.member")
    elif shape.type_name == "map":
        for key, part in value.items():
            yield from problems(shape.value, part, f"{where}.{key}.member")


def _within(shape: Any, value: Any, where: str) -> Iterator[Refusal]:
    if shape.name == "CommandId":
        return  # what is no id of a command is refused as InvalidCommandId, by the operation
    for name in getattr(shape, "required_members", ()):
        if value.get(name) is None:
            yield invalid_value(f"{where}.{_lower(name)}".lstrip("."), "null", "Member must not be null")
    if allowed := getattr(shape, "enum", None):
        if value not in allowed:
            yield invalid_value(where, value, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    what, size = "length", len(value) if isinstance(value, str | list | dict) else 0
    if isinstance(value, int):
        what, size = "value", value
    if least is not None and size < least:
        yield invalid_value(where, value, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > most:
        yield invalid_value(where, value, f"Member must have {what} less than or equal to {most}")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not _pattern(pattern).search(value):
        yield invalid_value(where, value, f"Member must satisfy regular expression pattern: {pattern}")


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    """The model's patterns are Java's, which spells letters, numbers and separators otherwise."""
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        # A pattern that Python cannot read refuses nothing.
        return re.compile("")


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _without_none(value: Any) -> Any:
    """AWS leaves out what has no value."""
    if isinstance(value, Mapping):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_none(inner) for inner in value]
    return value
