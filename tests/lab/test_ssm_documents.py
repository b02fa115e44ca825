"""Documents: created, versioned, read and deleted as in AWS; what cannot be run is refused when it is created."""

import json

import pytest

from tests.lab.world import World, refusal, shell

STEPS = [shell("echo one")]


def content(**more: object) -> str:
    return json.dumps({"schemaVersion": "2.2", "mainSteps": STEPS, **more})


def test_a_document_goes_through_its_life(world: World) -> None:
    client = world.client()
    made = client.create_document(Name="life", Content=content(), DocumentType="Command", VersionName="first")
    assert made["DocumentDescription"]["DocumentVersion"] == "1"
    second = content(description="now with words")
    assert client.update_document(Name="life", Content=second)["DocumentDescription"]["DocumentVersion"] == "2"
    assert client.describe_document(Name="life")["Document"]["LatestVersion"] == "2"
    assert client.get_document(Name="life")["Content"] == content()
    assert client.get_document(Name="life", DocumentVersion="$LATEST")["Content"] == second
    assert client.get_document(Name="life", VersionName="first")["DocumentVersion"] == "1"
    client.update_document_default_version(Name="life", DocumentVersion="2")
    assert client.get_document(Name="life")["Content"] == second
    assert [one["DocumentVersion"] for one in client.list_document_versions(Name="life")["DocumentVersions"]] == [
        "2",
        "1",
    ]
    client.delete_document(Name="life", DocumentVersion="1")
    client.delete_document(Name="life")
    assert refusal(client.get_document, Name="life")[0] == "InvalidDocument"


def test_the_version_that_is_asked_for_runs(world: World) -> None:
    client = world.client()
    client.create_document(Name="versions", Content=content(), DocumentType="Command")
    client.update_document(
        Name="versions", Content=json.dumps({"schemaVersion": "2.2", "mainSteps": [shell("echo two")]})
    )
    for version, said in (("1", "one\n"), ("2", "two\n"), ("$LATEST", "two\n"), ("$DEFAULT", "one\n")):
        assert world.send("versions", {}, DocumentVersion=version)["StandardOutputContent"] == said


def test_yaml_is_taken_and_given_back_in_either_form(world: World) -> None:
    step = "- action: aws:runShellScript\n  name: said\n  inputs: {runCommand: [echo yaml]}\n"
    text = f"schemaVersion: '2.2'\nmainSteps:\n{step}"
    client = world.client()
    client.create_document(Name="in-yaml", Content=text, DocumentFormat="YAML", DocumentType="Command")
    assert world.send("in-yaml", {})["StandardOutputContent"] == "yaml\n"
    assert client.get_document(Name="in-yaml", DocumentFormat="YAML")["Content"] == text
    assert json.loads(client.get_document(Name="in-yaml", DocumentFormat="JSON")["Content"])["schemaVersion"] == "2.2"
    assert "schemaVersion" in client.get_document(Name="cpu-stress", DocumentFormat="JSON")["Content"]


def test_documents_are_listed_by_name_owner_and_type(world: World) -> None:
    client = world.client()

    def names(**request: object) -> list[str]:
        return [one["Name"] for one in client.list_documents(**request)["DocumentIdentifiers"]]

    built_in = ["AWS-RunShellScript", "cpu-stress", "io-stress", "kill-process", "latency", "memory-stress"]
    assert names(Filters=[{"Key": "Owner", "Values": ["Amazon"]}]) == built_in
    assert names(DocumentFilterList=[{"key": "Name", "value": "cpu"}]) == ["cpu-stress"]
    assert names(Filters=[{"Key": "PlatformTypes", "Values": ["Windows"]}]) == []
    assert refusal(client.list_documents, Filters=[{"Key": "Colour", "Values": ["red"]}])[0] == "InvalidFilterKey"


