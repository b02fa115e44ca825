"""What the images do, by their own Dockerfiles: as a user without rights and a name, with a root that is read only."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.commands import get
from tests.docs.session import _free_port as free_port
from tests.packaging.image import Container, Image, can_contain, container, image
from tests.packaging.installed import ROOT, Installed, built, installed, wheel

__all__ = ["built", "installed", "wheel"]  # fixtures, which pytest finds by their names

WITH_A_NAME, WITHOUT = 10001, 12345  # users
NO_CONTAINERS = can_contain()
pytestmark = [pytest.mark.timeout(300), pytest.mark.skipif(bool(NO_CONTAINERS), reason=NO_CONTAINERS)]
PATIENCE = 60.0  # seconds
NSS_WRAPPER = any(Path("/usr/lib").glob("*/libnss_wrapper.so"))
PUBLIC = {"RTK_PUBLIC_URL": "https://rtk.example.org"}
USERS = [
    pytest.param(WITH_A_NAME, id="the image's own user"),
    pytest.param(
        WITHOUT,
        id="a user without a name",
        marks=pytest.mark.skipif(not NSS_WRAPPER, reason="libnss-wrapper is not installed"),
    ),
]


def until(true: Callable[[], bool], of: Container) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert of.process.poll() is None, of.process.communicate()[0]
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """An empty volume."""
    path = tmp_path / "volume"
    path.mkdir()
    return path


def command(name: str, *words: str) -> list[str]:
    """What a container of an image is started with; without words its own."""
    of = image(name)
    return [*of.words("ENTRYPOINT"), *(words or of.words("CMD"))]


@pytest.mark.parametrize("uid", USERS)
def test_the_console_becomes_healthy_and_ends_in_order(uid: int, installed: Installed, volume: Path) -> None:
    of, port = image("console"), free_port()
    own = {**PUBLIC, "RTK_PORT": str(port)}
    with container(of, installed, volume, uid, command("console"), **own) as console:
        until((volume / "console.json").exists, console)
        assert get(f"http://localhost:{port}/health")[0] == 200
        if os.geteuid() == 0:  # nobody else may enter namespaces that were made for another user
            look_after(of, console)
        console.signal(signal.SIGTERM)
        code, said = console.ended()
    assert code in (0, 130), said
    assert "Traceback" not in said
    assert "shut down" in (volume / "database.log").read_text()
    assert not (volume / "database" / "postmaster.pid").exists()
    if os.geteuid() == 0:
        with container(
            of, installed, volume, uid, command("console", "restore", "--yes", "/data/rtk.dump"), **own
        ) as once:
            code, said = once.ended()
        assert (code, "restored from /data/rtk.dump" in said) == (0, True), said


def look_after(of: Image, console: Container) -> None:
    """What an engine and an administrator do in a container that runs."""
    asked = console.run(*of.health)
    assert (asked.returncode, "https://rtk.example.org, answers" in asked.stdout) == (0, True), asked
    assert "PostgreSQL in the data directory" in asked.stdout
    kept = console.run("rtk", "backup", "/data/rtk.dump")
    assert (kept.returncode, kept.stdout.startswith("/data/rtk.dump: ")) == (0, True), kept


def test_a_console_that_others_reach_says_what_it_needs(installed: Installed, volume: Path) -> None:
    with container(image("console"), installed, volume, WITH_A_NAME, command("console")) as console:
        code, said = console.ended()
    assert (code, "set RTK_PUBLIC_URL to the https:// address" in said) == (1, True), said


def test_a_console_whose_volume_is_not_its_own_says_so(installed: Installed, volume: Path) -> None:
    volume.chmod(0o555)
    with container(image("console"), installed, volume, WITH_A_NAME, command("console"), **PUBLIC) as console:
        code, said = console.ended()
    assert (code, len(said.splitlines())) == (1, 1), said
    assert "cannot use the data directory '/data': Permission denied" in said


@pytest.fixture
def slow(volume: Path) -> Iterator[Path]:
    """A file that is there while the condition of the experiment in the volume is in force."""
    experiment = {
        "title": "It answers while it is slow",
        "description": "It does.",
        "steady-state-hypothesis": {
            "title": "It answers",
            "probes": [{"type": "probe", "name": "answers", "tolerance": 0, "provider": process("true")}],
        },
        "method": [{"type": "action", "name": "slow", "provider": process("touch", "/runs/slow")}],
        "rollbacks": [{"type": "action", "name": "quick", "provider": process("rm", "/runs/slow")}],
    }
    (volume / "experiment.json").write_text(json.dumps(experiment))
    yield volume / "slow"
    assert not (volume / "slow").exists(), "it was not undone"


def process(path: str, arguments: str = "") -> dict[str, str]:
    return {"type": "process", "path": path, **({"arguments": arguments} if arguments else {})}


VERIFY = ("verify", "--every", "500ms", "--for", "50s", "--target", "50%", "--window", "1d", "experiment.json")


def test_a_run_that_is_stopped_undoes_what_it_did(installed: Installed, volume: Path, slow: Path) -> None:
    with container(image("client"), installed, volume, WITHOUT, command("client", *VERIFY)) as run:
        until(slow.exists, run)
        run.signal(signal.SIGTERM)
        code, said = run.ended()
    assert (code, "Is everything undone? restored" in said) == (143, True), said
    assert (volume / "journal.json").exists()
    assert list(volume.glob(".local/state/rtk/runs/*.record"))


def test_a_run_that_is_killed_is_undone_before_its_container_ends(
    installed: Installed, volume: Path, slow: Path
) -> None:
    with container(image("client"), installed, volume, WITHOUT, command("client", *VERIFY)) as run:
        until(slow.exists, run)
        (killed,) = children(run.first)
        os.kill(killed, signal.SIGKILL)
        code, said = run.ended()
    assert (code, "died; its guardian takes over" in said) == (137, True), said
    assert "Is everything undone? restored" in said


def test_a_run_whose_container_was_killed_is_undone_by_the_next(installed: Installed, volume: Path, slow: Path) -> None:
    with container(image("client"), installed, volume, WITHOUT, command("client", *VERIFY)) as run:
        until(slow.exists, run)
        run.signal(signal.SIGKILL)
        run.ended()
    assert slow.exists()
    with container(
        image("client"), installed, volume, WITHOUT, command("client", "recover", "--all", "--yes")
    ) as next_:
        code, said = next_.ended()
    assert (code, "Is everything undone? restored" in said) == (0, True), said


def children(of: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{of}/task/{of}/children").read_text().split()]


def test_the_client_says_what_it_can_without_being_told_more(installed: Installed, volume: Path) -> None:
    with container(image("client"), installed, volume, WITHOUT, command("client")) as run:
        code, said = run.ended()
    assert (code, "verify" in said, "recover" in said) == (0, True, True), said


def test_what_the_images_copy_is_there_and_may_be_sent_to_the_builder() -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for name in ("client", "console"):
        for path in image(name).copied.values():
            assert (ROOT / path).is_file()
            assert f"!{path}" in allowed
