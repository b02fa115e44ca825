"""A lab starts, says what is wrong, and leaves nothing behind, however it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtk.cli.commands.lab import lab, started
from rtk.errors import BadInput, ToolkitError
from rtk.lab import processes, state
from rtk.lab.instance import Unfit
from rtk.lab.state import Lab
from tests.lab.world import SOON_S, World, eventually, free_ports, is_free

CLINGING = "setsid sleep 300 & sh -c 'trap \"\" TERM; sleep 300; sleep 300' & env -i setsid setsid sleep 300"


def everything_of(world: World) -> list[int]:
    known = world.lab
    return [known["pid"], *known["keepers"], *(one.pid for root in known["keepers"] for one in processes.below(root))]


def loaded(world: World) -> list[int]:
    world.begin("AWS-RunShellScript", {"commands": [CLINGING]}, InstanceIds=world.ids)
    for place in range(len(world.ids)):
        eventually(lambda place=place: sum(one.name == "sleep" for one in world.processes(place)) == 3)  # type: ignore[misc]
    return everything_of(world)


@pytest.mark.parametrize(
    ("end", "isolation"),
    [(signal.SIGKILL, []), (signal.SIGKILL, ["--no-isolation"]), (signal.SIGTERM, []), (signal.SIGHUP, [])],
)
def test_nothing_is_left_soon_after_the_lab_ends(own: World, end: signal.Signals, isolation: list[str]) -> None:
    with own.up("--instances", "2", "--invocation-delay", "0", *isolation):
        all_of_it, port = loaded(own), own.lab["port"]
        assert len(all_of_it) > 10
        os.kill(own.lab["pid"], end)
        eventually(lambda: not any(processes.alive(pid) for pid in all_of_it), SOON_S)
        assert own.rtk("status").returncode == 1
        assert all(is_free(port + place) for place in range(3))


def test_down_ends_everything_and_frees_the_ports(own: World) -> None:
    with own.up("--instances", "1"):
        all_of_it, port = loaded(own), own.lab["port"]
        said = own.rtk("down")
        assert (said.returncode, said.stdout) == (0, "The lab is down.\n")
        assert not any(processes.alive(pid) for pid in all_of_it)
        assert is_free(port)
        assert is_free(port + 1)
        assert not list((own.state / "rtk/lab/instances").iterdir())
        assert "no lab is running" in own.rtk("down").stderr


def test_a_lab_that_was_killed_does_not_hinder_the_next(own: World) -> None:
    with own.up("--instances", "1"):
        os.kill(own.lab["pid"], signal.SIGKILL)
        assert "no lab is running" in own.rtk("env").stderr
    with own.up("--instances", "1", "--invocation-delay", "0"):
        assert own.run("echo again")["StandardOutputContent"] == "again\n"


def test_a_second_lab_is_refused_in_one_sentence(world: World) -> None:
    said = world.rtk("up", "--detach", "--port", str(free_ports(3)))
    assert said.returncode == 1
    assert said.stderr == "rtk lab: a lab is running already: 'rtk lab status' shows it, 'rtk lab down' stops it\n"


@pytest.mark.parametrize("option", ["--port", "--web-port"])
def test_a_port_in_use_is_refused_in_one_sentence(own: World, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = {"--port": str(free_ports(1)), "--web-port": str(free_ports(2)), option: str(port)}
        said = own.rtk("up", "--detach", *(word for pair in given.items() for word in pair))
    assert said.returncode == 1
    assert said.stderr.startswith(f"rtk lab: port {port} cannot be used")
    assert len(said.stderr.splitlines()) == 1


def test_another_address_than_loopback_is_refused_with_the_reason(own: World) -> None:
    said = own.rtk("up", "--host", "0.0.0.0")
    assert (said.returncode, "executes shell commands" in said.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [["--tag", "nothing"], ["--web-port", "65535"]])
def test_options_that_make_no_sense_are_refused_in_one_sentence(own: World, arguments: list[str]) -> None:
    said = own.rtk("up", "--detach", *arguments)
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("responds", [True, False])
def test_in_the_foreground_ctrl_c_stops_it(own: World, responds: bool) -> None:
    port = str(free_ports(2))
    arguments = [
        sys.executable,
        "-m",
        "rtk.cli.commands.lab",
        "up",
        "--instances",
        "1",
        "--port",
        port,
        "--web-port",
        str(int(port) + 1),
    ]
    with subprocess.Popen(arguments, env=own.environ, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        while "Ctrl-C" not in lab.stdout.readline():
            pass
        all_of_it = everything_of(own)
        if not responds:
            os.kill(own.lab["pid"], signal.SIGSTOP)
        lab.send_signal(signal.SIGINT)
        assert lab.wait(60) == 0
    eventually(lambda: not any(processes.alive(pid) for pid in all_of_it), SOON_S)


def test_its_state_is_the_users_alone(world: World) -> None:
    folder = world.state / "rtk/lab"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "lab.json").stat().st_mode & 0o077 == 0


def test_where_system_calls_are_not_filtered_it_is_said(own: World) -> None:
    with own.up("--instances", "1"):
        known = own.lab
        (own.state / "rtk/lab/lab.json").write_text(json.dumps({**known, "unfiltered": "library"}), encoding="utf-8")
        assert "with every system call: libseccomp.so.2 is not installed" in own.rtk("status").stdout
        assert json.loads(own.rtk("status", "--json").stdout)["unfiltered"] == "library"


def test_status_and_top_show_instances_and_commands(world: World) -> None:
    command = world.begin("cpu-stress", {"duration": ["60"]})
    eventually(lambda: bool(world.processes()))
    assert "cpu-stress" in world.rtk("status").stdout
    picture = world.rtk("top", "--once").stdout
    assert "cpu-stress (InProgress)" in picture
    assert "web-target" in picture
    world.client().cancel_command(CommandId=command)
    world.over(command)


@pytest.mark.parametrize(("code", "kind"), [(3, Unfit), (1, BadInput)])
def test_how_the_labs_own_process_ended_is_told_by_its_exit_code_and_not_by_its_words(
    code: int, kind: type[ToolkitError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(kind, match="it is so") as refused:
        started([sys.executable, "-c", f"print('it is so'); raise SystemExit({code})"])
    assert refused.value.exit_code == code


@pytest.mark.parametrize(
    "answered",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-of another kind\r\n",
    ],
    ids=["cut off", "no JSON", "refused", "no HTTP"],
)
@pytest.mark.parametrize("command", ["status", "top"])
def test_an_answer_that_no_lab_gives_is_refused_in_one_sentence(
    command: str, answered: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    me = processes.read(os.getpid())
    assert me is not None
    with socket.create_server(("127.0.0.1", 0)) as server:
        state.write(Lab(me.pid, me.started, server.getsockname()[1], "key", "secret", True, [], []))

        def answer() -> None:
            with server.accept()[0] as caller:
                caller.recv(65536)
                caller.sendall(answered)

        answering = threading.Thread(target=answer)
        answering.start()
        done = CliRunner().invoke(lab, [command])
        answering.join()
    assert done.exit_code == 1
    assert re.fullmatch(r"rtk lab: what answers at http://\S+ is no lab, or one that is just ending\n", done.output)
