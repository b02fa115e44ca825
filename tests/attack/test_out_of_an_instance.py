"""What a document cannot do out of an instance of the lab: to the user, to the machine, and to the lab itself."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtk.lab import privileges, processes, seccomp
from tests.lab.world import World, eventually

SECRET = "nobody-inside-reads-this"
TENDING = "for p in /proc/[0-9]*; do case $(cat $p/comm) in rtk-instance|rtk-shepherd|web-target) {};; esac; done"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home that no instance has a directory of its own in place of, with a credential in it."""
    with tempfile.TemporaryDirectory(prefix=".home-", dir=Path(__file__).parent, ignore_cleanup_errors=True) as made:
        (Path(made) / ".aws").mkdir()
        (Path(made) / ".aws/credentials").write_text(SECRET, encoding="ascii")
        yield Path(made)


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    """A lab of somebody who has credentials in the environment, too."""
    world = World(home / ".local/state")
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GITHUB_TOKEN", "RTK_TOKEN", "DATABASE_URL"):
        world.environ[name] = f"{SECRET}-{name}"
    world.environ["HOME"] = str(home)
    with world.up("--invocation-delay", "0") as world:
        yield world


def said(world: World, *lines: str) -> str:
    found = world.run(*lines)
    return str(found["StandardOutputContent"]) + str(found["StandardErrorContent"])


@pytest.mark.parametrize(
    "look", ["env", "cat /proc/self/environ", "cat /proc/[0-9]*/environ", "cat /proc/[0-9]*/cmdline", "set"]
)
def test_the_environment_of_whoever_started_the_lab_is_nowhere(world: World, look: str) -> None:
    assert SECRET not in said(world, look)


def test_a_lab_without_isolation_begins_with_a_chosen_environment_too(home: Path, tmp_path: Path) -> None:
    own = World(tmp_path)
    own.environ.update({"HOME": str(home), "AWS_SESSION_TOKEN": SECRET})
    with own.up("--instances", "1", "--invocation-delay", "0", "--no-isolation"):
        environment = Path(f"/proc/{own.lab['pid']}/environ").read_text(encoding="utf-8")
        assert str(home) in environment
        assert SECRET not in environment
        assert "NoNewPrivs:\t1" in said(own, "grep NoNewPrivs /proc/self/status")


@pytest.mark.parametrize(
    "look", ["cat {home}/.aws/credentials", "ls -a {home}", "cat /proc/1/root{home}/.aws/credentials", "ls {parent}"]
)
def test_the_users_home_is_not_there(world: World, home: Path, look: str) -> None:
    found = world.run(look.format(home=home, parent=home.parent))
    assert found["ResponseCode"] != 0
    assert "credentials" not in found["StandardOutputContent"]
    assert SECRET not in found["StandardOutputContent"]


def test_the_labs_key_and_state_are_not_there(world: World) -> None:
    state = world.state / "rtk/lab"
    for look in (f"cat {state}/lab.json", f"ls {state}", "cat /run/instance/../lab.json /run/instance/../../lab.json"):
        assert world.run(look)["ResponseCode"] != 0
    assert world.lab["access_key"] not in said(world, "cat /run/instance/../*.json; env")


@pytest.mark.skipif(not os.access("/opt", os.W_OK), reason="only who may write to /opt can have a home there")
@pytest.mark.parametrize("linked", [False, True])
def test_a_home_below_a_lent_directory_is_not_there_either(tmp_path: Path, linked: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="home of-", dir="/opt", ignore_cleanup_errors=True) as made:
        home, state = Path(made), Path(made) / ".state"
        (home / "secret.txt").write_text(SECRET, encoding="ascii")
        (tmp_path / "link").symlink_to(home)
        own = World(tmp_path / "link/.state" if linked else state)
        own.environ["HOME"] = str(tmp_path / "link" if linked else home)
        with own.up("--instances", "1", "--invocation-delay", "0"):
            for look in ("cat '{0}/secret.txt'", "cat '{0}/.state/rtk/lab/lab.json'", "ls -A '{0}'"):
                around = look.replace("{0}", f"/proc/1/root{home}")
                found = said(own, f"umount -l '{home}'; {look.format(home)}; {around}; umount -l '{home}'; {around}")
                assert SECRET not in found
                assert ".state\n" not in found
                assert own.lab["access_key"] not in found
            assert own.run(f"echo mine > '{home}/added'")["ResponseCode"] != 0


