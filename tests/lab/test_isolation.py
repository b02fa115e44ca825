"""What a document does happens to the instance and not to this machine."""

import os
from pathlib import Path

import pytest

from tests.lab.world import SOON_S, World, eventually


def test_a_document_sees_no_process_of_this_machine(world: World) -> None:
    found = world.run("cat /proc/[0-9]*/comm")["StandardOutputContent"].split("\n")
    own = {name for name in found if "awsrun" in name}  # the script itself
    assert {"rtk-instance", "web-target", "rtk-shepherd"} <= set(found)
    assert set(found) - own <= {"rtk-instance", "web-target", "rtk-shepherd", "sh", "cat", ""}


def test_killing_everything_kills_the_instance_only(world: World) -> None:
    marker = world.command("sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!").stdout.strip()
    world.run("killall -9 sleep; kill -9 -1")
    assert Path(f"/proc/{marker}/comm").read_text(encoding="ascii") == "sleep\n"
    os.kill(int(marker), 9)
    assert world.run("echo still here")["StandardOutputContent"] == "still here\n"


@pytest.mark.parametrize(
    "edit", ["echo '127.0.0.1 gone.example' >> /etc/hosts", "sed -i 's/^/#/' /etc/hosts", "rm /etc/hosts"]
)
def test_an_edited_hosts_file_is_the_instances_own(world: World, edit: str) -> None:
    before = Path("/etc/hosts").read_bytes()
    kept = "cp /etc/hosts ~/hosts"
    assert world.run(kept, edit)["Status"] == "Success"
    assert Path("/etc/hosts").read_bytes() == before
    changed = world.run("cat /etc/hosts")["StandardOutputContent"]
    assert changed != before.decode()
    world.run("cp ~/hosts /etc/hosts")


@pytest.mark.parametrize(
    "place", ["/usr/bin/added", "/opt/added", "/etc/ssl/added", "/proc/sys/vm/swappiness", "/sys/added"]
)
def test_the_files_of_this_machine_cannot_be_written(world: World, place: str) -> None:
    found = world.run(f"echo 1 > {place}")
    assert found["ResponseCode"] != 0
    assert Path(place).name != "added" or not Path(place).exists()


@pytest.mark.parametrize("place", ["tmp", "var/tmp", "run", "root", "dev/shm"])
def test_an_instance_has_its_own_places_to_write(world: World, place: str) -> None:
    file = Path("/", place, "rtk-lab-test")
    assert world.run(f"echo mine > {file} && cat {file}")["StandardOutputContent"] == "mine\n"
    assert not is_there(file)


def is_there(file: Path) -> bool:
    """Whether it is on this machine, as far as one may look: who may not has not written it either."""
    try:
        return file.exists()
    except PermissionError:
        return False


def test_no_disk_of_this_machine_can_be_opened(world: World) -> None:
    assert "null" in world.run("ls /dev")["StandardOutputContent"]
    assert world.run("for d in /dev/*; do [ -b $d ] && echo $d; done; true")["StandardOutputContent"] == ""


def test_sudo_leads_to_the_instances_root_and_no_further(world: World) -> None:
    found = world.run("sudo -n -u root DEBIAN_FRONTEND=x sh -c 'id -u; echo $DEBIAN_FRONTEND; hostname'")
    assert found["StandardOutputContent"] == "0\nx\nip-10-0-0-11\n"


def test_without_isolation_it_says_so_and_nothing_of_a_command_is_left_either(own: World) -> None:
    with own.up("--instances", "1", "--invocation-delay", "0", "--no-isolation"):
        assert "NOT isolated" in own.rtk("status").stdout
        assert own.run("sudo -n id")["ResponseCode"] == 1
        command = own.begin("AWS-RunShellScript", {"commands": ["setsid sleep 300 & setsid setsid sleep 300"]})
        eventually(lambda: sum(one.name == "sleep" for one in own.processes()) == 2)
        own.client().cancel_command(CommandId=command)
        eventually(lambda: own.processes() == [], SOON_S)
