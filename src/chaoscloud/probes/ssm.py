"""AWS Systems Manager Run Command: how a command stands on an instance, and what it printed.

Needs the extra `aws`. Without a `command_id` the latest command this run sent to the instance is meant.
"""

from collections.abc import Mapping
from typing import Any

from chaoslib.exceptions import ActivityFailed

from chaoscloud.aws import marker, patient_ssm

__all__ = ["command_output", "command_status"]


def command_status(
    instance_id: str,
    command_id: str | None = None,
    region: str | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> str:
    """The status of a command on an instance: Pending, InProgress, Delayed, Success, Failed, TimedOut,
    Cancelling or Cancelled.

        {
            "type": "probe",
            "name": "stress-is-running",
            "tolerance": "InProgress",
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.ssm",
                "func": "command_status",
                "arguments": {"instance_id": "${instance_id}"}
            }
        }
    """
    return str(_invocation(instance_id, command_id, region, configuration)["Status"])


def command_output(
    instance_id: str,
    command_id: str | None = None,
    region: str | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a command printed on an instance: `stdout` (first 24,000 characters), `stderr` (first 8,000), and
    its `code`, -1 while it has none.

        {
            "type": "probe",
            "name": "what-the-stress-said",
            "tolerance": {"type": "regex", "target": "stdout", "pattern": "Loading"},
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.ssm",
                "func": "command_output",
                "arguments": {"instance_id": "${instance_id}"}
            }
        }
    """
    found = _invocation(instance_id, command_id, region, configuration)
    return {
        "code": found["ResponseCode"],
        "stdout": found["StandardOutputContent"],
        "stderr": found["StandardErrorContent"],
    }


def _invocation(
    instance_id: str, command_id: str | None, region: str | None, configuration: Mapping[str, Any] | None
) -> dict[str, Any]:
    ssm = patient_ssm(region, configuration)
    if not command_id:
        recent = ssm.call("list_commands", InstanceId=instance_id)["Commands"]
        mine = [one for one in recent if one.get("Comment") == marker()]
        if not mine:
            raise ActivityFailed(f"this run has sent no command to {instance_id}")
        command_id = str(max(mine, key=lambda one: one["RequestedDateTime"])["CommandId"])
    return ssm.call("get_command_invocation", CommandId=command_id, InstanceId=instance_id)