@pytest.mark.skipif(not os.access("/etc", os.W_OK), reason="only root reads what nobody else may")
def test_what_only_root_may_read_of_the_settings_is_not_there(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rtk-lab-", dir="/etc") as made, contextlib.ExitStack() as removed:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "open.txt").write_text("everybody's", encoding="ascii")
        (folder / "private").mkdir(mode=0o700)
        top = Path(f"{made}.shadow")
        removed.callback(top.unlink)
        secrets = [folder / "host.key", folder / "private/key.pem", top]
        for secret in secrets:
            secret.write_text(SECRET, encoding="ascii")
            secret.chmod(0o600)
        (folder / "private/key.pem").chmod(0o644)
        own = World(tmp_path)
        with own.up("--instances", "1", "--invocation-delay", "0"):
            later = Path(f"{made}.later")
            removed.callback(later.unlink)
            later.write_text(SECRET, encoding="ascii")
            assert said(own, f"cat {folder}/open.txt") == "everybody's"
            for secret in (*secrets, later):
                shown = Path("/run/machine-etc", secret.relative_to("/etc"))
                looks = [f"umount -l {place}; cat {place} /proc/1/root{place}" for place in (secret, shown)]
                assert SECRET not in said(own, *looks, f"umount -l {shown.parent}; cat {shown}; cat {secret}")
            assert own.run("cat /etc/shadow /run/machine-etc/shadow")["StandardOutputContent"] == ""


MOUNTS = [
    "mount -o remount,rw /",
    "mount -o remount,rw /usr",
    "mount -o remount,rw,bind /usr",
    "mount -o remount,rw,bind /proc/sys",
    "umount /usr",
    "umount -l /usr",
    "umount /etc",
    "umount -l /proc",
    "umount /home",
    "umount -l /",
    "mount -t tmpfs none /usr",
    "mount -t tmpfs none /run/lock",
    "mount -t proc none /run/lock",
    "mount -t sysfs none /run/lock",
    "mount --bind /run /usr",
    "mount --move /run/instance /run/lock",
    "mount --make-shared /",
    "unshare --mount true",
    "unshare --user true",
    "unshare --user --map-root-user --mount mount -t tmpfs none /usr",
    "unshare --net true",
    "unshare --pid --fork true",
    "nsenter --target 1 --mount true",
    "nsenter --target 1 --user true",
    "nsenter --target 1 --net true",
    "mknod /run/disk b 8 0",
    "chroot /proc/1/root true",
]


@pytest.mark.parametrize("attempt", MOUNTS)
def test_no_mount_can_be_changed_and_no_namespace_entered(world: World, attempt: str) -> None:
    before = said(world, "cat /proc/self/mountinfo")
    found = world.run(f"command -v {attempt.split(maxsplit=1)[0]} >/dev/null || exit 0", attempt)
    assert found["ResponseCode"] not in {0, 127}
    assert said(world, "cat /proc/self/mountinfo") == before


@pytest.mark.parametrize(
    "place", ["/added", "/usr/added", "/opt/added", "/sys/added", "/etc/ssl/added", "/var/added", "/run/machine-etc/x"]
)
def test_nothing_is_written_outside_even_after_trying_to_remount(world: World, place: str) -> None:
    around = f"mount -o remount,rw,bind {Path(place).parent}; mount -o remount,rw /; umount -l {Path(place).parent}"
    try:
        assert world.run(f"{around}; echo 1 > {place}")["ResponseCode"] != 0
        assert not Path(place).exists()
    finally:
        Path(place).unlink(missing_ok=True)


def test_no_setting_of_the_machines_kernel_can_be_written(world: World) -> None:
    setting = Path("/proc/sys/vm/swappiness")
    before = setting.read_text(encoding="ascii")
    written = f"mount -o remount,rw,bind /proc/sys; echo {before.strip()} > {setting}"
    assert world.run(written)["ResponseCode"] != 0


def test_no_file_of_the_machine_in_proc_can_be_written(world: World) -> None:
    unable = "find /proc -path '/proc/[0-9]*' -prune -o -type f -perm /222 -writable -print"
    assert world.run(unable)["StandardOutputContent"] == ""


@pytest.mark.parametrize("device", ["null", "zero", "urandom"])
def test_a_device_that_is_lent_can_be_used_and_not_changed(world: World, device: str) -> None:
    lent = Path("/dev", device)
    before = lent.stat()
    assert world.run(f"head -c 1 {lent} && echo 1 > {lent}")["ResponseCode"] == 0
    for change in (f"chmod {before.st_mode & 0o777:o} {lent}", f"touch -d @{before.st_mtime} {lent}"):
        assert "Read-only" in world.run(change)["StandardErrorContent"]


CALLED = """
import os, socket, sys
kind, path = sys.argv[1:]
if kind == "pipe":
    os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), b"called")
else:
    socket.socket(socket.AF_UNIX, getattr(socket, kind)).connect(path)
"""


@pytest.mark.skipif(not os.access("/opt", os.W_OK), reason="only who may write to /opt can have a service there")
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "pipe"])
def test_no_service_of_the_machine_is_called_by_its_socket_in_a_lent_directory(world: World, kind: str) -> None:
    with tempfile.TemporaryDirectory(dir="/opt") as folder, contextlib.ExitStack() as opened:
        path = f"{folder}/service"
        if kind == "pipe":
            os.mkfifo(path)
            opened.callback(os.close, os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        else:
            service = opened.enter_context(socket.socket(socket.AF_UNIX, getattr(socket, kind)))
            service.bind(path)
            if kind == "SOCK_STREAM":
                service.listen()
        subprocess.run([sys.executable, "-c", CALLED, kind, path], check=True)  # the machine's own processes can
        inside = f"test -e {path} && /usr/bin/env python3 - {kind} {path} <<'END'\n{CALLED}\nEND"
        found = world.run(inside)
        assert re.search(r"(ConnectionRefused|OS)Error: \[Errno (111|6)\]", found["StandardErrorContent"])


@pytest.mark.parametrize("look", ["cat $p/maps", "head -c 1 $p/mem", "cat $p/environ", "ls $p/fd/ && cat $p/fd/2"])
def test_what_tends_a_script_cannot_be_looked_into(world: World, look: str) -> None:
    found = world.run(TENDING.format(f"{{ {look}; }} 2>/dev/null && echo seen $p"), "echo looked")
    assert found["StandardOutputContent"].endswith("looked\n")
    assert "seen" not in found["StandardOutputContent"]


def test_no_process_of_the_machine_is_seen_or_killed(world: World) -> None:
    lab, keeper = world.lab["pid"], world.lab["keepers"][0]
    for pid in (lab, keeper, world.lab["keepers"][1]):
        assert world.run(f"test -e /proc/{pid}/comm && cat /proc/{pid}/comm | grep rtk-keeper")["ResponseCode"] != 0
        assert world.run(f"[ {pid} -gt 300 ] && kill -9 {pid}")["ResponseCode"] != 0
    world.run("kill -9 -1")
    assert processes.alive(lab)
    assert processes.alive(keeper)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "10.0.0.12"])
