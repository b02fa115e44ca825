"""What the description of the API holds beside the views: the record's way in, and how calls are refused."""

from typing import Any

from rtk.console.api.shown import Fault
from rtk.console.store.problem import MEDIA_TYPE

MEASUREMENT = {
    "kind": "measurement",
    "t": 1.1,
    "phase": "conditions",
    "slot": 0,
    "due": 1.0,
    "started": 1.0,
    "ended": 1.065,
    "outcome": "met",
    "value": 65.0,
    "reason": None,
    "probes": [],
}
ENTRY = {
    "type": "object",
    "required": ["kind", "t"],
    "properties": {"kind": {"type": "string", "minLength": 1, "maxLength": 40}, "t": {"type": "number"}},
}
BODY = {
    "type": "object",
    "required": ["from", "entries"],
    "properties": {
        "from": {"type": "integer", "minimum": 0},
        "entries": {"type": "array", "maxItems": 10_000, "items": ENTRY},
    },
}
ANSWER = {
    "type": "object",
    "properties": {
        "next": {"type": "integer"},
        "stop": {"type": ["string", "null"]},
        "safeguards": {"type": "array", "items": {"type": "string"}},
    },
}


def with_faults(schema: Any) -> Any:
    """An OpenAPI document in which every call may be refused."""
    schema["components"]["schemas"]["Fault"] = Fault.model_json_schema()
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Fault"}}}
    for methods in schema["paths"].values():
        for operation in methods.values():
            operation["responses"]["4XX"] = {"description": "Refused, and why", "content": content}
    return schema


def with_record(schema: Any) -> Any:
    """An OpenAPI document with the record beside the run's end, which has the same place and needs the same."""
    paths = schema["paths"]
    end = next(path for path in paths if path.endswith("/runs/{run}/end"))
    like = paths[end]["post"]
    paths[f"{end.removesuffix('end')}record"] = {
        "post": {
            "operationId": "record",
            "summary": "Tell a run's record",
            "description": "Entries n, n+1, … of the run's record: at most 10,000, or 4 MiB, a call, gzip accepted. "
            "Everything before `next` is durable. An entry sent again changes nothing; a gap is answered with 409 "
            "and the `next` that is expected.",
            "tags": like["tags"],
            "parameters": like["parameters"],
            "security": like["security"],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": BODY, "example": {"from": 0, "entries": [MEASUREMENT]}}},
            },
            "responses": {
                202: {
                    "description": "Accepted",
                    "content": {
                        "application/json": {"schema": ANSWER, "example": {"next": 1, "stop": None, "safeguards": []}}
                    },
                },
            },
        }
    }
    return schema
