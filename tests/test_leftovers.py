"""A run of tests that leaves a process behind fails, and says which it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leftovers import MARK, leftovers

CONFTEST = """
from tests.leftovers import watch
def pytest_configure(config):
    watch(config, 2.0)
"""
LEAVES = """
import subprocess
def test_it():
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    open("pid", "w").write(str(child.pid))
    child.returncode = 0
"""
KEEPS = """
import subprocess
def test_it():
    subprocess.run(["sleep", "0"])
"""


@pytest.mark.parametrize(("source", "code"), [(LEAVES, 1), (KEEPS, 0)])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_a_test_leaves_behind_fails_the_run(tmp_path: Path, source: str, code: int, workers: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_some.py").write_text(source)
    environ = {name: value for name, value in os.environ.items() if name != MARK and not name.startswith("PYTEST_")}
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "-p", "no:django", "-p", "no:cacheprovider"]
    environ["PYTHONPATH"] = root
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    left = tmp_path / "pid"
    if left.exists():
        os.kill(int(left.read_text()), signal.SIGKILL)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("sleep 300" in done.stdout) is bool(code)


def test_what_all_tests_share_has_ended_by_then(tmp_path: Path) -> None:
    shares = "from tests.publish.forked import forks\n\ndef test_it():\n    forks()\n"
    (tmp_path / "test_some.py").write_text(shares)
    root = Path(__file__).parents[1]
    environ = {name: value for name, value in os.environ.items() if name != MARK and not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    environ["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "src")])
    done = subprocess.run(
        [*command, "-c", root / "pyproject.toml", "--rootdir", root, tmp_path],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_process_is_found_by_its_mark_and_what_it_started_and_not_when_it_has_ended() -> None:
    script = "env -i sleep 300 & echo $!; wait"
    with (
        subprocess.Popen(["sh", "-c", script], env={MARK: "mine"}, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(["sleep", "301"], env={MARK: "another"}) as foreign,
    ):
        assert one.stdout
        child = int(one.stdout.readline())
        try:
            assert {each.pid for each in leftovers("mine", 0)} == {one.pid, child}
        finally:
            os.kill(child, signal.SIGKILL)
            one.kill()
            foreign.kill()
    assert leftovers("mine", 0) == []