@pytest.mark.parametrize(
    ("text", "form", "code", "words"),
    [
        ("{not json", "JSON", "InvalidDocumentContent", "line 1"),
        ("a: [", "YAML", "InvalidDocumentContent", "not YAML"),
        ("[]", "JSON", "InvalidDocumentContent", "mapping"),
        ("[" * 20_000, "JSON", "InvalidDocumentContent", "too deeply"),
        ("[" * 30_000 + "]" * 30_000, "YAML", "InvalidDocumentContent", "too deeply"),
        (content(schemaVersion="0.3"), "JSON", "InvalidDocumentSchemaVersion", "Automation"),
        (content(schemaVersion="1.2"), "JSON", "InvalidDocumentSchemaVersion", "mainSteps"),
        (content(schemaVersion="9"), "JSON", "InvalidDocumentSchemaVersion", "2.2"),
        (content(mainSteps=[]), "JSON", "InvalidDocumentContent", "at least one step"),
        (content(mainSteps=STEPS * 2), "JSON", "InvalidDocumentContent", "named step"),
        (content(mainSteps=[shell("echo {{ nobody }}")]), "JSON", "InvalidDocumentContent", "nobody"),
        (content(parameters={"a": {"type": "Colour"}}), "JSON", "InvalidDocumentContent", "Colour"),
        (
            content(parameters={"a": {"type": "String", "allowedPattern": "("}}),
            "JSON",
            "InvalidDocumentContent",
            "regular",
        ),
        (content(description="x" * 70_000), "JSON", "MaxDocumentSizeExceeded", "64"),
    ],
)
def test_a_document_that_cannot_be_run_is_refused(world: World, text: str, form: str, code: str, words: str) -> None:
    asked = {"Name": "refused", "Content": text, "DocumentFormat": form, "DocumentType": "Command"}
    found, message = refusal(world.client().create_document, **asked)
    assert found == code
    assert words in message


def test_what_exists_is_built_in_or_is_the_same_is_refused(world: World) -> None:
    client = world.client()
    client.create_document(Name="taken", Content=content(), DocumentType="Command")
    assert refusal(client.create_document, Name="taken", Content=content())[0] == "DocumentAlreadyExists"
    assert refusal(client.update_document, Name="taken", Content=content())[0] == "DuplicateDocumentContent"
    assert refusal(client.delete_document, Name="taken", DocumentVersion="1")[0] == "InvalidDocumentOperation"
    assert refusal(client.delete_document, Name="cpu-stress")[0] == "InvalidDocumentOperation"
    assert refusal(client.update_document, Name="nowhere", Content=content())[0] == "InvalidDocument"
    asked = {"Name": "book", "Content": content(), "DocumentType": "Automation"}
    assert refusal(client.create_document, **asked)[0] == "InvalidDocumentContent"


def test_an_unknown_action_fails_its_step_with_a_sentence_and_the_next_step_runs(world: World) -> None:
    steps = [{"action": "aws:flyToTheMoon", "name": "fly", "inputs": {}}, shell("echo next", name="next")]
    found = world.send(world.document("moon", steps), {})
    assert found["Status"] == "Failed"
    assert "aws:flyToTheMoon" in found["StandardErrorContent"]
    assert found["StandardOutputContent"] == "next\n"


def test_values_reach_the_script_word_for_word(world: World) -> None:
    name = world.document("say", [shell("cat <<'END'\n{{ words }}\nEND")], {"words": {"type": "String"}})
    nasty = "$(reboot) `id` ; | & > x \"quoted\" 'too' \\ *"
    assert world.send(name, {"words": [nasty]})["StandardOutputContent"] == nasty + "\n"


def test_values_given_by_environment_cannot_become_commands(world: World) -> None:
    parameters = {"words": {"type": "String", "interpolationType": "ENV_VAR"}}
    name = world.document("say-safely", [shell("printf '%s' \"{{ words }}\"")], parameters)
    assert world.send(name, {"words": ["$(id); `id`"]})["StandardOutputContent"] == "$(id); `id`"


@pytest.mark.parametrize("document", ["cpu-stress", "memory-stress", "io-stress", "latency"])
@pytest.mark.parametrize("value", ["1; reboot", "$(id)", "-1", "", "1\n2"])
def test_built_in_documents_take_no_shell_metacharacters(world: World, document: str, value: str) -> None:
    asked = {"DocumentName": document, "InstanceIds": world.ids[:1], "Parameters": {"duration": [value]}}
    assert refusal(world.client().send_command, **asked)[0] == "InvalidParameters"


def test_a_working_directory_that_does_not_exist_fails_the_step(world: World) -> None:
    found = world.run("true", parameters={"workingDirectory": ["/nowhere"]})
    assert (found["Status"], found["ResponseCode"]) == ("Failed", 126)
    assert "/nowhere" in found["StandardErrorContent"]


def test_the_first_line_chooses_the_interpreter(world: World) -> None:
    assert world.run('#!/bin/bash\n[[ a == a ]] && echo "$BASH_VERSION"')["StandardOutputContent"].strip()
