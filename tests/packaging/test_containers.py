"""The files for Docker and Compose, and those of pipelines, by the linters and schemas of their own tools."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import rtk
from rtk.console.options import OPTIONS, text
from rtk.console.pages.verifications.run_recipes import RunnableVerification, way_of
from rtk.console.safety import LEAST_KEY, chosen, refuse_unsafe
from tests.console.pages.verifications.test_run_recipes import FULL, PLAIN
from tests.docs.pages import DOCS, blocks
from tests.packaging.image import image
from tests.packaging.installed import ROOT

WHEEL = "https://files.example.com/reliability_toolkit-0.1.0-py3-none-any.whl"
IMAGES = ("client", "console")
COMPOSE = ROOT / "compose.yaml"
WITH_POSTGRESQL = ROOT / "deploy" / "compose.postgresql.yaml"
NAMES = {name for option in OPTIONS for name in (option.name, *([f"{option.name}_FILE"] if option.secret else []))}
OF_IMAGES = {"PATH", "HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
PAGES = [DOCS / "how-to" / f"{name}.md" for name in ("run-in-docker", "run-in-kubernetes", "use-in-ci")]


def linted(tool: str, *words: object, given: str | None = None) -> None:
    """Have one of the tools look; an AssertionError with what it found."""
    command = [str(Path(sys.executable).with_name(tool)), *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfiles_have_no_known_fault() -> None:
    linted("hadolint", *(ROOT / "deploy" / name / "Dockerfile" for name in IMAGES))


@pytest.mark.parametrize("of", [PLAIN, FULL], ids=["plain", "full"])
def test_the_dockerfile_of_the_page_has_none(of: RunnableVerification) -> None:
    linted("hadolint", "--ignore=DL3013", "-", given=f"{way_of('docker', of).files[0].text}\n")


def test_a_dockerfile_with_a_fault_is_found_out() -> None:
    with pytest.raises(AssertionError, match="DL3020"):
        linted("hadolint", "-", given="FROM python:3.12-slim\nADD a /b\n")


def test_both_images_are_made_of_the_same_wheel() -> None:
    client, console = (image(name).stages[0] for name in IMAGES)
    assert client[: console.index(next(each for each in console if "venv" in each[1]))] == console[:-1]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_nobody_in_particular_and_ends_when_told(name: str) -> None:
    of = image(name)
    assert re.fullmatch(
        r"[1-9]\d*:[1-9]\d*", of.one("USER")
    )  # by number, so that a cluster can see that it is not root
    assert of.one("STOPSIGNAL") == "SIGTERM"
    assert of.words("ENTRYPOINT")[:2] == ["python3", "/opt/init.py"]  # no shell, which would keep signals to itself
    assert of.words("CMD")
    assert of.one("VOLUME") == of.one("WORKDIR") == of.environ["HOME"]
    label = dict(word.split("=", 1) for word in shlex.split(of.one("LABEL")))
    assert label["org.opencontainers.image.version"] == rtk.__version__
    assert label["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert not any(each[0] == "ADD" for stage in of.stages for each in stage)
    assert [each for each in of.last if each[0] == "RUN"][-1] == of.last[[e[0] for e in of.last].index("COPY") - 1]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_no_secret_and_no_setting_that_there_is_not(name: str) -> None:
    of = image(name)
    assert set(of.environ) - OF_IMAGES <= NAMES
    secret = {option.name for option in OPTIONS if option.secret} | {"RTK_TOKEN"}
    assert not secret & set(of.environ)
    given = [text for stage in of.stages for instruction, text in stage if instruction == "ARG"]
    assert not any(re.search("token|secret|password|key", each, re.IGNORECASE) for each in given)


def test_nothing_but_what_is_named_reaches_a_builder() -> None:
    lines = [each for each in (ROOT / ".dockerignore").read_text().splitlines() if not each.startswith("#")]
    assert lines[0] == "*"
    assert all((ROOT / each[1:]).exists() for each in lines if each.startswith("!"))
    assert {"frontend/node_modules", "**/__pycache__"} <= set(lines)


def test_the_consoles_health_is_asked_for_without_a_shell() -> None:
    assert image("console").health == ["rtk", "status"]


@pytest.mark.parametrize("path", [COMPOSE, WITH_POSTGRESQL], ids=lambda path: path.name)
def test_the_files_of_compose_are_as_its_schema_wants_them(path: Path) -> None:
    linted("check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


def loaded(path: Path) -> Any:
    """A file of Compose with what stands in it for variables that are not set."""
    return yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", path.read_text()))


def services() -> dict[str, Any]:
    own, more = loaded(COMPOSE)["services"], loaded(WITH_POSTGRESQL)["services"]
    return {**own, "database": more["database"], "console with PostgreSQL": {**own["console"], **more["console"]}}


@pytest.mark.parametrize("name", ["console", "client", "database"])
def test_a_service_can_write_to_its_volume_alone_and_has_no_rights(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) >= 60
    (volume,) = service["volumes"]
    source, target = volume.split(":")
    assert source in {**loaded(COMPOSE)["volumes"], **loaded(WITH_POSTGRESQL)["volumes"]}
    if name in IMAGES:
        assert target == image(name).one("VOLUME")
        assert (ROOT / service["build"]["dockerfile"]).is_file()


def test_only_this_machine_reaches_the_console() -> None:
    assert services()["console"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in services()[name] for name in ("client", "database"))


def test_the_settings_of_compose_are_ones_and_are_not_refused() -> None:
    for name in ("console", "console with PostgreSQL"):
        settings = services()[name]["environment"]
        assert set(settings) <= NAMES
    settings = {**image("console").environ, **services()["console"]["environment"], "RTK_SECRET_KEY": "k" * LEAST_KEY}
    refuse_unsafe(chosen(settings))
    assert text("RTK_PUBLIC_URL", settings) == "http://localhost:8000"
    assert text("RTK_PORT", settings) == services()["console"]["ports"][0].rpartition(":")[2]


def test_the_variables_of_the_client_are_ones_that_it_reads() -> None:
    known = (DOCS / "reference" / "environment.md").read_text()
    given = set(services()["client"]["environment"]) - {"ENDPOINT_URL"}  # the tutorial's own
    assert all(f"`{name}`" in known for name in given)
    assert set(services()["client"]["environment"].values()) == {None}  # from whoever starts it, never written down


def test_every_secret_of_compose_is_a_file_that_a_service_gets() -> None:
    said = loaded(WITH_POSTGRESQL)
    used = {name for service in said["services"].values() for name in service["secrets"]}
    assert used == set(said["secrets"])
    assert all(set(each) == {"file"} for each in said["secrets"].values())
    named = re.findall(r"_FILE: /run/secrets/(\S+)", WITH_POSTGRESQL.read_text())
    assert set(named) == used
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/secrets/" in ignored


def test_compose_itself_reads_them(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    there = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    if not docker or not there:
        pytest.skip("no docker compose")
    files = ["--file", str(COMPOSE), "--file", str(WITH_POSTGRESQL), "--profile", "client"]
    done = subprocess.run([docker, "compose", *files, "config", "--quiet"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("of", [PLAIN, FULL], ids=["plain", "full"])
@pytest.mark.parametrize(("key", "schema"), [("github", "vendor.github-workflows"), ("gitlab", "vendor.gitlab-ci")])
def test_the_files_of_pipelines_are_as_their_schemas_want_them(
    key: str, schema: str, of: RunnableVerification, tmp_path: Path
) -> None:
    path = tmp_path / "pipeline.yml"
    path.write_text(way_of(key, of).files[0].text)
    linted("check-jsonschema", "--builtin-schema", schema, path)


def test_the_workflow_without_a_console_is_valid_and_differs_only_where_it_must(tmp_path: Path) -> None:
    text = next(
        each.text
        for each in blocks(DOCS / "how-to" / "use-in-ci.md")
        if "--strict" in each.text and each.language == "yaml"
    )
    path = tmp_path / "pipeline.yml"
    path.write_text(text)
    linted("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    assert "RTK_" not in text
    assert [each.partition("#")[0] for each in re.findall(r"https:\S+", text)] == [WHEEL]
    bare, whole = (
        yaml.safe_load(each.strip())["jobs"]["verify"] for each in (text, way_of("github", FULL).files[0].text)
    )
    assert bare["steps"].pop(0) == {"uses": "actions/checkout@v4"}  # without rights to read, it could not
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    ours, theirs = (shlex.split(job["steps"].pop(2)["run"]) for job in (bare, whole))
    assert [each for each in ours if each != "--strict"][:-1] == theirs[:-1]
    assert [bare["steps"][at] for at in (0, 2, 3)] == [whole["steps"][at] for at in (0, 2, 3)]


def test_what_is_written_in_yaml_is_written_in_one_way() -> None:
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false}, "
    rules += "comments: {min-spaces-from-content: 1}, comments-indentation: disable, braces: {max-spaces-inside: 0}}}"
    linted("yamllint", "--strict", "--config-data", rules, COMPOSE, ROOT / "deploy")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_file_that_a_page_shows_is_the_one_that_is_there(page: Path) -> None:
    shown = [each for each in blocks(page) if each.title]
    assert shown or page.stem == "use-in-ci"
    for each in shown:
        assert each.title is not None
        assert (ROOT / each.title).read_text() == each.text, each.title
