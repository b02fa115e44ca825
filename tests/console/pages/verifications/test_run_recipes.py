"""The ways to run a verification: complete, without a token, and what their systems can read."""

import re
import shlex
import subprocess
from typing import Any
from uuid import UUID

import pytest
import yaml
from msgspec.structs import replace

from rtk.cli.commands.verify import verify
from rtk.console.pages.verifications.run_recipes import WAYS, File, RunnableVerification, Way, way_of
from rtk.experiment.needs import Variable
from tests.docs.pages import DOCS, blocks

ID = UUID("dd1e52d0-454a-40b8-8864-5d34834191e6")
URL = f"https://console.example.com/assets/verifications/{ID}.json"
CLIENT = (
    "https://console.example.com/client/reliability_toolkit-0.1.0-py3-none-any.whl"
    "#sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)
OURS = f"reliability-toolkit @ {CLIENT}"
PLAIN = RunnableVerification(ID, "https://console.example.com", 1020.0, (OURS,))
FULL = RunnableVerification(
    ID,
    "https://console.example.com",
    420.0,
    (f"reliability-toolkit[aws] @ {CLIENT}", "chaostoolkit-kubernetes"),
    (
        Variable("ENDPOINT_URL", "configuration.endpoint_url", required=True, option="endpoint_url"),
        Variable("INSTANCE_ID", "configuration.instance_id", required=True, option="instance_id"),
        Variable("API_KEY", "secrets.api.key", required=True),
    ),
    ("kubectl",),
    "registry.acme.example/chaos:1",
)
INSTALL = f"pip install 'reliability-toolkit[aws] @ {CLIENT}' chaostoolkit-kubernetes"
BOTH = pytest.mark.parametrize("of", [PLAIN, FULL], ids=["plain", "full"])


def texts(way: Way) -> str:
    return "\n".join(file.text for file in way.files)


def the_file(key: str, of: RunnableVerification, name: str) -> File:
    (found,) = (file for file in way_of(key, of).files if file.name == name)
    return found


def loaded(key: str, of: RunnableVerification, name: str) -> Any:
    return yaml.safe_load(the_file(key, of, name).text)


@BOTH
@pytest.mark.parametrize("key", WAYS)
def test_every_way_names_all_that_the_run_needs(key: str, of: RunnableVerification) -> None:
    way = way_of(key, of)
    text = texts(way)
    assert way.key == key
    assert URL in text
    assert "§" not in text
    assert all(each.name in text + way.before for each in of.variables)
    for each in of.distributions:
        assert each in text or key in ("kubernetes", "cronjob")
    assert all(program in way.after for program in of.programs)
    assert "kubectl: see" not in way_of(key, PLAIN).after


@BOTH
@pytest.mark.parametrize("key", WAYS)
def test_no_way_has_room_for_a_token_in_clear(key: str, of: RunnableVerification) -> None:
    for found in re.findall(r"RTK_TOKEN[\"']?\s*[:=]\s*(\S+)", texts(way_of(key, of))):
        assert found.startswith(("${{", '"$RTK_TOKEN"', "credentials(")), found


@BOTH
@pytest.mark.parametrize("key", WAYS)
def test_every_option_of_the_command_is_one(key: str, of: RunnableVerification) -> None:
    known = {name for option in verify.params for name in option.opts} | {"--no-version-check", "--no-log-file"}
    text = texts(way_of(key, of)).replace("\\\n", " ")
    for line in re.findall(r"(?:chaos|verify)\b.*", re.sub(r"\n +(?=--|https)", " ", text)):
        if "assets/verifications" in line:
            assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= known


@pytest.mark.parametrize("key", ["terminal", "docker", "github", "gitlab", "jenkins"])
def test_what_installs_by_a_digest_says_when_to_copy_it_again(key: str) -> None:
    assert any("refuse any file but the one" in file.hint for file in way_of(key, PLAIN).files)
    without = replace(PLAIN, distributions=("reliability-toolkit @ https://files.example.com/own.whl",))
    assert not any("refuse any file" in file.hint for file in way_of(key, without).files)


def test_an_unknown_way_is_the_terminal() -> None:
    assert way_of("x", PLAIN).key == "terminal"


def test_the_command_has_a_place_for_each_variable() -> None:
    assert PLAIN.command == f"chaos verify {URL}"
    assert FULL.command == f"ENDPOINT_URL=… INSTANCE_ID=… API_KEY=… chaos verify {URL}"
    assert "chaos signin --url https://console.example.com" in texts(way_of("terminal", PLAIN))
    assert INSTALL in texts(way_of("terminal", FULL))


@BOTH
@pytest.mark.parametrize(("key", "name"), [("docker", "Commands"), ("kubernetes", "Commands"), ("cronjob", "Commands")])
def test_the_commands_are_ones_that_a_shell_can_read(key: str, name: str, of: RunnableVerification) -> None:
    text = the_file(key, of, name).text
    checked = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_docker_gets_each_variable_from_the_shell_and_keeps_the_record() -> None:
    text = the_file("docker", FULL, "Commands").text
    assert "docker run --rm --init" in text
    assert "--env RTK_TOKEN --env ENDPOINT_URL --env INSTANCE_ID --env API_KEY" in text
    assert '--volume "$PWD:/runs"' in text
    assert "registry.acme.example/chaos:1 verify" in text
    assert f"RUN {INSTALL.replace('install', 'install --no-cache-dir')}" in the_file("docker", FULL, "Dockerfile").text
    assert "docker build --tag reliability-toolkit ." in the_file("docker", PLAIN, "Commands").text


@BOTH
@pytest.mark.parametrize(("key", "kind"), [("kubernetes", "Job"), ("cronjob", "CronJob")])
def test_kubernetes_plays_it_once_and_waits_for_the_undo(key: str, kind: str, of: RunnableVerification) -> None:
    file = "job.yaml" if kind == "Job" else "cronjob.yaml"
    manifest = loaded(key, of, file)
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", kind)
    job = manifest["spec"] if kind == "Job" else manifest["spec"]["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    assert job["backoffLimit"] == 0
    assert job["activeDeadlineSeconds"] > 2 * of.planned_s + 600
    assert (pod["restartPolicy"], pod["terminationGracePeriodSeconds"]) == ("Never", 300)
    assert container["args"] == ["verify", URL]
    sources = [reference["name"] for each in container["envFrom"] for reference in each.values()]
    assert sources == ["verify-dd1e52d0"] * 2
    assert container["image"] == (of.image or "registry.example.com/reliability-toolkit")
    claim = loaded(key, of, "claim.yaml")
    (volume,) = [each for each in pod["volumes"] if each["name"] == "runs"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    commands = the_file(key, of, "Commands").text
    assert "apply --filename claim.yaml" in commands
    assert ("create --filename" if kind == "Job" else "apply --filename") in commands  # a generated name is created
    if not of.image:
        assert "in place of registry.example.com/reliability-toolkit" in the_file(key, of, file).hint


def test_what_is_secret_goes_into_the_secret_of_kubernetes() -> None:
    commands = the_file("kubernetes", FULL, "Commands").text.replace("\\\n", "").splitlines()
    secret = next(line for line in commands if "create secret generic" in line)
    configmap = next(line for line in commands if "create configmap" in line)
    assert ("API_KEY" in secret, "ENDPOINT_URL" in secret) == (True, False)
    assert ("API_KEY" in configmap, "ENDPOINT_URL" in configmap) == (False, True)


@BOTH
def test_github_runs_one_at_a_time_and_keeps_the_reports(of: RunnableVerification) -> None:
    name = f".github/workflows/verify-{str(ID)[:8]}.yml"
    workflow = loaded("github", of, name)
    assert set(workflow) == {"name", True, "permissions", "concurrency", "jobs"}  # YAML 1.1 reads `on` as true
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"] * 60 > 2 * of.planned_s + 600
    install, run = job["steps"][1]["run"], job["steps"][2]
    assert shlex.split(install) == ["pip", "install", *of.distributions]
    assert shlex.split(run["run"])[-1] == URL
    assert "\n" not in run["run"].strip()
    plain, secret = [each.name for each in of.variables if each.option], [e.name for e in of.variables if not e.option]
    assert run["env"] == {
        "RTK_URL": of.console,
        "RTK_TOKEN": "${{ secrets.RTK_TOKEN }}",
        **{each: f"${{{{ vars.{each} }}}}" for each in plain},
        **{each: f"${{{{ secrets.{each} }}}}" for each in secret},
    }
    assert all(step["if"] == "always()" for step in job["steps"][3:])
    assert job["steps"][4]["with"]["path"].split() == ["insight.html", "junit.xml", "journal.json"]


@BOTH
def test_gitlab_runs_one_at_a_time_and_shows_the_junit_report(of: RunnableVerification) -> None:
    (job,) = loaded("gitlab", of, ".gitlab-ci.yml").values()
    assert job["artifacts"] == {
        "when": "always",
        "paths": ["insight.html", "journal.json"],
        "reports": {"junit": "junit.xml"},
    }
    assert job["resource_group"] == "verify-dd1e52d0"
    assert job["variables"] == {"RTK_URL": of.console}
    assert shlex.split(job["script"][0]) == ["pip", "install", *of.distributions]
    command = shlex.split(job["script"][1])
    assert command[:4] == ["chaos", "--no-version-check", "--no-log-file", "verify"]
    assert command[-1] == URL


@BOTH
def test_the_jenkinsfile_is_declarative_and_whole(of: RunnableVerification) -> None:
    text = the_file("jenkins", of, "Jenkinsfile").text
    assert text.startswith("pipeline {")
    sections = re.findall(r"^ {4}(\w+) \{", text, re.MULTILINE)
    expected = ["agent", "options", *(["parameters"] if of.variables else []), "environment", "stages", "post"]
    assert sections == expected
    bare = re.sub(r"'''.*?'''|\"[^\"]*\"|'[^']*'", "''", text, flags=re.DOTALL)
    assert balanced(bare)
    assert bare.count("'") % 2 == 0
    assert "RTK_TOKEN = credentials('rtk-token')" in text
    assert ("API_KEY = credentials('api-key')" in text) == bool(of.variables)
    assert "junit testResults: 'junit.xml'" in text
    install, verify = re.findall(r"stage\('(?:\w+)'\) \{(.*?)\n {8}\}", text, re.DOTALL)
    assert ("credentials(" in install, "pip install" in install) == (False, True)  # what is installed sees no secret
    assert "credentials(" not in text.replace(verify, "")


def test_the_documentation_shows_the_same_files() -> None:
    of = RunnableVerification(ID, "https://console.example.com", 1020.0, (OURS,), FULL.variables[:1])
    shown = {block.text.strip() for block in blocks(DOCS / "how-to" / "use-in-ci.md")}
    for key in ("github", "gitlab", "jenkins"):
        for file in way_of(key, of).files:
            assert file.text in shown, f"{key}: {file.name} is not as in docs/how-to/use-in-ci.md:\n{file.text}"


def balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character in "{([") - (character in "})]")
        if depth < 0:
            return False
    return depth == 0
