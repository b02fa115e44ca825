"""What tests of several parts share: the real command, in a home of its own."""

import gc
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from rtk.log import OURS, ToToolkit, join_toolkit
from tests.databases import committed, django_db_setup, postgres
from tests.leftovers import marked, pytest_configure
from tests.publish.forked import end_forks, forks
from tests.targets import Target, noted, serving

with warnings.catch_warnings():  # the Chaos Toolkit imports a module that a library of its own has moved
    warnings.simplefilter("ignore", DeprecationWarning)
    import chaoslib.log  # noqa: F401 - so that importing it later warns no more

# Where Python is to write no bytecode, each worker would rewrite the assertions of all tests, which takes half of what
# collecting them takes: what one has compiled the others load. What tests start keeps to the environment.
sys.dont_write_bytecode = False

# A shell may ignore these for what it puts in the background, and commands that tests start would inherit that.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTSTP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

settings.register_profile("patient", deadline=None)  # a slow machine is no failure of a property
settings.register_profile(  # one mutant of many: that it is noticed counts, and not by how short an example
    "quick", deadline=None, max_examples=15, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[Any]:
    """Look for no rubbish among what stays: thousands of tests, and the modules that they import."""
    gc.disable()
    logging.getLogger("rtk.console.access").setLevel(logging.CRITICAL)  # consoles inside a worker would fill its output
    try:
        import_from_elsewhere(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_sessionfinish() -> None:
    """End what all tests shared, before somebody looks what they left behind."""
    end_forks()


def import_from_elsewhere(config: pytest.Config) -> None:
    """Import whole directories of tests, each worker from a place of its own on: what one compiled another only loads.

    In step each of them would compile all of it. What cannot be imported is left to pytest to tell.
    """
    worker, workers = (os.environ.get(f"PYTEST_XDIST_WORKER{what}", "") for what in ("", "_COUNT"))
    if not worker:
        return
    names = [name for argument in config.args for name in modules_below(config.rootpath, argument)]
    begin = len(names) * int(worker.removeprefix("gw")) // int(workers)
    for name in [*names[begin:], *names[:begin]]:
        with suppress(Exception, pytest.fail.Exception, pytest.skip.Exception):
            import_module(name)


def modules_below(root: Path, directory: str) -> list[str]:
    """The test modules of a directory, in order; none of a single file."""
    found = sorted((root / directory).rglob("test_*.py"))
    return [".".join(path.relative_to(root).with_suffix("").parts) for path in found if path.is_relative_to(root)]


# The first once for all parts: each has the same tables.
__all__ = ["committed", "django_db_setup", "postgres", "pytest_configure"]
ROOT = Path(__file__).parents[1]
CHAOS = Path(sys.executable).with_name("chaos")
SHORT = ("--every", "50ms", "--for", "400ms", "--target", "50%")
LONG = ("--every", "100ms", "--for", "60s", "--target", "50%")


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    """Take our loggers out of the Chaos Toolkit's log again, which a command of a process of its own need not do."""
    yield
    for name in OURS:
        logger = logging.getLogger(name)
        if not logger.propagate:
            logger.propagate = True
            logger.setLevel(logging.NOTSET)
            for handler in [each for each in logger.handlers if isinstance(each, ToToolkit)]:
                logger.removeHandler(handler)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the Chaos Toolkit's logger writes."""
    logger = logging.getLogger("chaostoolkit")
    before, level, text = logger.handlers[:], logger.level, io.StringIO()
    logger.handlers[:] = [logging.StreamHandler(text)]
    logger.setLevel(logging.DEBUG)
    join_toolkit()
    yield text
    logger.handlers[:] = before
    logger.setLevel(level)


@dataclass
class Home:
    """A directory in which the real command runs, with nothing of the machine's own in sight."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> str:
        """Where the activities write what they did."""
        return str(self.path / "notes")

    def env(self) -> dict[str, str]:
        """The command's environment."""
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path / "home"),
            "XDG_STATE_HOME": str(self.path / "state"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "LANG": "C.UTF-8",
            **self.environ,
        }
        return marked(own)

    def write(self, name: str, document: Any) -> str:
        """Write an experiment; its path."""
        path = self.path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    def command(self, *arguments: str, flags: tuple[str, ...] = ()) -> list[str]:
        """The command line of `chaos verify`."""
        return [
            str(CHAOS),
            "--no-version-check",
            "--no-log-file",
            *flags,
            "verify",
            "--journal-path",
            str(self.path / "journal.json"),
            *arguments,
        ]

    def start(self, *arguments: str, **more: Any) -> "subprocess.Popen[str]":
        """Start `chaos verify`."""
        (self.path / "home").mkdir(exist_ok=True)
        flags = more.pop("flags", ())
        return subprocess.Popen(
            more.pop("before", []) + self.command(*arguments, flags=flags),
            cwd=self.path,
            env=self.env(),
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **more,
        )

    def verify(self, *arguments: str, **more: Any) -> "Ended":
        """Run `chaos verify` to its end."""
        began = time.monotonic()
        with self.start(*arguments, **more) as process:
            out, _ = process.communicate(timeout=120)
        return Ended(self, process.returncode, out, time.monotonic() - began)

    def played(self, *arguments: str) -> "Ended":
        """Run it to its end in a fork of a process that has imported everything, which starting takes most of.

        Locale and the like are that process's: whoever tries what depends on them starts one with `verify`.
        """
        began = time.monotonic()
        (self.path / "home").mkdir(exist_ok=True)
        with forks().start(self.command(*arguments)[1:], self.env(), self.path, session=False) as process:
            out = process.communicate(timeout=120)
        assert process.returncode is not None
        return Ended(self, process.returncode, out, time.monotonic() - began)

    def records(self) -> list[Path]:
        """The run records."""
        return sorted((self.path / "state" / "rtk" / "runs").glob("*.record"))

    def journal(self) -> dict[str, Any]:
        """The journal."""
        found: dict[str, Any] = json.loads((self.path / "journal.json").read_text())
        return found

    def wait_for(self, text: str, timeout: float = 60.0) -> None:
        """Wait until an activity has noted the text."""
        until = time.monotonic() + timeout
        while text not in noted(self.notes):
            assert time.monotonic() < until, f"{text} was never noted: {noted(self.notes)}"
            time.sleep(0.02)


@dataclass
class Ended:
    """A command that has ended."""

    home: Home
    code: int
    out: str
    took: float

    @property
    def notes(self) -> list[str]:
        return noted(self.home.notes)


def python(func: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "python", "module": "tests.targets", "func": func, "arguments": arguments}


def shell(script: str, **more: Any) -> dict[str, Any]:
    return {"type": "process", "path": "sh", "arguments": ["-c", script], **more}


def activity(name: str, provider: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "action", "name": name, "provider": provider, **more}


def probing(provider: dict[str, Any], tolerance: Any = True, **more: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "probe", "provider": provider, "tolerance": tolerance, **more}


def experiment(
    home: Home,
    probe: dict[str, Any] | None = None,
    method: list[dict[str, Any]] | None = None,
    rollbacks: list[dict[str, Any]] | None = None,
    **more: Any,
) -> str:
    """An experiment that notes what it does: `burn`, then `undo`."""
    document = {
        "title": "Notes are taken",
        "description": "By every activity.",
        "steady-state-hypothesis": {"title": "It is steady", "probes": [probe or probing(python("one"), 1)]},
        "method": [noting(home, "burn")] if method is None else method,
        "rollbacks": [noting(home, "undo")] if rollbacks is None else rollbacks,
        **more,
    }
    return home.write("experiment.json", document)


def noting(home: Home, text: str, **arguments: Any) -> dict[str, Any]:
    return activity(text, python("note", path=home.notes, text=text, **arguments))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the real command."""
    return Home(tmp_path)


@pytest.fixture
def target() -> Iterator[Callable[[Callable[[int], float]], Target]]:
    """Makes a target that takes, for its n-th request, so many seconds."""
    at_work = []

    def make(takes: Callable[[int], float]) -> Target:
        manager = serving(Target(takes))
        at_work.append(manager)
        return manager.__enter__()

    yield make
    for manager in at_work:
        manager.__exit__(None, None, None)
