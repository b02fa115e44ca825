"""Run Command, through boto3, on a real lab; every answer is checked against botocore's model on the way."""

import datetime

import pytest

from rtk.lab.instance import Instance
from rtk.lab.library import Library
from rtk.lab.protocol import OPERATIONS
from rtk.lab.runner import Runner
from rtk.lab.ssm import RunCommand
from rtk.lab.ssm_documents import Documents
from tests.lab.world import OVER, World, eventually, refusal, shell


def test_requests_of_all_operations_that_are_answered_can_be_checked() -> None:
    library, instances = Library(), dict[str, Instance]()
    runner = Runner(instances, "eu-west-1", lambda *_, **__: None)
    assert {*RunCommand(runner, library).operations(), *Documents(library).operations()} == set(OPERATIONS)


def test_a_command_runs_and_its_output_code_and_times_are_told(world: World) -> None:
    found = world.run("echo out", "echo err >&2", "exit 7")
    assert (found["Status"], found["StatusDetails"], found["ResponseCode"]) == ("Failed", "Failed", 7)
    assert (found["StandardOutputContent"], found["StandardErrorContent"]) == ("out\n", "err\n")
    assert found["PluginName"] == "aws:runShellScript"
    started, ended = (datetime.datetime.fromisoformat(found[f"Execution{which}DateTime"]) for which in ("Start", "End"))
    assert started <= ended <= datetime.datetime.now(datetime.UTC)


def test_a_command_that_exits_with_zero_succeeds(world: World) -> None:
    found = world.run("true")
    assert (found["Status"], found["ResponseCode"]) == ("Success", 0)


def test_only_the_instance_that_was_asked_runs_the_command(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["hostname"]}, InstanceIds=world.ids[1:])
    found = world.over(command, world.ids[1])
    assert found["StandardOutputContent"] == "ip-10-0-0-12\n"
    assert world.whole(command)["TargetCount"] == 1
    assert refusal(world.invocation, command=command)[0] == "InvocationDoesNotExist"


def test_targets_pick_instances_by_tag_and_by_id(world: World) -> None:
    for target, count in (
        ({"Key": "tag:role", "Values": ["web"]}, 2),
        ({"Key": "tag:Name", "Values": ["web-2"]}, 1),
        ({"Key": "InstanceIds", "Values": world.ids}, 2),
        ({"Key": "tag-key", "Values": ["role"]}, 2),
    ):
        command = world.begin("AWS-RunShellScript", {"commands": ["true"]}, Targets=[target])
        finish(world, command)
        assert world.whole(command)["TargetCount"] == count


def finish(world: World, command: str) -> None:
    eventually(lambda: world.whole(command)["Status"] == "Success")


def test_a_target_that_picks_nothing_is_no_success(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["true"]}, Targets=[{"Key": "tag:a", "Values": ["b"]}])
    assert (world.whole(command)["Status"], world.whole(command)["StatusDetails"]) == ("Failed", "NoInstancesInTag")


def test_an_unknown_id_among_targets_is_undeliverable(world: World) -> None:
    unknown = "i-00000000000000000"
    target = {"Key": "InstanceIds", "Values": [unknown]}
    command = world.begin("AWS-RunShellScript", {"commands": ["true"]}, Targets=[target])
    found = world.over(command, unknown)
    assert (found["Status"], found["StatusDetails"]) == ("Failed", "Undeliverable")


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        ({"InstanceIds": ["i-00000000000000000"]}, "InvalidInstanceId", "not in a valid state"),
        ({"InstanceIds": ["nonsense"]}, "ValidationException", "pattern"),
        ({"InstanceIds": ["twice"]}, "DuplicateInstanceId", "twice"),
        ({"DocumentName": "no-such"}, "InvalidDocument", "cpu-stress"),
        ({"DocumentVersion": "9"}, "InvalidDocumentVersion", "9"),
        ({"Parameters": {"commandz": ["ls"]}}, "InvalidParameters", "commandz"),
        ({"Parameters": {}}, "InvalidParameters", "commands"),
        ({"TimeoutSeconds": 29}, "ValidationException", "30"),
        ({"MaxConcurrency": "none"}, "ValidationException", "maxConcurrency"),
        ({"MaxErrors": "-1"}, "ValidationException", "maxErrors"),
        ({"InstanceIds": []}, "ValidationException", "either"),
        ({"Comment": "c" * 101}, "ValidationException", "comment"),
        ({"DocumentName": None}, "ValidationException", "documentName"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_code_of_aws(
    world: World, request_: dict[str, object], code: str, words: str
) -> None:
    given: dict[str, object] = {
        "DocumentName": "AWS-RunShellScript",
        "InstanceIds": world.ids[:1],
        "Parameters": {"commands": ["ls"]},
    }
    given |= request_
    if given["InstanceIds"] == ["twice"]:
        given["InstanceIds"] = world.ids[:1] * 2
    found, message = refusal(world.client().send_command, **given)
    assert found == code
    assert words in message


def test_a_command_id_in_quotes_is_refused_with_the_way_out(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["true"]})
    for call in (world.client().cancel_command, world.client().list_commands):
        code, message = refusal(call, CommandId=f'"{command}"')
        assert code == "InvalidCommandId"
        assert "AWS_DEFAULT_OUTPUT=text" in message


def test_another_access_key_is_refused(world: World) -> None:
    code, message = refusal(world.client(key="test").list_commands)
    assert code == "UnrecognizedClientException"
    assert "rtk lab env" in message


def test_an_invocation_does_not_exist_in_the_first_moments(own: World) -> None:
    with own.up("--instances", "1", "--invocation-delay", "1.5"):
        command = own.begin("AWS-RunShellScript", {"commands": ["true"]})
        assert refusal(own.invocation, command=command)[0] == "InvocationDoesNotExist"
        assert own.client().list_command_invocations(CommandId=command)["CommandInvocations"] == []
        eventually(lambda: len(own.client().list_command_invocations(CommandId=command)["CommandInvocations"]) == 1)


