"""Delivery to instances that are not there, and how a command's status follows from its invocations."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtk.lab.commands import Invocation, SentCommand
from rtk.lab.document import parse
from rtk.lab.inside import InstanceSpec
from rtk.lab.instance import Instance
from rtk.lab.runner import Runner
from tests.lab.world import eventually, shell

ROOM = InstanceSpec(
    "i-00000000000000001", "host", "10.0.0.11", 1, Path("nowhere"), frozenset({0}), 0.0, 0, isolated=True
)


def command(invocations: dict[str, Invocation], **request: Any) -> SentCommand:
    document = parse(json.dumps({"schemaVersion": "2.2", "mainSteps": [shell("true")]}), "JSON")
    return SentCommand("id", document, "name", "1", {}, request, invocations)


def ended(*details: str, **request: Any) -> SentCommand:
    invocations = {str(place): Invocation(str(place)) for place in range(len(details))}
    status = {
        "DeliveryTimedOut": "TimedOut",
        "ExecutionTimedOut": "TimedOut",
        "Undeliverable": "Failed",
        "Skipped": "Success",
    }
    for invocation, detail in zip(invocations.values(), details, strict=True):
        invocation.become(status.get(detail, detail), detail)
    return command(invocations, **request)


def test_what_cannot_be_delivered_in_time_times_out_and_is_no_error_of_the_command() -> None:
    stopped = Instance(ROOM, {}, 1.0)
    sent = command({stopped.id: Invocation(stopped.id)}, TimeoutSeconds=0)
    Runner({stopped.id: stopped}, "eu-west-1").submit(sent)
    eventually(lambda: sent.completed == 1)
    assert sent.status() == ("TimedOut", "DeliveryTimedOut")
    assert (sent.errors, sent.delivery_timed_out) == (0, 1)


@pytest.mark.parametrize(
    ("details", "request_", "status"),
    [
        (("Success", "Skipped"), {}, ("Success", "Success")),
        (("Success", "Failed"), {}, ("Failed", "Failed")),
        (("Success", "Failed"), {"MaxErrors": "50%"}, ("Failed", "Incomplete")),
        (("Success", "ExecutionTimedOut"), {}, ("TimedOut", "ExecutionTimedOut")),
        (("Success", "DeliveryTimedOut"), {}, ("Failed", "Incomplete")),
        (("Undeliverable",), {}, ("Failed", "Incomplete")),
        ((), {}, ("Failed", "NoInstancesInTag")),
    ],
)
def test_the_status_of_a_command_follows_from_its_invocations(
    details: tuple[str, ...], request_: dict[str, str], status: tuple[str, str]
) -> None:
    assert ended(*details, **request_).status() == status


@pytest.mark.parametrize(("said", "count"), [("50%", 2), ("10%", 1), ("3", 3), ("100%", 5)])
def test_a_share_of_the_instances_is_rounded_down_to_at_least_one(said: str, count: int) -> None:
    assert ended(*["Success"] * 5, MaxConcurrency=said).at_once == count


def test_a_command_waits_then_runs_then_is_cancelling() -> None:
    one = Invocation("a")
    sent = command({"a": one})
    assert sent.status()[0] == "Pending"
    one.become("InProgress")
    assert sent.status()[0] == "InProgress"
    sent.cancelling = True
    assert sent.status()[0] == "Cancelling"
    one.become("Cancelled")
    assert sent.status() == ("Cancelled", "Cancelled")
