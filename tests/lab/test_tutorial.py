"""The published tutorial's three files, as they are, and the same verification without file and shell."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.world import SOON_S, World, eventually

FILES = Path(__file__).parents[1] / "tutorial"
FIRST = FILES / "experiment.json"
SECOND = FILES / "experiment-ec2-responds-processor-load.json"
THIRD = FILES / "verification-ec2-responds-processor-load.json"
QUICKLY = ("--every", "0.5s", "--for", "6s", "--warm-up", "3s", "--no-publish")


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Path:
    """A directory to work in, and the target's quick page as the endpoint."""
    world.environ["ENDPOINT_URL"] = f"{world.lab['instances'][0]['url']}/random/0"
    return tmp_path


def journal(desk: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk / "journal.json").read_text(encoding="utf-8"))
    return found


def begun(world: World, desk: Path, *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, cwd=desk, env=world.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_the_first_experiment_completes(world: World, desk: Path) -> None:
    said = world.command("chaos", "run", str(FIRST), cwd=desk)
    assert said.returncode == 0, said.stderr
    assert (journal(desk)["status"], journal(desk)["deviated"]) == ("completed", False)


def test_the_second_once_mended_loads_the_cpu_and_its_rollback_cancels(world: World, desk: Path) -> None:
    world.command("rtk", "experiment", "mend", str(SECOND), "-o", "mended.json", cwd=desk)
    with begun(world, desk, "chaos", "run", "mended.json") as running:
        # The load lasts as long as one measurement and the start of the rollback's command, a second or so.
        eventually(lambda: sum(one.cpu_s for one in world.processes()) > 0.1)
        eventually(lambda: world.processes() == [])
        running.wait(120)
    assert journal(desk)["status"] == "completed"
    assert journal(desk)["rollbacks"][0]["output"]["status"] == 0
    command = (desk / "CommandId.info").read_text(encoding="utf-8").strip()
    assert world.whole(command)["Status"] == "Cancelled"


def test_the_third_is_verified_as_it_is(world: World, desk: Path) -> None:
    command = ("chaos", "verify", str(THIRD), *QUICKLY, "--report", "insight.json")
    with begun(world, desk, *command) as running:
        eventually(lambda: bool(world.processes()))
        eventually(lambda: sum(one.cpu_s for one in world.processes()) > 0.2)
        said = running.communicate(timeout=120)[0]
    assert world.processes() == []
    assert journal(desk)["rollbacks"][0]["output"]["status"] == 0, said
    insight = json.loads((desk / "insight.json").read_text(encoding="utf-8"))
    assert {one["phase"] for one in insight["phases"] if one["values"]} == {"baseline", "conditions", "undo"}


def test_the_id_kept_as_json_is_refused_and_the_rollback_says_so(world: World, desk: Path) -> None:
    command = world.begin("cpu-stress", {"duration": ["60"]})
    (desk / "CommandId.info").write_text(f'"{command}"\n', encoding="utf-8")
    said = world.command("sh", "-c", "aws ssm cancel-command --command-id $(cat CommandId.info)", cwd=desk)
    assert said.returncode != 0
    assert "InvalidCommandId" in said.stderr
    said = world.command("aws", "ssm", "cancel-command", "--command-id", command)
    assert (said.returncode, said.stdout) == (0, "")
    eventually(lambda: world.processes() == [], SOON_S)


def test_the_same_verification_needs_neither_file_nor_shell(world: World, desk: Path) -> None:
    raw = world.command("rtk", "experiment", "mend", str(THIRD), "-o", "native.json", cwd=desk)
    assert raw.returncode == 0
    native = json.loads((desk / "native.json").read_text(encoding="utf-8"))
    native["method"] = [
        activity("send_command", document_name="cpu-stress", instance_ids=["${instance_id}"], wait_for="running")
    ]
    native["rollbacks"] = [activity("cancel_commands")]
    (desk / "native.json").write_text(json.dumps(native), encoding="utf-8")
    with begun(world, desk, "chaos", "verify", "native.json", *QUICKLY) as running:
        eventually(lambda: bool(world.processes()))
        said = running.communicate(timeout=120)[0]
    assert world.processes() == []
    rollback = journal(desk)["rollbacks"][0]
    assert (rollback["status"], len(rollback["output"]["cancelled"])) == ("succeeded", 1), said


def test_the_guardian_cancels_what_a_killed_run_sent(world: World, desk: Path) -> None:
    native = json.loads(mended(world, desk))
    native["method"] = [activity("send_command", document_name="cpu-stress", instance_ids=["${instance_id}"])]
    native["rollbacks"] = [activity("cancel_commands")]
    (desk / "native.json").write_text(json.dumps(native), encoding="utf-8")
    with begun(
        world, desk, "chaos", "verify", "native.json", "--every", "1s", "--for", "60s", "--no-publish"
    ) as running:
        eventually(lambda: bool(world.processes()))
        running.kill()
        eventually(lambda: world.processes() == [])
        running.communicate(timeout=120)


def mended(world: World, desk: Path) -> str:
    world.command("rtk", "experiment", "mend", str(THIRD), "-o", "native.json", cwd=desk)
    return (desk / "native.json").read_text(encoding="utf-8")


def activity(function: str, **arguments: object) -> dict[str, Any]:
    provider = {"type": "python", "module": "chaoscloud.actions.ssm", "func": function, "arguments": arguments}
    return {"type": "action", "name": function, "provider": provider}
