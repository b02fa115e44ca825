"""The files for Kubernetes: what Kustomize makes of them, by the schemas of Kubernetes and its strictest profile."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml

from rtk.cli.commands.recover import recover
from rtk.cli.commands.verify import verify
from rtk.cli.main import rtk
from rtk.console.options import OPTIONS, text
from rtk.console.pages.verifications.run_recipes import way_of
from rtk.console.safety import LEAST_KEY, chosen, refuse_unsafe
from tests.console.pages.verifications.test_run_recipes import FULL, PLAIN
from tests.packaging.image import image
from tests.packaging.installed import ROOT
from tests.packaging.kustomize import Object, build, identity, read

FILES = ROOT / "deploy" / "kubernetes"
KUSTOMIZED = ("base", "run", "overlays/example")
VERSIONS = ("1.29.0", kubernetes_validate.latest_version())
NAMES = {name for option in OPTIONS for name in (option.name, f"{option.name}_FILE")}
EXTRA = [FILES / "run" / "job.yaml", FILES / "run" / "recover.yaml"]  # created by hand, for each run
OPERATED = FILES / "operator" / "experiment.yaml"
PROBED = {"startupProbe": "/health/live", "readinessProbe": "/health/ready", "livenessProbe": "/health/live"}
LEAST_KUBECTL = (1, 27)


def of_the_page(key: str) -> list[Object]:
    """What the page of a verification offers."""
    return [yaml.safe_load(way_of(key, of).files[0].text) for of in (PLAIN, FULL)]


def pod_of_the_operator() -> Object:
    (said,) = read(OPERATED)
    pod: Object = yaml.safe_load(said["spec"]["pod"]["template"])
    return pod


EVERYTHING: dict[str, Any] = {
    **{name: lambda name=name: build(FILES / name) for name in KUSTOMIZED},
    "jobs": lambda: [each for path in EXTRA for each in read(path)],
    "operator": lambda: [pod_of_the_operator()],
    "page, job": lambda: of_the_page("kubernetes"),
    "page, cronjob": lambda: of_the_page("cronjob"),
}


def pods(objects: list[Object]) -> list[Object]:
    """The specifications of pods among the objects."""
    found = []
    for one in objects:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        found += [spec.get("template", {}).get("spec") or (spec if one["kind"] == "Pod" else None)]
    return [each for each in found if each]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EVERYTHING)
def test_every_object_is_as_the_schemas_want_it(name: str, version: str) -> None:
    for one in EVERYTHING[name]():
        kubernetes_validate.validate(one, version, strict=True)


def test_an_object_that_is_not_is_found_out() -> None:
    (job, *_) = of_the_page("kubernetes")
    job["spec"]["template"]["spec"]["restartPolice"] = "Never"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_pod_is_admitted_by_the_restricted_profile(name: str) -> None:
    for pod in pods(EVERYTHING[name]()):
        own = pod["securityContext"]
        assert own["runAsNonRoot"] is True
        assert own["runAsUser"] > 0
        assert own["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert all(not set(each) & {"hostPath"} for each in pod["volumes"])
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["readOnlyRootFilesystem"] is True
            assert "hostPort" not in json.dumps(container)


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_pod_has_a_token_of_the_cluster_or_a_secret_in_clear(name: str) -> None:
    objects = EVERYTHING[name]()
    assert all(pod["automountServiceAccountToken"] is False for pod in pods(objects))
    assert not any(one["kind"] == "Secret" for one in objects)


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_a_pod_writes_to_is_there(name: str) -> None:
    for pod in pods(EVERYTHING[name]()):
        (container,) = pod["containers"]
        mounts = {each["mountPath"] for each in container["volumeMounts"]}
        of = image("console" if "console" in container["image"] else "client")
        assert {of.one("VOLUME"), "/tmp"} <= mounts
        claimed = {claim["metadata"]["name"] for each in EVERYTHING[name]() for claim in claims(each)}
        assert {each["name"] for each in container["volumeMounts"]} <= {e["name"] for e in pod["volumes"]} | claimed


def claims(one: Object) -> list[Object]:
    found: list[Object] = one.get("spec", {}).get("volumeClaimTemplates", [])
    return found


def test_files_of_the_database_stay_its_own() -> None:
    """PostgreSQL refuses files that its group may write, and Kubernetes by default sees to that at each start."""
    for name in KUSTOMIZED:
        for pod in pods(EVERYTHING[name]()):
            assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


@pytest.mark.parametrize("name", ["base", "overlays/example"])
def test_the_settings_are_ones_and_are_not_refused(name: str) -> None:
    (settings,) = [one["data"] for one in build(FILES / name) if one["kind"] == "ConfigMap"]
    assert set(settings) <= NAMES
    environ = {**image("console").environ, **settings, "RTK_SECRET_KEY": "k" * LEAST_KEY}
    refuse_unsafe(chosen(environ))
    assert text("RTK_PUBLIC_URL", environ).startswith("https://")


def test_the_example_reaches_its_console_under_its_name() -> None:
    objects = {one["kind"]: one for one in build(FILES / "overlays" / "example")}
    host = objects["Ingress"]["spec"]["rules"][0]
    backend = host["http"]["paths"][0]["backend"]["service"]
    console = objects["StatefulSet"]["spec"]
    assert f"https://{host['host']}" == objects["ConfigMap"]["data"]["RTK_PUBLIC_URL"]
    assert backend["name"] == objects["Service"]["metadata"]["name"]
    assert backend["port"]["name"] == objects["Service"]["spec"]["ports"][0]["name"]
    assert objects["Service"]["spec"]["selector"].items() <= console["template"]["metadata"]["labels"].items()
    assert console["selector"]["matchLabels"] == objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]
    (container,) = console["template"]["spec"]["containers"]
    assert container["image"] == "registry.example.com/acme/reliability-toolkit-console:0.1.0"
    assert {name: container[name]["httpGet"]["path"] for name in PROBED} == PROBED
    assert claims(objects["StatefulSet"]) == []


def test_the_arguments_are_commands_with_options_that_they_have() -> None:
    commands = {"verify": verify, "recover": recover}
    for name in ("run", "jobs", "operator"):
        for pod in pods(EVERYTHING[name]()):
            command, *words = pod["containers"][0]["args"]
            known = {option for each in commands[command].params for option in each.opts}
            assert {word for word in words if word.startswith("--")} <= known
    assert "up" in image("console").words("CMD")
    assert "up" in rtk.list_commands(click.Context(rtk))


def test_a_run_is_played_once_and_waited_for() -> None:
    (cronjob,) = [one for one in build(FILES / "run") if one["kind"] == "CronJob"]
    job = read(EXTRA[0])[0]
    for spec in (cronjob["spec"]["jobTemplate"]["spec"], job["spec"]):
        assert spec["backoffLimit"] == 0
        assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 300
    assert cronjob["spec"]["jobTemplate"]["spec"]["template"] == job["spec"]["template"]
    pod = pod_of_the_operator()["spec"]
    assert pod == job["spec"]["template"]["spec"]


def test_the_operator_gets_what_it_reads() -> None:
    (said,) = read(OPERATED)
    pod = pod_of_the_operator()
    assert (said["apiVersion"], said["kind"]) == ("chaostoolkit.org/v1", "ChaosToolkitExperiment")
    assert set(said["spec"]) <= {"namespace", "serviceaccount", "pod", "role", "schedule", "template", "verbose"}
    assert said["spec"]["serviceaccount"]["name"] == pod["spec"]["serviceAccountName"]
    assert isinstance(said["spec"]["pod"]["template"], str)  # the operator reads it as YAML


@pytest.mark.parametrize("name", KUSTOMIZED)
def test_kubectl_makes_the_same_of_it(name: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None or kubectl_version(kubectl) < LEAST_KUBECTL:
        pytest.skip("no kubectl that is new enough")
    done = subprocess.run([kubectl, "kustomize", FILES / name], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    theirs = {identity(one): _in_order(one) for one in yaml.safe_load_all(done.stdout)}
    assert theirs == {identity(one): _in_order(one) for one in build(FILES / name)}


def kubectl_version(kubectl: str) -> tuple[int, ...]:
    said = subprocess.run([kubectl, "version", "--client"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"v(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0,)


def _in_order(found: Any) -> Any:
    """The same with the lists whose order means nothing sorted."""
    if isinstance(found, dict):
        return {name: _in_order(value) for name, value in found.items()}
    if isinstance(found, list):
        return sorted((_in_order(each) for each in found), key=lambda each: json.dumps(each, sort_keys=True))
    return found


def test_every_file_is_used(tmp_path: Path) -> None:
    named = {path for name in KUSTOMIZED for path in used(FILES / name)}
    assert set(FILES.rglob("*.yaml")) == named | {*EXTRA, OPERATED}


def used(directory: Path) -> set[Path]:
    (said,) = read(directory / "kustomization.yaml")
    paths = [directory / each for each in said["resources"]] + [directory / e["path"] for e in said.get("patches", [])]
    return {directory / "kustomization.yaml", *(path for path in paths if path.is_file())}
