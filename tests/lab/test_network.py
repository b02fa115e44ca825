"""An instance's `eth0`: the target answers through it, and what a document does to it is felt outside.

Where this machine lacks what shapes traffic, the same lines must fail and say what it lacks.
"""

import contextlib
import socket
import time
from urllib.request import urlopen

import pytest

from rtk.lab import processes
from rtk.lab.gaps import SENTENCES, Gap
from tests.lab.world import World, eventually

LIMIT = "tc qdisc add dev eth0 root tbf rate 400kbit burst 1600 limit 1000000"


def answer_s(world: World, timeout: float = 30) -> float:
    start = time.monotonic()
    with urlopen(f"{world.lab['instances'][0]['url']}/healthz", timeout=timeout) as answer:
        assert answer.read() == b"ok\n"
    return time.monotonic() - start


def lacking(world: World, name: str) -> list[Gap]:
    """What the program of this name says is missing, by an instance's own stand-in."""
    said = world.run(f"cat /run/instance/bin/{name}")["StandardOutputContent"]
    return [gap for gap, sentence in SENTENCES.items() if sentence in said]


def test_an_instance_has_loopback_and_eth0(world: World) -> None:
    found = world.run("cat /proc/net/dev | tail -n +3 | cut -d: -f1; ls /sys/class/net")
    assert found["StandardOutputContent"].split() == ["lo", "eth0", "eth0", "lo"]


def test_eth0_has_the_address_that_aws_tells_of(world: World) -> None:
    told = world.client().describe_instance_information()["InstanceInformationList"]
    ours = next(one["IPAddress"] for one in told if one["InstanceId"] == world.ids[0])
    routes = world.run("cat /proc/net/fib_trie")["StandardOutputContent"]
    assert ours in routes


def test_the_target_answers_through_eth0_and_on_the_instances_own_loopback(world: World) -> None:
    count = "cat /sys/class/net/eth0/statistics/rx_bytes"
    before = int(world.run(count)["StandardOutputContent"])
    answer_s(world)
    assert int(world.run(count)["StandardOutputContent"]) > before
    port = world.lab["instances"][0]["url"].rpartition(":")[2]
    request = r'printf "GET /healthz HTTP/1.0\r\n\r\n"'
    asked = f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; {request} >&3; cat <&3'"
    assert world.run(asked)["StandardOutputContent"].endswith("ok\n")


def test_nothing_lies_beyond_and_that_is_said_and_not_waited_for(world: World) -> None:
    began = time.monotonic()
    assert "unreachable" in world.run("bash -c 'exec 3<>/dev/tcp/192.0.2.1/80'")["StandardErrorContent"]
    assert time.monotonic() - began < 20


def test_traffic_that_a_document_slows_is_slow_outside(world: World) -> None:
    if world.run("command -v tc")["ResponseCode"] or Gap.TC in lacking(world, "tc"):
        pytest.skip(SENTENCES[Gap.TC])
    quick = min(answer_s(world) for _ in range(3))
    try:
        assert world.run(LIMIT.replace("400kbit", "8kbit"))["Status"] == "Success"
        assert max(answer_s(world) for _ in range(12)) > quick + 0.2
    finally:
        world.run("tc qdisc del dev eth0 root")
    eventually(lambda: answer_s(world) < quick + 0.2)


@pytest.mark.parametrize("what", ["delay 300ms", "loss 100%"])
def test_netem_delays_and_loses_or_says_that_it_is_not_there(world: World, what: str) -> None:
    quick = answer_s(world)
    found = world.run(f"tc qdisc add dev eth0 root netem {what}")
    try:
        if gaps := lacking(world, "tc"):
            assert found["Status"] == "Failed"
            assert SENTENCES[gaps[0]] in found["StandardErrorContent"]
        else:
            assert found["Status"] == "Success"
            with pytest.raises(TimeoutError) if "loss" in what else contextlib.nullcontext():
                assert answer_s(world, timeout=2) > quick + 0.25
    finally:
        world.run("tc qdisc del dev eth0 root 2>/dev/null")


def test_a_port_is_blackholed_or_it_says_why_not(world: World) -> None:
    port = world.lab["instances"][0]["url"].rpartition(":")[2]
    rule = f"INPUT -p tcp --dport {port} -j DROP"
    found = world.run(f"iptables -I {rule}")
    if gaps := lacking(world, "iptables"):
        assert found["Status"] == "Failed"
        assert SENTENCES[gaps[0]] in found["StandardErrorContent"]
        return
    assert found["Status"] == "Success", found["StandardErrorContent"]
    with pytest.raises(TimeoutError):
        answer_s(world, timeout=1)
    assert world.run(f"iptables -D {rule}")["Status"] == "Success"
    assert answer_s(world) < 10


def test_a_document_that_takes_eth0_away_is_felt_and_the_lab_goes_on(own: World) -> None:
    with own.up("--instances", "1", "--invocation-delay", "0", "--restart-after", "0.2"):
        assert own.run("ip link set eth0 down")["Status"] == "Success"
        with pytest.raises(OSError, match=r"timed out|reset|refused"):
            answer_s(own, timeout=2)
        assert own.run("ip link set eth0 up")["Status"] == "Success"
        eventually(lambda: answers(own))


def test_a_dead_target_leaves_its_port_closed_until_it_is_back(own: World) -> None:
    with own.up("--instances", "1", "--invocation-delay", "0", "--restart-after", "3"):
        port = int(own.lab["instances"][0]["url"].rpartition(":")[2])
        assert own.run("killall -9 web-target || pkill -9 web-target")["Status"] == "Success"
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            pass
        eventually(lambda: answers(own))


def test_the_relay_is_in_the_keeper_and_nothing_more_is_started(world: World) -> None:
    for keeper in world.lab["keepers"]:
        assert {one.name for one in processes.below(keeper)} == {"rtk-instance", "web-target"}


def answers(world: World) -> bool:
    try:
        return answer_s(world, timeout=1) >= 0
    except OSError:
        return False
