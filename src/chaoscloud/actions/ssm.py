"""AWS Systems Manager Run Command: send a command to instances, and cancel what this run sent.

Needs the extra `aws`. Works with AWS and, given its endpoint and credentials in the environment, with the lab.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from chaoslib.exceptions import ActivityFailed

from chaoscloud.aws import OVER, Patient, marker, patient_ssm, seconds
from rtk.figures import chosen_duration

__all__ = ["cancel_commands", "send_command"]

WaitFor = Literal["delivered", "running", "finished"]
LOOK_BACK = timedelta(days=3)  # a command lasts two days at most
LEAST_TIMEOUT_S = 30  # what AWS takes
LAST_WORDS = 500  # characters of what a command said last
_asked_to_send: list[str] = []  # what this process was asked to send, for a rollback that has no run's id


def send_command(  # noqa: PLR0913, PLR0917  what the file of an experiment can say
    document_name: str,
    instance_ids: Sequence[str] | str | None = None,
    targets: Sequence[Mapping[str, Any]] | None = None,
    document_version: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    timeout_seconds: int | str = 60,
    region: str | None = None,
    wait_for: WaitFor = "delivered",
    wait_timeout: float | str = 120,
    configuration: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Send a Run Command document to instances, named by id or picked by `targets`, and wait.

    `parameters` maps names to a value or a list of values. `timeout_seconds` is for the delivery, at least
    30. `wait_for`: `delivered` (every instance has taken it), `running` (a step has begun on every instance),
    `finished` (it ended with Success on every instance), for at most `wait_timeout` seconds. A command that
    reaches no instance, or that fails before what is waited for, raises `ActivityFailed`: the condition was
    not applied. Returns the command's id, status and instances.

        {
            "type": "action",
            "name": "inject-cpu",
            "provider": {
                "type": "python",
                "module": "chaoscloud.actions.ssm",
                "func": "send_command",
                "arguments": {
                    "document_name": "cpu-stress",
                    "document_version": "1",
                    "instance_ids": ["${instance_id}"],
                    "parameters": {"duration": "180", "cpu": "0"},
                    "wait_for": "running"
                }
            }
        }
    """
    if wait_for not in {"delivered", "running", "finished"}:
        raise ActivityFailed(f"wait_for must be delivered, running or finished, not {wait_for!r}")
    patience = seconds(wait_timeout, "wait_timeout")
    delivery = int(seconds(timeout_seconds, "timeout_seconds", least=LEAST_TIMEOUT_S))
    # Before the call: one that fails may have sent it all the same.
    _asked_to_send.append(document_name)
    ssm = patient_ssm(region, configuration)
    sent = ssm.call(
        "send_command",
        DocumentName=document_name,
        DocumentVersion=document_version,
        InstanceIds=[instance_ids] if isinstance(instance_ids, str) else instance_ids,
        Targets=targets,
        Parameters={
            name: [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
            for name, value in (parameters or {}).items()
        },
        TimeoutSeconds=delivery,
        Comment=marker(),
    )
    return _wait(ssm, sent["Command"]["CommandId"], wait_for, patience)


def cancel_commands(
    region: str | None = None,
    timeout: float | str = 60,
    configuration: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Cancel every command this run sent and wait until Systems Manager says that each is over.

    It may be repeated: what is over stays as it is. Fails where a command is not over after `timeout` seconds.
    Returns the ids that were cancelled now and those that were over before. A run's commands are known by their
    comment, see `chaoscloud.aws`, so this works from another process of the same `RTK_RUN_ID` too.

        {
            "type": "action",
            "name": "cancel-cpu",
            "provider": {
                "type": "python",
                "module": "chaoscloud.actions.ssm",
                "func": "cancel_commands"
            }
        }
    """
    patience = seconds(timeout, "timeout")
    if not _asked_to_send and "RTK_RUN_ID" not in os.environ:
        raise ActivityFailed("which commands are to be cancelled? RTK_RUN_ID is not set and this process has sent none")
    ssm = patient_ssm(region, configuration)
    since = (datetime.now(UTC) - LOOK_BACK).strftime("%Y-%m-%dT%H:%M:%SZ")
    recent = _all(ssm, "list_commands", "Commands", Filters=[{"key": "InvokedAfter", "value": since}])
    sent = [command for command in recent if command.get("Comment") == marker()]
    before = [one["CommandId"] for one in sent if one["Status"] in OVER]
    open_ids = [one["CommandId"] for one in sent if one["Status"] not in OVER]
    for command_id in open_ids:
        ssm.call("cancel_command", CommandId=command_id)
    left = list(open_ids)

    def all_over() -> bool:
        left[:] = [one for one in left if _command(ssm, one)["Status"] not in OVER]
        return not left

    if not ssm.until(all_over, patience):
        raise ActivityFailed(
            f"after {chosen_duration(patience)} these commands are still not cancelled: {', '.join(left)}"
        )
    return {"cancelled": open_ids, "over_before": before}


def _wait(ssm: Patient, command_id: str, wait_for: WaitFor, patience: float) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    def reached() -> bool:
        seen[:] = _all(ssm, "list_command_invocations", "CommandInvocations", CommandId=command_id, Details=True)
        command = _command(ssm, command_id)
        _check(command, seen)
        # Invocations of a command appear one after the other.
        return len(seen) == command["TargetCount"] and all(
            one["Status"] == "Success"  # which is past whatever is waited for
            or (wait_for == "delivered" and one["Status"] == "InProgress")
            or (wait_for == "running" and any(step["Status"] == "InProgress" for step in one["CommandPlugins"]))
            for one in seen
        )

    if not ssm.until(reached, patience):
        states = ", ".join(f"{one['InstanceId']} {one['StatusDetails']}" for one in seen) or "no instance has it"
        raise ActivityFailed(f"command {command_id} is not {wait_for} after {chosen_duration(patience)}: {states}")
    status = _command(ssm, command_id)["Status"]
    return {"command_id": command_id, "status": status, "instance_ids": [one["InstanceId"] for one in seen]}


def _check(command: Mapping[str, Any], invocations: list[dict[str, Any]]) -> None:
    """Raise ActivityFailed once the command can no longer do on every instance what it was sent for."""
    if command["Status"] in OVER and not command["TargetCount"]:
        raise ActivityFailed(f"command {command['CommandId']} reached no instance: {command['StatusDetails']}")
    for one in invocations:
        bad = one["Status"] in OVER and one["StatusDetails"] != "Success"
        if bad or one["Status"] == "Cancelling":
            lines = "\n".join(step.get("Output", "").strip() for step in one["CommandPlugins"]).strip().splitlines()
            said = ""
            while lines and (not said or len(said) + len(lines[-1]) < LAST_WORDS):
                said = f"{lines.pop()} {said}".strip()  # whole lines: half a line may hide a secret
            how = f"{one['StatusDetails']}: {said}" if said else one["StatusDetails"]
            raise ActivityFailed(f"command {command['CommandId']} on {one['InstanceId']}: {how}")


def _command(ssm: Patient, command_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ssm.call("list_commands", CommandId=command_id)["Commands"][0]
    return found


def _all(ssm: Patient, operation: str, member: str, **request: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        answer = ssm.call(operation, NextToken=token, **request)
        found += answer[member]
        token = answer.get("NextToken")
        if not token:
            return found
