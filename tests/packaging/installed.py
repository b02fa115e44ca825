"""The wheel as it is published, and virtual environments elsewhere into which nothing but it was installed."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
LIMIT = 150  # seconds


@dataclass(frozen=True)
class Installed:
    """A virtual environment that knows nothing of the checkout, to be used from a directory of one's own."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def command(self, name: str) -> str:
        """The path of a command, such as `rtk`."""
        return str(self.path / "bin" / name)

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """An environment with a home of its own, with these commands first and nothing of the caller's but PATH."""
        own = {"PATH": f"{self.path / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
        return {**own, **more}

    def run(self, home: Path, *words: object, **more: str) -> "subprocess.CompletedProcess[str]":
        """One command, to its end, in an empty working directory below `home`."""
        work = home / "work"
        work.mkdir(parents=True, exist_ok=True)
        name, *rest = map(str, words)
        return subprocess.run(
            [self.command(name), *rest],
            cwd=work,
            env=self.environment(home, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )


def build(into: Path, *what: str) -> None:
    """Build from the checkout as `make dist` does: the sdist, and of that the wheel, unless `what` names one."""
    words = [*what, "--no-build-isolation", "--python", sys.executable, "--out-dir", str(into)]
    _uv("build", "--quiet", *words, str(ROOT))


def install(requirement: str, into: Path, *more: str) -> Installed:
    """A new virtual environment with a requirement, and what it needs in the pinned versions."""
    _uv("venv", "--quiet", "--python", sys.executable, str(into))
    words = ["pip", "install", "--quiet", "--python", str(into / "bin" / "python"), *more]
    words += ["--constraint", str(ROOT / "constraints.txt"), requirement]
    try:
        _uv(*words, "--offline")  # set-up has left all of it in uv's cache, most of the time
    except AssertionError:
        _uv(*words)
    return Installed(into)


def _uv(*words: str) -> None:
    environ = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(
        [UV, *words], env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, f"uv {' '.join(words)}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist and the wheel of it, made once for all processes of a test run."""
    return _once(tmp_path_factory, "dist", build)


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """`reliability-toolkit[all]` from the wheel, made once for all processes of a test run."""
    return Installed(
        _once(tmp_path_factory, "all", lambda path: install(f"reliability-toolkit[all] @ {wheel.as_uri()}", path))
    )


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """`reliability-toolkit` alone."""
    return Installed(
        _once(tmp_path_factory, "bare", lambda path: install(f"reliability-toolkit @ {wheel.as_uri()}", path))
    )


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A directory that the first process makes, and that those beside it find."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    path, done = shared / f"packaging-{name}", shared / f"packaging-{name}.done"
    with _locked(shared / f"packaging-{name}.lock"):
        if not done.exists():
            make(path)
            done.touch()
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
