import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chaoslib.control import reset_global_controls, set_global_controls
from chaoslib.exceptions import InterruptExecution

from rtk.errors import BadInput, ToolkitError, Unreachable
from rtk.experiment.source import SourceDocument, read
from tests.experiment.samples import PLAIN, VERIFICATION, refusal_of
from tests.experiment.server import Server, answer, serving

_SEEN: list[tuple[str, Any]] = []


def before_loading_experiment_control(context: str) -> None:
    """A loader control, called by the Chaos Toolkit."""
    _SEEN.append(("before", context))
    if context.endswith("forbidden.json"):
        raise InterruptExecution("not today")


def after_loading_experiment_control(context: str, state: dict[str, Any]) -> None:
    """A loader control, called by the Chaos Toolkit."""
    _SEEN.append(("after", context))
    if state:
        state["title"] = "changed by a control"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


@pytest.fixture
def loader_control() -> Iterator[list[tuple[str, Any]]]:
    _SEEN.clear()
    set_global_controls([{"name": "loader", "provider": {"type": "python", "module": __name__}}])
    yield _SEEN
    reset_global_controls()


def test_a_file_is_read_with_its_warnings() -> None:
    source = read(str(VERIFICATION))
    assert source.where == str(VERIFICATION)
    assert source.document["title"].startswith("Expect a quick response")
    assert f"{VERIFICATION}, lines 59 to 64" in source.warnings[0]


@pytest.mark.parametrize("name", ["e.yaml", "e.yml", "e.txt", "e"])
def test_yaml_is_read_by_ending_or_by_its_looks(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("title: a\nmethod: []\n")
    assert read(str(path)) == SourceDocument(str(path), {"title": "a", "method": []})


@pytest.mark.parametrize("name", ["missing.json", "", "a\0b", "x" * 5000, "."])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sentence = refusal_of(lambda: read(name))
    assert sentence is not None
    assert "expected a JSON or YAML file or an http(s) address" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.touch(0o000)
    with pytest.raises(BadInput, match="permission denied"):
        read(str(path))


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(BadInput, match="/dev/zero is larger than 16 MiB"):
        read("/dev/zero")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("application/json", "/e"),
        ("text/plain", "/e.json"),
        ("", "/e"),
        ("application/problem+json", "/e.yaml"),
    ],
)
def test_an_address_is_read_by_its_type_or_path(server: Server, kind: str, path: str) -> None:
    server.answers[path] = answer(VERIFICATION.read_bytes(), Content_Type=kind)
    source = read(server.url(path), environ={})
    assert source.where == server.url(path)
    assert len(source.warnings) == 1


@pytest.mark.parametrize("kind", ["application/x-yaml", "text/yaml", "text/plain"])
def test_yaml_is_read_from_an_address(server: Server, kind: str) -> None:
    server.answers["/e"] = answer(b"a: 1", Content_Type=kind)
    assert read(server.url("/e"), environ={}).document == {"a": 1}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", b"Sign in"),
        ("application/json", b"<html>"),
        ("text/plain", b"\n<!doctype html>"),
    ],
)
def test_a_web_page_is_told_apart(server: Server, kind: str, body: bytes) -> None:
    server.answers["/e"] = answer(body, Content_Type=kind)
    with pytest.raises(BadInput, match=r"/e is a web page \(HTML\)"):
        read(server.url("/e"), environ={})


def test_a_missing_address_is_unreachable(server: Server) -> None:
    with pytest.raises(Unreachable, match="status 404"):
        read(server.url("/e"), environ={})


def test_loader_controls_run_as_under_chaos_run(loader_control: list[tuple[str, Any]]) -> None:
    assert read(str(PLAIN)).document["title"] == "changed by a control"
    assert loader_control == [("before", str(PLAIN)), ("after", str(PLAIN))]


def test_a_loader_control_may_forbid(loader_control: list[tuple[str, Any]]) -> None:
    with pytest.raises(BadInput, match="did not let the experiment be loaded: not today"):
        read("forbidden.json")
    assert ("before", "forbidden.json") in loader_control


def test_two_reads_share_no_part() -> None:
    first, second = read(str(PLAIN)).document, read(str(PLAIN)).document
    first["method"][0]["name"] = "changed"
    assert second["method"][0]["name"] == "dummy step"


def test_a_source_read_in_a_thread_is_the_same() -> None:
    found: list[SourceDocument] = []
    thread = threading.Thread(target=lambda: found.append(read(str(PLAIN))))
    thread.start()
    thread.join()
    assert found == [read(str(PLAIN))]
    assert issubclass(BadInput, ToolkitError)
