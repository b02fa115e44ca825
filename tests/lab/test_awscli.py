"""The real `aws` command against the lab, with nothing but what `rtk lab env` exports."""

import json

import pytest

from tests.lab.world import World, eventually, shell


def aws(world: World, *words: str, code: int = 0) -> str:
    said = world.command("aws", *words)
    assert (said.returncode == 0) == (code == 0), said.stderr
    return said.stdout if code == 0 else said.stderr


def test_a_command_is_sent_read_listed_and_cancelled(world: World) -> None:
    first = world.environ["INSTANCE_ID"]
    sent = aws(
        world, "ssm", "send-command", "--document-name", "AWS-RunShellScript", "--instance-ids", first,
        "--parameters", 'commands=["echo from aws","sleep 300"]', "--query", "Command.CommandId",
    ).strip()  # fmt: skip
    assert len(sent) == 36
    eventually(lambda: bool(world.processes()))
    aws(world, "ssm", "cancel-command", "--command-id", sent)
    world.over(sent)
    read = aws(world, "ssm", "get-command-invocation", "--command-id", sent, "--instance-id", first, "--output", "json")
    assert (json.loads(read)["Status"], json.loads(read)["StandardOutputContent"]) == ("Cancelled", "from aws\n")
    listed = aws(world, "ssm", "list-commands", "--command-id", sent, "--query", "Commands[].Status")
    assert listed.strip() == "Cancelled"
    detailed = aws(
        world,
        "ssm",
        "list-command-invocations",
        "--command-id",
        sent,
        "--details",
        "--query",
        "CommandInvocations[].CommandPlugins[].Name",
    )
    assert detailed.strip() == "aws:runShellScript"


def test_documents_and_instances_are_reached(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("document") / "document.json"
    file.write_text(json.dumps({"schemaVersion": "2.2", "mainSteps": [shell("true")]}), encoding="utf-8")
    made = (
        "--name",
        "by-aws",
        "--content",
        f"file://{file}",
        "--document-type",
        "Command",
        "--query",
        "DocumentDescription.Status",
    )
    assert aws(world, "ssm", "create-document", *made).strip() == "Active"
    assert "by-aws" in aws(world, "ssm", "list-documents", "--query", "DocumentIdentifiers[].Name")
    assert (
        aws(world, "ssm", "describe-document", "--name", "by-aws", "--query", "Document.SchemaVersion").strip() == "2.2"
    )
    aws(world, "ssm", "delete-document", "--name", "by-aws")
    assert "InvalidDocument" in aws(world, "ssm", "get-document", "--name", "by-aws", code=254)
    ids = aws(world, "ssm", "describe-instance-information", "--query", "InstanceInformationList[].InstanceId")
    assert ids.split() == world.ids
