import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.experiment.needs import warnings
from rtk.experiment.undone import UndoneBy, undone, warning
from tests.experiment.samples import JSON_VALUES

K8S, EC2 = "chaosk8s.pod.actions", "chaosaws.ec2.actions"
SCALING, SERVICES, NODES = (f"chaosk8s.{each}.actions" for each in ("deployment", "service", "node"))
TOXICS = "chaostoxi.toxic.actions"


def call(module: str, func: str, **arguments: Any) -> dict[str, Any]:
    provider = {"type": "python", "module": module, "func": func, "arguments": arguments}
    return {"type": "action", "name": func, "provider": provider}


def process(path: str, arguments: Any = None, name: str = "act", **more: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": path, "arguments": arguments}
    return {"type": "action", "name": name, "provider": provider, **more}


def request(method: str, name: str = "act") -> dict[str, Any]:
    provider = {"type": "http", "method": method, "url": "http://shop.example/faults"}
    return {"type": "action", "name": name, "provider": provider}


def by(*method: dict[str, Any]) -> list[UndoneBy]:
    return [each for _, each in undone({"method": list(method)})]


@pytest.mark.parametrize(
    "action",
    [
        call(K8S, "terminate_pods", label_selector="app=web"),
        call(K8S, "delete_pods"),
        call("chaosk8s.actions", "kill_microservice"),
        call("chaosaws.asg.actions", "terminate_random_instances"),
        call("chaosaws.ecs.actions", "stop_random_tasks"),
        call(EC2, "reboot_instances"),
        call("chaosaws.rds.actions", "failover_db_cluster"),
        call("chaosazure.machine.actions", "stress_cpu", duration=60),
        call("chaoscloud.actions.ssm", "send_command", parameters={"duration": ["60"]}),
        process("stress-ng", "--cpu 2 --timeout 30s"),
        process("stress-ng", ["--cpu", "2", "-t", "30"]),
        process("timeout", ["30", "dd", "if=/dev/zero", "of=/dev/null"]),
        process("aws", "ssm send-command --parameters duration=60"),
        process("aws", 'ssm send-command --parameters {"Duration":["60"]}'),
        process("kubectl", ["delete", "pod", "web-1"]),
        process("docker", "restart web"),
        process("sh", ["-c", "iptables -A INPUT -j DROP; sleep 30; iptables -D INPUT -j DROP"]),
        process("bash", ["-c", "tc qdisc add dev eth0 root netem delay 1s && sleep 9 && tc qdisc del dev eth0 root"]),
        process("kill", "-9 4711", extensions=[{"name": "rtk", "lasts": 30}]),
    ],
)
def test_what_heals_or_ends_by_itself_needs_nothing_to_undo_it(action: dict[str, Any]) -> None:
    assert by(action) == [UndoneBy.ITSELF]
    assert warning({"method": [action]}) is None


@pytest.mark.parametrize(
    ("action", "later"),
    [
        (call(EC2, "stop_instance"), call(EC2, "start_instances")),
        (call(SCALING, "scale_deployment", replicas=0), call(SCALING, "scale_deployment", replicas=2)),
        (call(SERVICES, "label_service"), call(SERVICES, "unlabel_service")),
        (call(NODES, "drain_nodes"), call(NODES, "uncordon_node")),
        (call(TOXICS, "create_toxic"), call(TOXICS, "delete_toxic")),
        (process("systemctl", "stop nginx"), process("systemctl", "start nginx")),
        (process("docker", ["pause", "web"]), process("docker", ["unpause", "web"])),
        (process("iptables", "-A INPUT -j DROP"), process("iptables", "-D INPUT -j DROP")),
        (process("tc", "qdisc add dev eth0 root netem loss 5%"), process("tc", "qdisc del dev eth0 root")),
        (process("touch", "slow-file"), process("rm", "slow-file")),
        (process("python", "load.py", name="start-load"), process("python", "end.py", name="stop-load")),
        (request("POST", name="enable-fault"), request("POST", name="disable-fault")),
    ],
)
def test_what_a_later_action_undoes_is_not_warned_of(action: dict[str, Any], later: dict[str, Any]) -> None:
    between = process("sleep", "30")
    assert by(action, between, later) == [UndoneBy.LATER_ACTION, UndoneBy.NOTHING_TO_UNDO, UndoneBy.IT_UNDOES]
    assert warning({"method": [action, between, later]}) is None


@pytest.mark.parametrize(
    "method",
    [
        [call(EC2, "stop_instance")],
        [call(EC2, "terminate_instance")],
        [call(SCALING, "scale_deployment", replicas=0)],
        [process("stress-ng", "--cpu 2")],
        [process("iptables", "-A INPUT -j DROP")],
        [process("kubectl", "delete deployment web")],
        [process("systemctl", "stop nginx"), process("systemctl", "start redis")],
        [process("systemctl", "start nginx"), process("systemctl", "stop redis")],
        [request("POST")],
        [request("DELETE")],
        [process("sh", ["-c", "iptables -A INPUT -j DROP"])],
    ],
)
def test_what_nothing_undoes_is_said(method: list[dict[str, Any]]) -> None:
    assert UndoneBy.NOTHING in by(*method)
    assert "so nothing undoes this" in str(warning({"method": method}))


@pytest.mark.parametrize("action", [process("echo", "hello"), process("sleep", "3"), request("GET"), request("head")])
def test_what_changes_nothing_needs_nothing_to_undo_it(action: dict[str, Any]) -> None:
    assert by(action) == [UndoneBy.NOTHING_TO_UNDO]


def test_with_rollbacks_nothing_is_said() -> None:
    document = {"method": [process("break")], "rollbacks": [process("mend")]}
    assert [each for _, each in undone(document)] == [UndoneBy.ROLLBACKS]
    assert warning(document) is None


def test_probes_are_no_actions_and_a_reference_is_what_it_refers_to() -> None:
    probe = {**process("look"), "type": "probe"}
    assert by(probe, call(EC2, "stop_instance"), {"ref": "stop_instance"}) == 2 * [UndoneBy.NOTHING]


def test_it_is_said_once_for_all() -> None:
    method = [process(f"break-{n}", name=f"b{n}") for n in range(7)]
    assert warning({"method": method}) == (
        '"b0", "b1", "b2", "b3", "b4" and 2 more: the experiment has no rollbacks, so nothing undoes this'
    )


@pytest.mark.parametrize("many", [2, 150, 1_500])
def test_a_later_action_undoes_the_one_before_it_among_however_many(many: int) -> None:
    pairs = [call(EC2, f"{verb}_instance_{number}") for number in range(many // 2) for verb in ("stop", "start")]
    assert set(by(*pairs)) <= {UndoneBy.LATER_ACTION, UndoneBy.IT_UNDOES}


@pytest.mark.parametrize(
    "method",
    [
        [call(f"mod{number % 50}.x", "break_it", at=number) for number in range(12_000)],
        [process("sh", ["-c", ";".join(f"break {number}" for number in range(20_000))])],
    ],
    ids=["actions", "commands of one line"],
)
def test_what_undoes_something_takes_no_time_by_the_square_of_what_there_is(method: list[dict[str, Any]]) -> None:
    began = time.thread_time()
    assert set(by(*method)) == {UndoneBy.NOTHING}
    assert time.thread_time() - began < 5, "3,000 actions took 69 s"


@given(JSON_VALUES, JSON_VALUES, st.sampled_from(["python", "process", "http", "x"]))
def test_whatever_old_clients_sent_is_looked_at(value: Any, other: Any, kind: str) -> None:
    provider = {"type": kind, "path": other, "arguments": value, "url": value, "func": other, "module": value}
    odd = {"type": "action", "name": value, "provider": provider, "extensions": value}
    for method in (value, [value], [odd, {"type": "action", "name": other, "provider": value}, odd]):
        assert all(by in UndoneBy for _, by in undone({"method": method}))
    whole = {"method": [odd], "rollbacks": value, "steady-state-hypothesis": {"probes": [odd, value]}}
    assert all(isinstance(sentence, str) and sentence for sentence in warnings(whole))
