"""The rest of AWS on the same port: where outputs go, and EC2 stopping and starting the lab's instances."""

import urllib.request
from urllib.error import URLError

import pytest
from botocore.exceptions import ClientError

from tests.lab.world import World, eventually, refusal, shell


def test_the_whole_output_goes_to_the_bucket(world: World) -> None:
    s3 = world.client("s3")
    s3.create_bucket(Bucket="outputs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    name = world.document("writes-much", [shell("head -c 30000 /dev/zero | tr '\\0' o; echo err >&2", name="much")])
    found = world.send(name, {}, OutputS3BucketName="outputs", OutputS3KeyPrefix="lab/")
    folder = f"lab/{found['CommandId']}/{world.ids[0]}/awsrunShellScript/much"
    eventually(lambda: exists(world, f"{folder}/stderr"))
    assert s3.get_object(Bucket="outputs", Key=f"{folder}/stdout")["Body"].read() == b"o" * 30_000
    assert s3.get_object(Bucket="outputs", Key=f"{folder}/stderr")["Body"].read() == b"err\n"
    assert found["StandardOutputUrl"].endswith(f"/outputs/{folder}/stdout")


def exists(world: World, key: str) -> bool:
    try:
        world.client("s3").head_object(Bucket="outputs", Key=key)
    except ClientError:
        return False
    return True


def test_a_missing_bucket_does_not_fail_the_command(world: World) -> None:
    assert world.run("echo x", OutputS3BucketName="no-such-bucket")["Status"] == "Success"


def test_the_output_goes_to_cloudwatch_logs(world: World) -> None:
    found = world.run("echo to the log", CloudWatchOutputConfig={"CloudWatchOutputEnabled": True})
    logs = world.client("logs")
    asked = {
        "logGroupName": "/aws/ssm/AWS-RunShellScript",
        "logStreamName": f"{found['CommandId']}/{world.ids[0]}/aws-runShellScript/stdout",
    }

    def messages() -> list[str]:
        try:
            return [event["message"] for event in logs.get_log_events(**asked)["events"]]
        except ClientError:
            return []

    eventually(lambda: messages() == ["to the log"])


def test_an_instance_stopped_in_ec2_is_stopped_and_takes_commands_again_once_started(world: World) -> None:
    ec2, ssm, stopped = world.client("ec2"), world.client(), world.ids[1]
    listed = [one["Instances"][0]["InstanceId"] for one in ec2.describe_instances()["Reservations"]]
    assert listed == world.ids
    ended = world.begin("AWS-RunShellScript", {"commands": ["sleep 300"]}, InstanceIds=[stopped])
    eventually(lambda: bool(world.processes(1)))
    ec2.stop_instances(InstanceIds=[stopped])
    assert world.processes(1) == []
    assert world.over(ended, stopped)["Status"] in {"Failed", "Cancelled"}
    with pytest.raises(URLError):
        urllib.request.urlopen(world.lab["instances"][1]["url"], timeout=60)
    pings = {
        one["InstanceId"]: one["PingStatus"] for one in ssm.describe_instance_information()["InstanceInformationList"]
    }
    assert pings == {world.ids[0]: "Online", stopped: "ConnectionLost"}
    asked = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["echo late"]}, "InstanceIds": [stopped]}
    assert refusal(ssm.send_command, **asked)[0] == "InvalidInstanceId"
    waits = world.begin(
        "AWS-RunShellScript", {"commands": ["echo late"]}, Targets=[{"Key": "InstanceIds", "Values": [stopped]}]
    )
    eventually(lambda: world.invocation(waits, stopped)["Status"] == "Delayed")
    ec2.start_instances(InstanceIds=[stopped])
    assert world.over(waits, stopped)["StandardOutputContent"] == "late\n"