def test_no_more_instances_run_at_once_than_max_concurrency_says(world: World) -> None:
    targets = [{"Key": "tag:role", "Values": ["web"]}]
    command = world.begin("AWS-RunShellScript", {"commands": ["sleep 2"]}, Targets=targets, MaxConcurrency="50%")
    most = 0
    while world.whole(command)["Status"] not in OVER:
        found = world.client().list_command_invocations(CommandId=command)["CommandInvocations"]
        most = max(most, sum(one["Status"] == "InProgress" for one in found))
    assert most == 1
    assert world.whole(command)["CompletedCount"] == 2


def test_no_further_instance_begins_once_max_errors_is_passed(world: World) -> None:
    targets = [{"Key": "tag:role", "Values": ["web"]}]
    command = world.begin("AWS-RunShellScript", {"commands": ["exit 1"]}, Targets=targets, MaxConcurrency="1")
    eventually(lambda: world.whole(command)["Status"] in OVER)
    found = world.client().list_command_invocations(CommandId=command)["CommandInvocations"]
    assert sorted(one["StatusDetails"] for one in found) == ["Failed", "Terminated"]
    assert (world.whole(command)["Status"], world.whole(command)["ErrorCount"]) == ("Failed", 1)


def test_errors_within_max_errors_leave_the_command_incomplete(world: World) -> None:
    command = world.begin(
        "AWS-RunShellScript",
        {"commands": ['[ "$(hostname)" = ip-10-0-0-11 ]']},
        Targets=[{"Key": "tag:role", "Values": ["web"]}],
        MaxErrors="1",
    )
    eventually(lambda: world.whole(command)["Status"] in OVER)
    assert world.whole(command)["StatusDetails"] == "Incomplete"


def test_a_script_that_takes_longer_than_its_timeout_is_ended(world: World) -> None:
    found = world.run("sleep 60", parameters={"executionTimeout": ["1"]})
    assert (found["Status"], found["StatusDetails"], found["ResponseCode"]) == ("TimedOut", "ExecutionTimedOut", -1)
    assert world.processes() == []


def test_output_is_cut_at_24000_and_8000_characters(world: World) -> None:
    found = world.run("head -c 30000 /dev/zero | tr '\\0' o; head -c 30000 /dev/zero | tr '\\0' e >&2")
    assert found["StandardOutputContent"] == "o" * 24_000
    assert found["StandardErrorContent"] == "e" * 8_000


def test_output_that_is_no_text_is_told_all_the_same(world: World) -> None:
    assert world.run(r"printf '\303\251\377'")["StandardOutputContent"] == "é\ufffd"


def test_commands_are_listed_newest_first_and_filtered(world: World) -> None:
    first = world.begin("AWS-RunShellScript", {"commands": ["true"]}, Comment="one")
    second = world.begin("AWS-RunShellScript", {"commands": ["true"]}, Comment="two")
    client = world.client()
    listed = [one["CommandId"] for one in client.list_commands(InstanceId=world.ids[0])["Commands"]]
    assert listed[:2] == [second, first]
    world.over(second)
    filters = [{"key": "Status", "value": "Success"}, {"key": "InvokedAfter", "value": "2020-01-01T00:00:00Z"}]
    assert second in [one["CommandId"] for one in client.list_commands(Filters=filters)["Commands"]]
    none = client.list_commands(Filters=[{"key": "InvokedBefore", "value": "2020-01-01T00:00:00Z"}])
    assert none["Commands"] == []


def test_a_list_comes_in_pages(world: World) -> None:
    for _ in range(3):
        world.begin("AWS-RunShellScript", {"commands": ["true"]})
    pages = world.client().get_paginator("list_commands").paginate(PaginationConfig={"PageSize": 2})
    found = [one["CommandId"] for page in pages for one in page["Commands"]]
    assert len(found) == len(set(found)) >= 3
    assert refusal(world.client().list_commands, NextToken="x")[0] == "InvalidNextToken"


def test_the_steps_of_an_invocation_are_listed_with_details(world: World) -> None:
    name = world.document("two-steps", [shell("echo a", name="first"), shell("echo b; exit 3", name="second")])
    command = world.begin(name)
    world.over(command)
    listed = world.client().list_command_invocations(CommandId=command, Details=True)["CommandInvocations"][0]
    steps = [(one["Name"], one["Status"], one["ResponseCode"], one["Output"]) for one in listed["CommandPlugins"]]
    assert steps == [("first", "Success", 0, "a\n"), ("second", "Failed", 3, "b\n")]
    assert world.invocation(command, PluginName="first")["Status"] == "Success"
    assert world.invocation(command)["ResponseCode"] == 3
    asked = {"CommandId": command, "InstanceId": world.ids[0], "PluginName": "third"}
    assert refusal(world.client().get_command_invocation, **asked)[0] == "InvalidPluginName"


def test_instances_are_described_and_filtered(world: World) -> None:
    client = world.client()
    found = client.describe_instance_information()["InstanceInformationList"]
    assert [(one["InstanceId"], one["PingStatus"]) for one in found] == [(each, "Online") for each in world.ids]
    by_tag = client.describe_instance_information(Filters=[{"Key": "tag:Name", "Values": ["web-2"]}])
    assert [one["InstanceId"] for one in by_tag["InstanceInformationList"]] == world.ids[1:]
    wrong = [{"Key": "Weather", "Values": ["fine"]}]
    assert refusal(client.describe_instance_information, Filters=wrong)[0] == "InvalidFilterKey"
