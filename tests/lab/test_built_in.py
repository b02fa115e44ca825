"""The built-in documents do what they say: seen in the kernel's accounting and in the web target's answers."""

import time
import urllib.request
from http.client import HTTPConnection
from urllib.error import URLError

import pytest

from rtk.lab import processes
from tests.lab.world import SOON_S, World, eventually


def cpu_used(world: World, place: int = 0) -> float:
    return sum(one.cpu_s for one in world.processes(place))


def answer_s(world: World, path: str = "/") -> float:
    start = time.monotonic()
    with urllib.request.urlopen(world.lab["instances"][0]["url"] + path, timeout=30) as answer:
        answer.read()
    return time.monotonic() - start


def targets(world: World) -> list[int]:
    """The first instance's web server, by process id."""
    return [one.pid for one in processes.below(world.lab["keepers"][0]) if one.name == "web-target"]


def answers(world: World) -> bool:
    try:
        return answer_s(world) >= 0
    except (URLError, ConnectionError):
        return False


def test_cpu_stress_uses_the_cpu_and_slows_the_target_until_it_is_cancelled(world: World) -> None:
    idle = min(answer_s(world, "/random/0") for _ in range(5))
    command = world.begin("cpu-stress", {"duration": ["60"], "cpu": ["3"]})
    eventually(lambda: len([one for one in world.processes() if one.state == "R"]) >= 3)
    before = cpu_used(world)
    eventually(lambda: sorted(answer_s(world, "/random/0") for _ in range(5))[2] > idle * 1.3)
    eventually(lambda: cpu_used(world) - before > 0.2)
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.processes() == [], SOON_S)
    assert world.over(command)["Status"] == "Cancelled"


def test_cpu_stress_ends_by_itself(world: World) -> None:
    found = world.send("cpu-stress", {"duration": ["1"], "cpu": ["1"]})
    assert (found["Status"], world.processes()) == ("Success", [])


def test_memory_stress_holds_the_memory(world: World) -> None:
    command = world.begin("memory-stress", {"duration": ["30"], "megabytes": ["64"]})
    eventually(lambda: sum(one.resident for one in world.processes()) > 64 * 2**20)
    world.client().cancel_command(CommandId=command)
    eventually(lambda: world.processes() == [], SOON_S)


def test_io_stress_writes_and_cleans_up(world: World) -> None:
    found = world.send("io-stress", {"duration": ["1"], "megabytes": ["2"], "workers": ["2"]})
    assert found["Status"] == "Success"
    assert world.run("ls /var/tmp | grep '^tmp'")["StandardOutputContent"] == ""


def test_latency_delays_the_targets_answers_until_it_is_cancelled(world: World) -> None:
    command = world.begin("latency", {"duration": ["60"], "delay": ["400"]})
    eventually(lambda: answer_s(world) > 0.4)
    world.client().cancel_command(CommandId=command)
    world.over(command)
    eventually(lambda: answer_s(world) < 0.4)


def test_the_killed_target_is_gone_for_a_while_and_comes_back(world: World) -> None:
    before = targets(world)
    assert world.send("kill-process", {})["Status"] == "Success"
    eventually(lambda: not answers(world) or targets(world) != before)  # it may be back before anybody looks
    eventually(lambda: targets(world) not in ([], before))
    eventually(lambda: answers(world))
    assert world.send("kill-process", {"name": ["no-such-thing"]})["ResponseCode"] == 1


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/nowhere", 404), ("/random/61", 400), ("/random/x", 404)]
)
def test_the_target_answers(world: World, path: str, status: int) -> None:
    connection = HTTPConnection(world.lab["instances"][0]["url"].removeprefix("http://"), timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert (answer.status, bool(answer.read())) == (status, True)
    connection.close()