def test_neither_the_lab_nor_another_instance_is_reached(world: World, address: str) -> None:
    for port in (world.lab["port"], int(world.lab["instances"][1]["url"].rpartition(":")[2])):
        assert world.run(f"timeout 20 bash -c 'exec 3<>/dev/tcp/{address}/{port}'")["ResponseCode"] == 1


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_an_output_that_is_a_link_leads_the_lab_nowhere(world: World, home: Path, stream: str) -> None:
    assert SECRET not in said(world, f"rm -f $0.{stream}; ln -s {home}/.aws/credentials $0.{stream}")
    assert SECRET not in said(world, f"d=$(dirname $0); mv $d $d.away; ln -s {home}/.aws $d")


@pytest.mark.parametrize("said", ["true", "echo said >&2", "ln -sf /dev/zero $0.stdout; echo said"])
def test_an_output_that_is_a_pipe_holds_nobody_up(world: World, said: str) -> None:
    assert world.run("mkfifo $0.stderr", said, wait_s=20)["Status"] == "Success"


def test_a_directory_that_became_a_link_takes_no_script_out_of_the_instance(world: World, home: Path) -> None:
    second = {"InstanceIds": world.ids[1:2]}
    turned = {"commands": [f"cd /run/instance; mv commands away; ln -s {home} commands"]}
    world.over(world.begin("AWS-RunShellScript", turned, **second), world.ids[1])
    there = sorted(home.iterdir())
    found = world.over(world.begin("AWS-RunShellScript", {"commands": ["echo mine"]}, **second), world.ids[1])
    assert found["Status"] == "Failed"
    assert "not as the lab left it" in found["StandardErrorContent"]
    assert sorted(home.iterdir()) == there


