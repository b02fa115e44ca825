"""Answers in the shapes of AWS's model, from what the lab knows. Times are seconds since the epoch."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rtk.lab.commands import Invocation, SentCommand
from rtk.lab.instance import Instance
from rtk.lab.library import Shelf, Version
from rtk.lab.procedure import StepResult
from rtk.lab.runner import STDERR_LIMIT, STDOUT_LIMIT

LISTED_LIMIT = 2500  # characters of a step's output in ListCommandInvocations
AGENT_VERSION = "3.3.0.0"
_ECHOED = (
    "Comment",
    "Parameters",
    "Targets",
    "OutputS3Region",
    "OutputS3BucketName",
    "OutputS3KeyPrefix",
    "CloudWatchOutputConfig",
    "TimeoutSeconds",
)


def command(one: SentCommand) -> dict[str, Any]:
    """`Command`."""
    status, details = one.status()
    request = one.request
    return {
        "CommandId": one.id,
        "DocumentName": one.document_name,
        "DocumentVersion": one.document_version,
        "RequestedDateTime": one.requested,
        "ExpiresAfter": one.requested + one.delivery_s,
        "InstanceIds": request.get("InstanceIds", []),
        "Status": status,
        "StatusDetails": details,
        "MaxConcurrency": request.get("MaxConcurrency", "50"),
        "MaxErrors": request.get("MaxErrors", "0"),
        "TargetCount": len(one.invocations),
        "CompletedCount": one.completed,
        "ErrorCount": one.errors,
        "DeliveryTimedOutCount": one.delivery_timed_out,
        "Comment": "",
        "Targets": [],
        "OutputS3BucketName": None,
        **{name: request[name] for name in _ECHOED if name in request},
    }


def command_invocation(one: SentCommand, invocation: Invocation, steps: list[StepResult]) -> dict[str, Any]:
    """The answer of GetCommandInvocation: of one step, or of all together with the outputs in their order."""
    alone = steps[0] if len(steps) == 1 else None
    whole = alone or invocation
    ended, started = whole.ended, whole.started
    stated = whole if invocation.over else invocation  # until then outputs are being stored
    elapsed = f"PT{max(0.0, ended - started):.3f}S" if started is not None and ended is not None else ""
    # The exit code of the first step that failed, else of the last; -1 while there is none.
    code = next((step.code for step in steps if step.code not in {0, -1}), None)
    if code is None:
        code = 0 if steps and all(step.code == 0 for step in steps) else -1
    return {
        **_common(one, invocation),
        "PluginName": alone.name if alone else None,
        "ResponseCode": code,
        "ExecutionStartDateTime": _stamp(started),
        "ExecutionElapsedTime": elapsed,
        "ExecutionEndDateTime": _stamp(ended),
        "Status": stated.status,
        "StatusDetails": stated.details,
        "StandardOutputContent": "".join(step.stdout for step in steps)[:STDOUT_LIMIT],
        "StandardErrorContent": "".join(step.stderr for step in steps)[:STDERR_LIMIT],
        "StandardOutputUrl": invocation.stored.get("stdout", ""),
        "StandardErrorUrl": invocation.stored.get("stderr", ""),
        "CloudWatchOutputConfig": one.request.get("CloudWatchOutputConfig"),
    }


def listed_invocation(one: SentCommand, invocation: Invocation, *, details: bool) -> dict[str, Any]:
    """`CommandInvocation`, with its steps when details are asked for."""
    plugins = [
        {
            "Name": step.name,
            "Status": step.status,
            "StatusDetails": step.details,
            "ResponseCode": step.code,
            "ResponseStartDateTime": step.started,
            "ResponseFinishDateTime": step.ended,
            "Output": (step.stdout + (step.stderr and f"\n----------ERROR-------\n{step.stderr}"))[:LISTED_LIMIT],
            "OutputS3BucketName": one.request.get("OutputS3BucketName"),
            "OutputS3KeyPrefix": one.request.get("OutputS3KeyPrefix"),
        }
        for step in (invocation.steps if details else ())
    ]
    return {
        **_common(one, invocation),
        "InstanceName": "",
        "RequestedDateTime": invocation.requested,
        "Status": invocation.status,
        "StatusDetails": invocation.details,
        "StandardOutputUrl": invocation.stored.get("stdout", ""),
        "StandardErrorUrl": invocation.stored.get("stderr", ""),
        "CommandPlugins": plugins,
    }


def instance_information(instance: Instance) -> dict[str, Any]:
    """`InstanceInformation`: a stopped instance has lost its connection."""
    online = instance.state == "running"
    return {
        "InstanceId": instance.id,
        "PingStatus": "Online" if online else "ConnectionLost",
        "LastPingDateTime": time.time() if online else instance.registered,
        "AgentVersion": AGENT_VERSION,
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Reliability Toolkit lab",
        "PlatformVersion": "1",
        "ResourceType": "EC2Instance",
        "RegistrationDate": instance.registered,
        "IPAddress": instance.room.address,
        "ComputerName": instance.room.hostname,
    }


def document_description(shelf: Shelf, version: Version) -> dict[str, Any]:
    """`DocumentDescription` of one version."""
    document = version.document
    return {
        **_document(shelf, version),
        "Hash": version.hash,
        "HashType": "Sha256",
        "Status": "Active",
        "Description": document.description,
        "Parameters": [
            {
                "Name": one.name,
                "Type": "StringList" if one.type == "StringList" else "String",
                "Description": one.description,
                "DefaultValue": one.default_text,
            }
            for one in document.parameters.values()
        ],
        "LatestVersion": str(shelf.versions[-1].number),
        "DefaultVersion": str(shelf.default),
        "CreatedDate": version.created,
    }


def document_identifier(shelf: Shelf) -> dict[str, Any]:
    """`DocumentIdentifier`, of the default version."""
    version = shelf.version()
    return {**_document(shelf, version), "CreatedDate": version.created}


def document_content(shelf: Shelf, version: Version, content: str, form: str) -> dict[str, Any]:
    """The answer of GetDocument."""
    return {
        "Name": shelf.name,
        "DisplayName": shelf.display_name,
        "VersionName": version.name,
        "DocumentVersion": str(version.number),
        "CreatedDate": version.created,
        "Status": "Active",
        "Content": content,
        "DocumentType": "Command",
        "DocumentFormat": form,
    }


def document_version(shelf: Shelf, version: Version) -> dict[str, Any]:
    """`DocumentVersionInfo`."""
    return {
        "Name": shelf.name,
        "DisplayName": shelf.display_name,
        "DocumentVersion": str(version.number),
        "VersionName": version.name,
        "CreatedDate": version.created,
        "IsDefaultVersion": version.number == shelf.default,
        "DocumentFormat": version.form,
        "Status": "Active",
    }


def _document(shelf: Shelf, version: Version) -> dict[str, Any]:
    return {
        "Name": shelf.name,
        "DisplayName": shelf.display_name,
        "VersionName": version.name,
        "Owner": shelf.owner,
        "PlatformTypes": version.document.platforms,
        "DocumentVersion": str(version.number),
        "DocumentType": "Command",
        "SchemaVersion": version.document.schema,
        "DocumentFormat": version.form,
        "TargetType": shelf.target_type,
        "Tags": shelf.tags,
    }


def _common(one: SentCommand, invocation: Invocation) -> Mapping[str, Any]:
    return {
        "CommandId": one.id,
        "InstanceId": invocation.instance_id,
        "Comment": one.request.get("Comment", ""),
        "DocumentName": one.document_name,
        "DocumentVersion": one.document_version,
    }


def _stamp(moment: float | None) -> str:
    if moment is None:
        return ""
    # One digit of a second's fraction is all that AWS's own pattern lets through.
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-5] + "Z"
