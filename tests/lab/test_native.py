"""The native activities of `chaoscloud` against a real lab: no file of ids and no shell."""

import os
from collections.abc import Iterator

import pytest
from chaoslib.exceptions import ActivityFailed
from chaoslib.experiment import ensure_experiment_is_valid

from chaoscloud.actions import ssm as actions
from chaoscloud.probes import ssm as probes
from tests.chaoscloud.test_documents import example, experiment
from tests.lab.world import World, eventually

LINES = {"commands": ["echo on", "sleep 300"]}


@pytest.fixture(autouse=True)
def run_id(world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in world.environ.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("RTK_RUN_ID", f"run {request.node.name}"[:70])
    yield os.environ["RTK_RUN_ID"]
    actions.cancel_commands()


@pytest.mark.parametrize("wait_for", ["delivered", "running", "finished"])
def test_sending_waits_for_what_was_asked(world: World, wait_for: actions.WaitFor) -> None:
    lines = {"commands": f"sleep {0.3 if wait_for == 'finished' else 300}; echo done"}
    sent = actions.send_command("AWS-RunShellScript", world.ids, parameters=lines, wait_for=wait_for)
    assert sent["instance_ids"] == world.ids
    assert sent["status"] == ("Success" if wait_for == "finished" else "InProgress")
    if wait_for == "finished":
        assert probes.command_output(world.ids[0]) == {"code": 0, "stdout": "done\n", "stderr": ""}


def test_cancelling_ends_exactly_what_this_run_sent(world: World) -> None:
    others = world.begin("AWS-RunShellScript", LINES)
    mine = [
        actions.send_command("AWS-RunShellScript", world.ids[0], parameters=LINES, wait_for="running")["command_id"]
        for _ in range(2)
    ]
    assert probes.command_status(world.ids[0]) == "InProgress"
    assert set(actions.cancel_commands()["cancelled"]) == set(mine)
    assert {world.whole(one)["Status"] for one in mine} == {"Cancelled"}
    assert world.whole(others)["Status"] == "InProgress"
    assert actions.cancel_commands() == {"cancelled": [], "over_before": mine[::-1]}
    world.client().cancel_command(CommandId=others)
    eventually(lambda: world.processes() == [])


def test_another_process_of_the_run_cancels_what_this_one_sent(world: World, run_id: str) -> None:
    sent = actions.send_command("AWS-RunShellScript", world.ids[0], parameters=LINES, wait_for="running")
    script = "from chaoscloud.actions.ssm import cancel_commands; print(cancel_commands()['cancelled'])"
    world.environ["RTK_RUN_ID"] = run_id
    said = world.command("python", "-c", script)
    del world.environ["RTK_RUN_ID"]
    assert said.stdout.strip() == str([sent["command_id"]]), said.stderr
    eventually(lambda: world.processes() == [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"parameters": {"commands": ["echo why >&2; exit 3"]}, "wait_for": "finished"}, "Failed.*why"),
        ({"instance_ids": ["i-00000000000000000"]}, "InvalidInstanceId"),
        ({"instance_ids": None, "targets": [{"Key": "tag:no", "Values": ["one"]}]}, "reached no instance"),
        (
            {"instance_ids": None, "targets": [{"Key": "InstanceIds", "Values": ["i-00000000000000000"]}]},
            "Undeliverable",
        ),
        ({"document_name": "no-such-document"}, "InvalidDocument"),
        ({"parameters": {"wrong": "1"}}, "InvalidParameters"),
        ({"timeout_seconds": 5}, "timeout_seconds"),
        ({"wait_for": "ever"}, "wait_for"),
        ({"parameters": {"commands": "sleep 300"}, "wait_for": "finished", "wait_timeout": 0.5}, "InProgress"),
    ],
)
def test_a_condition_that_was_not_applied_fails_in_one_sentence(
    world: World, arguments: dict[str, object], words: str
) -> None:
    given: dict[str, object] = {
        "document_name": "AWS-RunShellScript",
        "instance_ids": world.ids[:1],
        "parameters": {"commands": ["true"]},
        **arguments,
    }
    with pytest.raises(ActivityFailed, match=rf"(?s){words}"):
        actions.send_command(**given)  # type: ignore[arg-type]


def test_cancelling_that_is_not_confirmed_fails(world: World) -> None:
    deaf = {"commands": ["trap '' TERM; sleep 300; sleep 300"]}
    actions.send_command("AWS-RunShellScript", world.ids[0], parameters=deaf, wait_for="running")
    eventually(lambda: any(one.name == "sleep" for one in world.processes()))  # so it has turned deaf before
    with pytest.raises(ActivityFailed, match="still not cancelled"):
        actions.cancel_commands(timeout=0)


def test_a_process_that_cannot_know_what_to_cancel_says_so_instead_of_cancelling_nothing(world: World) -> None:
    script = "from chaoscloud.actions.ssm import cancel_commands; cancel_commands()"
    said = world.command("python", "-c", script)
    assert said.returncode == 1
    assert "RTK_RUN_ID is not set" in said.stderr


def test_a_probe_of_a_command_this_run_did_not_send_fails(world: World) -> None:
    with pytest.raises(ActivityFailed, match="sent no command"):
        probes.command_status(world.ids[0])


def test_an_invocation_that_does_not_exist_yet_is_waited_for(
    own: World, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own.up("--instances", "1", "--invocation-delay", "1"):
        for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
            monkeypatch.setenv(name, own.environ[name])
        sent = actions.send_command(
            "AWS-RunShellScript", own.ids[0], parameters={"commands": "echo x"}, wait_for="finished"
        )
        assert probes.command_output(own.ids[0], sent["command_id"])["stdout"] == "x\n"
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, world.environ[name])


@pytest.mark.parametrize(
    "function", [actions.send_command, actions.cancel_commands, probes.command_status, probes.command_output]
)
def test_the_example_of_each_function_is_a_valid_activity(function: object) -> None:
    activity = example(function)  # type: ignore[arg-type]
    whole = experiment(activity if "tolerance" in activity else example(probes.command_status))
    whole["method"] = [activity] if activity["type"] == "action" else []
    ensure_experiment_is_valid(whole)
    assert activity["provider"]["func"] == function.__name__  # type: ignore[attr-defined]
