"""Nobody gets code of theirs into a job by taking the name of our package, or by exchanging the file it installs."""

import hashlib
import re
import subprocess
import venv
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from rtk.console import client, wheel
from rtk.console.pages.importing.experiment_summary import ExperimentSummary
from rtk.console.pages.verifications.run_recipes import WAYS, RunnableVerification, way_of
from rtk.console.store.experiment_preview import read
from tests.console.pages.verifications.test_run_recipes import ID
from tests.packaging.installed import ROOT

# `pip install` of our name that no address follows. Names of images, folders and files are others.
BY_NAME = re.compile(
    r"pip install\b[^\n]*?(?<![\w/.-])reliability[-_.]toolkit(?:\[[\w,]+\])?(?![\w./-]| @ )", re.IGNORECASE
)
SHOWN = (
    "src/**/*.py",
    "src/**/*.html",
    "src/**/*.txt",
    "docs/**/*.md",
    "deploy/**/*",
    "frontend/src/**/*.ts",
    "*.md",
    "*.yaml",
)


def experiments() -> list[Path]:
    """Every experiment that lies in the tree."""
    return [path for path in (ROOT / "src" / "rtk").rglob("*.json") if '"steady-state-hypothesis"' in path.read_text()]


def test_no_page_installs_the_client_by_its_name() -> None:
    found = [ExperimentSummary(read(path.read_bytes(), "json")[0]) for path in experiments()]
    assert found
    for each in found:
        of = RunnableVerification(ID, "https://console.example.com", 420.0, each.distributions)
        texts = [file.text for key in WAYS for file in way_of(key, of).files] + [f"pip install {each.install}"]
        assert sum("pip install" in text for text in texts) == 6  # five ways, and the page of an import
        assert [text for text in texts if BY_NAME.search(text)] == []
        ours = next(part for part in each.distributions if part.startswith("reliability-toolkit"))
        assert ours.endswith(f" @ {client.address()}")
        assert "#sha256=" in ours


def test_no_message_and_no_document_installs_the_client_by_its_name() -> None:
    paths = sorted({path for pattern in SHOWN for path in ROOT.glob(pattern) if path.is_file()})
    assert len(paths) > 500
    assert [str(path.relative_to(ROOT)) for path in paths if BY_NAME.search(path.read_text(errors="replace"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install reliability-toolkit",
        "pip install 'reliability-toolkit[all]'",
        "RUN pip install --no-cache-dir chaostoolkit-aws Reliability_Toolkit",
        'sh "python -m venv .venv && .venv/bin/pip install reliability-toolkit"',
    ],
)
def test_an_install_by_name_would_be_found(line: str) -> None:
    assert BY_NAME.search(line)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server on the way to the console: its address, and the folder of what it sends."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", tmp_path
        server.shutdown()


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pip that each new virtual environment of this Python has."""
    into = tmp_path_factory.mktemp("pip") / "venv"
    venv.create(into, with_pip=True, symlinks=True)
    return [str(into / "bin" / "python"), "-m", "pip", "--isolated", "--disable-pip-version-check"]


def downloaded(pip: list[str], requirement: str, into: Path) -> "subprocess.CompletedProcess[str]":
    """What pip makes of it."""
    words = [*pip, "download", "--no-deps", "--no-index", "--no-cache-dir", "--dest", str(into), requirement]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_pip_refuses_a_client_that_was_exchanged_on_its_way(pip: list[str], place: tuple[str, Path]) -> None:
    url, folder = place
    ours = wheel.installed()
    requirement = f"reliability-toolkit @ {url}/{ours.name}#sha256={ours.sha256}"
    (folder / ours.name).write_bytes(ours.content)
    whole = downloaded(pip, requirement, folder / "whole")
    assert whole.returncode == 0, whole.stderr
    assert hashlib.sha256((folder / "whole" / ours.name).read_bytes()).hexdigest() == ours.sha256
    (folder / ours.name).write_bytes(ours.content + b"\n")
    exchanged = downloaded(pip, requirement, folder / "exchanged")
    assert (exchanged.returncode, "DO NOT MATCH THE HASHES" in exchanged.stderr) == (1, True), exchanged.stderr
    assert not list((folder / "exchanged").glob("*.whl"))
