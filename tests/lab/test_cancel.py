"""CancelCommand, and that nothing of a command is left, whatever it did to stay."""

import time

import pytest

from rtk.lab.processes import below
from tests.lab.world import SOON_S, World, eventually

CLINGING = {
    "a child": "sleep 300",
    "a child in the background": "sleep 300 & wait",
    "an own session": "setsid sleep 300 & sleep 300",
    "an orphan of an orphan": "sh -c 'setsid sh -c \"setsid sleep 300 & setsid sleep 300 &\" &'; sleep 300",
    "an emptied environment": "env -i setsid sleep 300 & sleep 300",
    "deaf to SIGTERM": "trap '' TERM; sleep 300; sleep 300; sleep 300",
    "always new": "sh -c 'while :; do setsid sleep 300 & sleep 0.1; done'",
    "stopped": "sh -c 'kill -STOP $$' & sleep 300",
}


@pytest.mark.parametrize("script", CLINGING.values(), ids=CLINGING)
def test_a_cancelled_command_leaves_no_process(world: World, script: str) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": [script]})
    eventually(lambda: any(one.name == "sleep" for one in world.processes()))
    time.sleep(0.1)
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.processes() == [], SOON_S)
    found = world.over(command)
    assert (found["Status"], found["StatusDetails"], found["ResponseCode"]) == ("Cancelled", "Cancelled", -1)
    assert world.whole(command)["Status"] == "Cancelled"


def test_what_a_finished_command_left_in_the_background_goes_on_until_it_is_cancelled(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["setsid sleep 300 >/dev/null 2>&1 &"]})
    assert world.over(command)["Status"] == "Success"
    assert [one.name for one in world.processes() if one.name == "sleep"] == ["sleep"]
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.processes() == [], SOON_S)
    assert world.whole(command)["Status"] == "Success"


def test_a_script_may_undo_what_it_did_when_it_is_cancelled(world: World) -> None:
    command = world.begin(
        "AWS-RunShellScript", {"commands": ["trap 'echo undone; exit 1' TERM; echo on; sleep 300 & wait"]}
    )
    eventually(lambda: any(one.name == "sleep" for one in world.processes()))
    world.client().cancel_command(CommandId=command)
    assert world.over(command)["StandardOutputContent"] == "on\nundone\n"


def test_what_waits_for_its_turn_is_cancelled_without_ever_running(world: World) -> None:
    command = world.begin(
        "AWS-RunShellScript",
        {"commands": ["sleep 300"]},
        Targets=[{"Key": "tag:role", "Values": ["web"]}],
        MaxConcurrency="1",
    )
    eventually(lambda: bool(world.processes()))
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.whole(command)["Status"] == "Cancelled")
    found = world.client().list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    assert [(one["Status"], len(one["CommandPlugins"])) for one in found] == [("Cancelled", 1), ("Cancelled", 0)]


def test_one_instance_of_several_can_be_cancelled(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["sleep 4"]}, InstanceIds=world.ids)
    eventually(lambda: bool(world.processes(0)) and bool(world.processes(1)))
    world.client().cancel_command(CommandId=command, InstanceIds=world.ids[:1])
    assert world.over(command, world.ids[0])["Status"] == "Cancelled"
    assert world.over(command, world.ids[1])["Status"] == "Success"


def test_other_commands_are_left_alone(world: World) -> None:
    staying = world.begin("AWS-RunShellScript", {"commands": ["sleep 300"]})
    leaving = world.begin("AWS-RunShellScript", {"commands": ["sleep 301"]})
    eventually(lambda: sum(one.name == "sleep" for one in world.processes()) == 2)
    world.client().cancel_command(CommandId=leaving)
    world.over(leaving)
    assert sum(one.name == "sleep" for one in world.processes()) == 1
    world.client().cancel_command(CommandId=staying)
    world.over(staying)


def test_a_command_whose_shepherd_is_killed_fails_and_leaves_nothing(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["setsid sleep 300 & kill -9 $PPID; sleep 300"]})
    found = world.over(command)
    assert (found["Status"], found["ResponseCode"]) == ("Failed", -1)
    assert "killed" in found["StandardErrorContent"]
    eventually(lambda: world.processes() == [], SOON_S)


def test_a_finished_command_can_be_cancelled_to_no_effect(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": ["true"]})
    world.over(command)
    world.client().cancel_command(CommandId=command)
    assert world.whole(command)["Status"] == "Success"
    assert below(world.lab["keepers"][0])