def test_an_instance_whose_folders_a_document_moved_is_well_again_once_it_is_started_in_ec2(tmp_path: Path) -> None:
    own = World(tmp_path)
    with own.up("--instances", "1", "--invocation-delay", "0"):
        own.run("cd /run/instance; mv commands away; ln -s /var/log commands; chmod 0 .")
        assert own.run("echo mine")["Status"] == "Failed"
        own.client("ec2").stop_instances(InstanceIds=own.ids)
        own.client("ec2").start_instances(InstanceIds=own.ids)
        assert own.run("echo mine")["StandardOutputContent"] == "mine\n"


def test_a_script_has_few_capabilities_and_gets_no_more(world: World) -> None:
    status = dict(line.split(":\t") for line in said(world, "cat /proc/self/status").splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    if isinstance(seccomp.made(), seccomp.List):
        assert status["Seccomp"] == "2"
    bounding = int(status["CapBnd"], 16)
    assert int(status["CapEff"], 16) == bounding
    for number in (2, 16, 17, 19, 21, 22, 25, 27):  # read search, modules, raw I/O, ptrace, admin, boot, time, mknod
        assert not bounding & 1 << number


def test_an_instance_has_a_bound_of_processes_and_is_the_first_to_go_where_memory_ends(world: World) -> None:
    limits = said(world, "cat /proc/self/limits")
    assert re.search(rf"Max processes +{privileges.MOST_PROCESSES} ", limits)
    assert said(world, "cat /proc/self/oom_score_adj") == "1000\n"
    for own in (world.lab["pid"], *world.lab["keepers"]):
        assert Path(f"/proc/{own}/oom_score_adj").read_text(encoding="ascii") != "1000\n"


DEEP = "import os\nfor _ in range(1200): os.mkdir('d'); os.chdir('d')"


def test_what_a_document_leaves_does_not_outlive_the_lab_nor_keep_the_next_from_starting(tmp_path: Path) -> None:
    own = World(tmp_path)
    for _ in range(2):
        with own.up("--instances", "1", "--invocation-delay", "0"):
            script = f'cd /run/instance; python3 -c "{DEEP}"; mkdir -p closed/within; chmod 0 closed'
            assert own.run(script)["Status"] == "Success"
        assert list((tmp_path / "rtk/lab/instances").iterdir()) == []
    assert (tmp_path / "rtk/lab/lab.log").read_text(encoding="utf-8") == ""


NAMED = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'[/b]\\x1b[31mX', 0, 0, 0); time.sleep(60)"


def test_the_name_of_a_process_is_shown_as_it_is_by_top(world: World) -> None:
    command = world.begin("AWS-RunShellScript", {"commands": [f'exec python3 -c "{NAMED}"']})
    eventually(lambda: any("[/b]" in one.name for one in world.processes()))
    shown = world.rtk("top", "--once")
    world.client().cancel_command(CommandId=command)
    assert "[/b]" in shown.stdout
    assert "\x1b[31m" not in shown.stdout
    assert shown.stderr == ""
