"""What a run acts on: files that break one system meet, and staging does not meet production."""

from pathlib import Path
from typing import Any

import pytest

from rtk.verify.acts_on import acts_on
from rtk.verify.systems import Kind, System, common, system
from rtk.verify.toolkit import Toolkit

Provider = dict[str, Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, with nothing of the machine's own surroundings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "AWS_PROFILE", "AWS_REGION", "DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def shell(script: str) -> Provider:
    return {"type": "process", "path": "sh", "arguments": ["-c", script]}


def program(path: str, *arguments: str) -> Provider:
    return {"type": "process", "path": path, "arguments": list(arguments)}


def python(module: str, **arguments: Any) -> Provider:
    return {"type": "python", "module": module, "func": "act", "arguments": arguments}


def http(url: str) -> Provider:
    return {"type": "http", "url": url}


def on(*actions: Provider, named: str | None = None, **more: Any) -> tuple[System, ...]:
    method = [{"type": "action", "name": "act", "provider": each} for each in actions]
    rollbacks = [{"type": "action", "name": "undo", "provider": each} for each in more.pop("undo", ())]
    return acts_on(Toolkit({"title": "t", "method": method, "rollbacks": rollbacks, **more}, {}), named)


ONE_SYSTEM: dict[str, tuple[Provider, Provider]] = {
    "a file, by two commands": (shell("touch broken"), shell("echo x > broken")),
    "a file, by its whole path": (shell("touch /srv/flag"), program("rm", "-f", "/srv/flag")),
    "a file, by Python": (python("faults", path="/srv/flag"), shell("cat /dev/null > /srv/flag")),
    "a line of shell without sh": (
        {"type": "process", "path": "sh", "arguments": "-c 'touch broken'"},
        shell("rm broken"),
    ),
    "a process by the file of its number": (
        shell("kill -STOP $(cat a.pid); date > at"),
        shell('kill -9 "$(cat a.pid)"'),
    ),
    "a process by its number": (program("kill", "-9", "4242"), shell("kill -STOP 4242")),
    "a program by its name": (program("stress-ng", "--cpu", "2"), program("pkill", "-f", "stress-ng")),
    "a host, by two ways": (program("curl", "-XPOST", "http://127.0.0.1:9210/a"), http("http://localhost:9210/b")),
    "a host, by every name of this machine": (http("http://[::1]:9210/a"), http("http://0.0.0.0:9210/b")),
    "a host, by host and port": (python("faults", host="127.0.0.1", port=9210), http("http://localhost:9210/b")),
    "a host, by two of its ports": (python("faults", url="http://shop.example/a"), http("https://SHOP.example:8443/b")),
    "a host, by ssh": (program("ssh", "me@db1.example", "systemctl stop db"), python("faults", host="db1.example")),
    "a host, within code": (
        program("python3", "-c", "import u; u.open('http://h.example/x')"),
        http("http://h.example"),
    ),
    "an interface": (
        program("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "100ms"),
        shell("tc qdisc change dev eth0 root netem loss 5%"),
    ),
    "a service": (program("systemctl", "stop", "nginx"), program("sudo", "service", "nginx", "restart")),
    "a container": (program("docker", "stop", "web"), program("docker", "rm", "--force", "web")),
    "a thing that an extension names": (python("faults", service="shop", ms=100), python("faults", name="shop")),
    "an extension without arguments": (python("faults"), python("faults.more")),
    "an instance, by extension and command": (
        python("chaosaws.ec2.actions", instance_id="i-0123456789abcdef0"),
        program("aws", "ec2", "stop-instances", "--instance-ids", "i-0123456789abcdef0", "--region", "eu-west-1"),
    ),
    "a database of AWS": (
        program("aws", "rds", "stop-db-instance", "--db-instance-identifier", "shop"),
        python("chaosaws.rds.actions", db_instance_identifier="shop"),
    ),
    "a namespace, by a label and a name": (
        python("chaosk8s.pod.actions", ns="shop", label_selector="app=web"),
        program("kubectl", "scale", "deploy/web", "-n", "shop", "--replicas=0"),
    ),
    "a node and what runs on it": (python("chaosk8s.node.actions"), python("chaosk8s.pod.actions", ns="shop")),
    "the same with other quantities": (
        python("faults", target="a", duration=3, workers=2),
        python("faults", target="a", duration=9, load=0.5),
    ),
    "the same script for a longer time": (
        program("./slow.sh", "shop", "10"),
        program("./kill.sh", "shop", "--for", "20s"),
    ),
}
TWO_SYSTEMS: dict[str, tuple[Provider, Provider]] = {
    "two files": (shell("touch /srv/a"), shell("touch /srv/b")),
    "two ports of this machine": (http("http://127.0.0.1:9210/x"), http("http://127.0.0.1:9211/x")),
    "two hosts": (http("https://staging.shop.example/x"), http("https://shop.example/x")),
    "two words of a script": (program("./break.sh", "shop-a"), program("./break.sh", "shop-b")),
    "two environments of a script": (
        program("./break.sh", "staging", "hard"),
        program("./break.sh", "production", "hard"),
    ),
    "two environments by short names": (shell("./break.sh --on shop-stg x"), shell("./break.sh --on shop-prod x")),
    "two processes": (program("kill", "-9", "4242"), program("kill", "-9", "4243")),
    "two containers": (program("docker", "stop", "web"), program("docker", "stop", "db")),
    "two arguments": (python("faults", target="a", duration=3), python("faults", target="b", duration=3)),
    "two environments of an extension": (
        python("faults", environment="staging", service="shop"),
        python("faults", environment="production", service="shop"),
    ),
    "two namespaces": (python("chaosk8s.pod.actions", ns="staging"), python("chaosk8s.pod.actions", ns="production")),
    "two filters of a cloud": (
        python("chaosaws.ec2.actions", az="a", filters=[{"Name": "tag:env", "Values": ["staging"]}]),
        python("chaosaws.ec2.actions", az="a", filters=[{"Name": "tag:env", "Values": ["production"]}]),
    ),
    "two regions": (
        program("aws", "rds", "stop-db-instance", "--db-instance-identifier", "x", "--region", "eu-west-1"),
        program("aws", "rds", "stop-db-instance", "--db-instance-identifier", "x", "--region", "us-east-1"),
    ),
    "two things of different extensions": (python("faults", name="a"), python("other", name="a")),
}


@pytest.mark.parametrize("name", ONE_SYSTEM)
def test_two_files_that_break_one_system_meet(name: str) -> None:
    ours, theirs = (on(each) for each in ONE_SYSTEM[name])
    assert common(ours, theirs), ([each.told for each in ours], [each.told for each in theirs])
    assert common(theirs, ours)


@pytest.mark.parametrize("name", TWO_SYSTEMS)
def test_two_systems_do_not_meet(name: str) -> None:
    ours, theirs = (on(each) for each in TWO_SYSTEMS[name])
    assert ours
    assert theirs
    assert not common(ours, theirs), ([each.told for each in ours], [each.told for each in theirs])


@pytest.mark.parametrize("name", [*ONE_SYSTEM, *TWO_SYSTEMS])
def test_every_file_meets_itself(name: str) -> None:
    for each in {**ONE_SYSTEM, **TWO_SYSTEMS}[name]:
        assert common(on(each), on(each))


@pytest.mark.parametrize(
    ("mark", "is_sure"),
    [("name", True), ("host", True), ("target", True), ("environment", False), ("region", False), ("package", False)],
)
def test_of_two_teams_one_mark_that_names_something_is_needed(mark: str, is_sure: bool) -> None:
    ours, theirs = (system(Kind.HOST, {mark: ["a"], own: ["b"]}, "") for own in ("ours", "theirs"))
    assert ours.meets(theirs)
    assert ours.surely_meets(theirs) is is_sure


def test_configuration_and_environment_are_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def by(target: str) -> tuple[System, ...]:
        monkeypatch.setenv("TARGET", target)
        variable = {"url": {"type": "env", "key": "TARGET"}}
        return on(http("http://${url}/x"), configuration=variable)

    assert not common(by("a.example"), by("b.example"))
    assert common(by("a.example"), on(http("http://a.example/y")))


def test_variables_that_a_script_names_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def by(name: str, value: str, action: Provider) -> tuple[System, ...]:
        monkeypatch.setenv(name, value)
        return on(action)

    script, command = shell("./break.sh $TARGET"), program("aws", "rds", "stop-db-instance", "--db-id", "x")
    assert not common(by("TARGET", "shop-a", script), by("TARGET", "shop-b", script))
    assert not common(by("AWS_PROFILE", "staging", command), by("AWS_PROFILE", "production", command))


def test_configuration_that_an_extension_reads_by_itself_counts() -> None:
    action = python("chaosaws.rds.actions", db_instance_identifier="x")
    one, other = (on(action, configuration={"aws_region": region}) for region in ("eu-west-1", "us-east-1"))
    assert not common(one, other)
    one, other = (on(python("faults"), configuration={"where": where}) for where in ("shop-a", "shop-b"))
    assert not common(one, other)


def test_a_rollback_counts_as_well() -> None:
    assert common(on(program("true"), undo=[http("http://h.example/mend")]), on(http("http://h.example/break")))


def test_a_context_and_its_cluster_are_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = "clusters: [{name: c, cluster: {server: 'https://c.example'}}]"
    contexts = "contexts: [{name: mine, context: {cluster: c}}, {name: yours, context: {cluster: c}}]"
    (folder / "config").write_text(f"{clusters}\n{contexts}\ncurrent-context: mine\n")
    monkeypatch.setenv("KUBECONFIG", str(folder / "config"))
    mine, yours = on(python("chaosk8s.pod.actions", ns="x")), program("kubectl", "--context", "yours", "-n", "x", "get")
    assert common(mine, on(yours))
    assert mine[0].told == "the namespace x of the cluster https://c.example"


def test_without_an_action_nothing_is_held() -> None:
    probe = {"type": "probe", "name": "p", "provider": http("http://h.example")}
    assert acts_on(Toolkit({"title": "t", "method": [probe], "rollbacks": []}, {}), "a name") == ()


def test_what_a_file_names_is_all_that_is_held() -> None:
    named = on(http("http://h.example/x"), named="The  Shop ${stage}", configuration={"stage": "STAGING"})
    assert [each.told for each in named] == ["The  Shop STAGING"]
    assert common(named, on(program("true"), named="the shop staging"))
    assert not common(named, on(http("http://h.example/x")))


def test_an_action_by_reference_is_the_one_referred_to() -> None:
    action = {"type": "action", "name": "act", "provider": http("http://h.example/x")}
    toolkit = Toolkit({"title": "t", "method": [action, {"ref": "act"}]}, {})
    assert [each.told for each in acts_on(toolkit)] == ["the host h.example"]


def test_of_two_with_one_name_a_reference_is_the_one_that_is_played() -> None:
    probe = {"type": "probe", "name": "act", "provider": http("http://looked-at.example/x")}
    action = {"type": "action", "name": "act", "provider": http("http://h.example/x")}
    toolkit = Toolkit({"title": "t", "method": [probe, action], "rollbacks": [{"ref": "act"}]}, {})
    assert [each.told for each in acts_on(toolkit)] == ["the host h.example"]


def test_secrets_are_neither_told_nor_kept() -> None:
    secrets = {"a": {"url": "https://very-hidden.example", "token": "abcdefgh1234", "ns": "s3cret-namespace"}}
    cluster = {**python("chaosk8s.pod.actions", ns="${ns}"), "secrets": ["a"]}
    for action in (
        http("${url}/x"),
        python("faults", api="${token}", name="web"),
        cluster,
        shell("./x.sh ${token} web"),
    ):
        found = on(action, secrets=secrets)
        kept = str([each.as_dict() for each in found])
        assert found
        assert not [each for each in ("very-hidden", "abcdefgh1234", "s3cret") if each in kept], kept
        assert common(found, on(action, secrets=secrets))
