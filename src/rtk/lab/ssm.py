"""What each Run Command call of Systems Manager does."""

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtk.lab import shapes
from rtk.lab.commands import Invocation, SentCommand
from rtk.lab.instance import Instance
from rtk.lab.library import Library
from rtk.lab.parameters import settle
from rtk.lab.procedure import PLATFORM
from rtk.lab.protocol import Operation
from rtk.lab.refusals import Refusal
from rtk.lab.runner import Runner
from rtk.lab.ssm_documents import page

_UNSUPPORTED = {
    "NotificationConfig": "InvalidNotificationConfig",
    "AlarmConfiguration": "ValidationException",
}


@dataclass(frozen=True, slots=True)
class RunCommand:
    """The Run Command part of Systems Manager. Invocations appear after `invocation_delay_s`."""

    runner: Runner
    library: Library
    invocation_delay_s: float = 0.0

    def operations(self) -> dict[str, Operation]:
        """Each operation by its name in AWS's model."""
        return {
            "SendCommand": self.send_command,
            "CancelCommand": self.cancel_command,
            "GetCommandInvocation": self.get_command_invocation,
            "ListCommands": self.list_commands,
            "ListCommandInvocations": self.list_command_invocations,
            "DescribeInstanceInformation": self.describe_instance_information,
        }

    def send_command(self, request: dict[str, Any]) -> dict[str, Any]:
        shelf = self.library.shelf(request["DocumentName"])
        version = shelf.version(request.get("DocumentVersion"))
        stated = request.get("DocumentHash")
        if stated and request.get("DocumentHashType", "Sha256") == "Sha256" and stated != version.hash:
            raise Refusal("InvalidDocument", "DocumentHash is not the hash of this version of the document.")
        for member, code in _UNSUPPORTED.items():
            if request.get(member):
                raise Refusal(code, f"The lab does not have {member}; send the command without it.")
        values = settle(version.document.parameters, request.get("Parameters", {}))
        instance_ids = self._targets(request)
        if PLATFORM not in version.document.platforms:
            raise Refusal("UnsupportedPlatformType", f"Document {shelf.name} runs on {version.document.platforms}.")
        command = SentCommand(
            id=str(uuid.uuid4()),
            document=version.document,
            document_name=shelf.name,
            document_version=request.get("DocumentVersion", "$DEFAULT"),
            values=values,
            request=request,
            invocations={each: Invocation(each) for each in instance_ids},
        )
        # Told as it stands before anything of it has begun.
        answer = {"Command": shapes.command(command)}
        self.runner.submit(command)
        return answer

    def cancel_command(self, request: dict[str, Any]) -> dict[str, Any]:
        command = self._command(request["CommandId"])
        asked = request.get("InstanceIds") or list(command.invocations)
        _check_unique(asked)
        for instance_id in asked:
            if instance_id not in command.invocations:
                raise Refusal("InvalidInstanceId", f"Command {command.id} was not sent to {instance_id}.")
        self.runner.cancel(command, asked)
        return {}

    def get_command_invocation(self, request: dict[str, Any]) -> dict[str, Any]:
        command = self._command(request["CommandId"])
        invocation = command.invocations.get(request["InstanceId"])
        if invocation is None or time.time() - invocation.requested < self.invocation_delay_s:
            raise Refusal(
                "InvocationDoesNotExist",
                f"Command {command.id} has no invocation on {request['InstanceId']} (yet: it appears a"
                " moment after SendCommand).",
            )
        name = request.get("PluginName")
        steps = [step for step in invocation.steps if name in {None, step.name}]
        if name is not None and not steps:
            known = ", ".join(step.name for step in invocation.steps) or "none yet"
            raise Refusal("InvalidPluginName", f"The document has no step named {name}; it has: {known}.")
        return shapes.command_invocation(command, invocation, steps)

    def list_commands(self, request: dict[str, Any]) -> dict[str, Any]:
        commands = [
            command
            for command in self._commands(request)
            if _passes(command, command.status(), request.get("Filters", ()))
        ]
        return page("Commands", [shapes.command(command) for command in commands], request)

    def list_command_invocations(self, request: dict[str, Any]) -> dict[str, Any]:
        found = [
            shapes.listed_invocation(command, invocation, details=request.get("Details", False))
            for command in self._commands(request)
            for invocation in command.invocations.values()
            if request.get("InstanceId", invocation.instance_id) == invocation.instance_id
            and time.time() - invocation.requested >= self.invocation_delay_s
            and _passes(command, (invocation.status, invocation.details), request.get("Filters", ()))
        ]
        return page("CommandInvocations", found, request)

    def describe_instance_information(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = [(one["Key"], one["Values"]) for one in request.get("Filters") or ()]
        wanted += [(one["key"], one["valueSet"]) for one in request.get("InstanceInformationFilterList") or ()]
        found = [
            shapes.instance_information(instance)
            for instance in self.runner.instances.values()
            if instance.state != "terminated" and all(_matches(instance, key, values) for key, values in wanted)
        ]
        return page("InstanceInformationList", found, request)

    def _command(self, command_id: str) -> SentCommand:
        command = self.runner.commands.get(command_id)
        if command is None:
            sentence = f"There is no command with the id {command_id}."
            if command_id.strip("\"'") != command_id:
                sentence += " It has quotes around it: keep an id with --output text, or with AWS_DEFAULT_OUTPUT=text."
            raise Refusal("InvalidCommandId", sentence)
        return command

    def _commands(self, request: Mapping[str, Any]) -> list[SentCommand]:
        """Newest first, as AWS lists them."""
        if "CommandId" in request:
            return [self._command(request["CommandId"])]
        newest = list(self.runner.commands.values())[::-1]
        wanted = request.get("InstanceId")
        return [command for command in newest if wanted is None or wanted in command.invocations]

    def _targets(self, request: Mapping[str, Any]) -> list[str]:
        ids, targets = request.get("InstanceIds", []), request.get("Targets", [])
        if bool(ids) == bool(targets):
            raise Refusal("ValidationException", "Give either InstanceIds or Targets, and not both.")
        _check_unique(ids)
        running = [one.id for one in self.runner.instances.values() if one.state == "running"]
        if wrong := [one for one in ids if one not in running]:
            raise Refusal(
                "InvalidInstanceId",
                f"Instances [[{', '.join(wrong)}]] not in a valid state for account 123456789012."
                f" Running in the lab: {', '.join(running) or 'none'}.",
            )
        if ids:
            return list(ids)
        found: list[list[str]] = []
        for target in targets:
            key, values = target.get("Key", ""), target.get("Values", [])
            if key.lower() == "instanceids":  # as in AWS an unknown one is taken, and undeliverable later
                found.append(list(dict.fromkeys(values)))
            elif key.startswith(("tag:", "tag-key")):
                found.append([each.id for each in self.runner.instances.values() if _tagged(each, key, values)])
            else:
                raise Refusal(
                    "InvalidParameters",
                    f"Target key {key}: the lab knows InstanceIds, tag:<name> and tag-key.",
                )
        by_every_target = set.intersection(*map(set, found))
        return [each for each in found[0] if each in by_every_target]


def _check_unique(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise Refusal("DuplicateInstanceId", "An instance id is given twice.")


def _passes(command: SentCommand, status: tuple[str, str], filters: Iterable[Mapping[str, str]]) -> bool:
    for one in filters:
        value = one["value"]
        match one["key"]:
            case "DocumentName":
                passes = command.document_name == value
            case "Status":
                passes = value in status
            case "InvokedAfter":
                passes = command.requested >= _moment(value)
            case "InvokedBefore":
                passes = command.requested < _moment(value)
            case _:
                finished = command.completed == len(command.invocations)
                passes = (value == "Complete") == finished
        if not passes:
            return False
    return True


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("InvalidFilterKey", f"'{text}' is not a time such as 2026-07-24T16:20:00Z.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _matches(instance: Instance, key: str, values: list[str]) -> bool:
    if key.startswith(("tag:", "tag-key")):
        return _tagged(instance, key, values)
    stated = shapes.instance_information(instance)
    known = {
        "InstanceIds": stated["InstanceId"],
        "PingStatus": stated["PingStatus"],
        "PlatformTypes": stated["PlatformType"],
        "ResourceType": stated["ResourceType"],
        "AgentVersion": stated["AgentVersion"],
    }
    if key not in known:
        raise Refusal("InvalidFilterKey", f"Filter key {key}: the lab knows {', '.join(known)} and tag:<name>.")
    return known[key] in values


def _tagged(instance: Instance, key: str, values: list[str]) -> bool:
    if key == "tag-key":
        return any(value in instance.tags for value in values)
    value = instance.tags.get(key.removeprefix("tag:"))
    return value is not None and (not values or value in values)
