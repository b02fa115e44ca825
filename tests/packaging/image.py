"""An image as its Dockerfile describes it, and a container of it, played by bubblewrap where no engine is needed.

The last stage of the Dockerfile says which files are where, the environment, the user and the command. The container
has these, a root file system that nobody can write to, a temporary directory, a volume, no capability, and process
numbers of its own.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.packaging.installed import ROOT, Installed

BUBBLEWRAP = shutil.which("bwrap")
Instruction = tuple[str, str]


@dataclass(frozen=True)
class Image:
    """What a Dockerfile says about the image that it makes."""

    stages: tuple[tuple[Instruction, ...], ...]

    @property
    def last(self) -> tuple[Instruction, ...]:
        return self.stages[-1]

    def one(self, name: str) -> str:
        """The arguments of an instruction that the last stage has once."""
        (found,) = self.all(name)
        return found

    def all(self, name: str) -> list[str]:
        return [text for each, text in self.last if each == name]

    def words(self, name: str) -> list[str]:
        """The words of an instruction in exec form."""
        found: list[str] = json.loads(self.one(name))
        return found

    @property
    def environ(self) -> dict[str, str]:
        return dict(word.split("=", 1) for text in self.all("ENV") for word in shlex.split(text))

    @property
    def copied(self) -> dict[str, str]:
        """Where in the image the files of the checkout are, by where they are in it."""
        copies = [shlex.split(text) for text in self.all("COPY")]
        return {words[-1]: words[-2] for words in copies if not any(word.startswith("--from") for word in words)}

    @property
    def health(self) -> list[str]:
        """The command that tells how a container is."""
        found: list[str] = json.loads(self.one("HEALTHCHECK").partition("CMD ")[2])
        return found


@cache
def image(name: str) -> Image:
    """What deploy/<name>/Dockerfile describes."""
    text = (ROOT / "deploy" / name / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    given = [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]
    stages: list[list[Instruction]] = []
    for instruction, arguments in given:
        if instruction == "FROM":
            stages.append([])
        stages[-1].append((instruction, arguments))
    return Image(tuple(map(tuple, stages)))


@dataclass
class Container:
    """A running container: bubblewrap, and what is its first process as seen from outside."""

    process: "subprocess.Popen[str]"
    first: int
    environ: dict[str, str]

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in it beside the others, as `docker exec` does."""
        beside = ["nsenter", "--target", str(self.first), "--user", "--mount", "--pid", "--ipc"]
        return subprocess.run(
            [*beside, "--preserve-credentials", "--wdns=/", *words],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def signal(self, number: signal.Signals) -> None:
        """What `docker stop` does: tell the first process."""
        os.kill(self.first, number)

    def ended(self, limit: float = 60) -> tuple[int, str]:
        """Its exit code, and all it said."""
        said, _ = self.process.communicate(timeout=limit)
        return self.process.returncode, said


def can_contain() -> str:
    """Why no container can be played here; empty where it can."""
    if BUBBLEWRAP is None:
        return "bubblewrap is not installed"
    files = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    tried = subprocess.run(
        [BUBBLEWRAP, *_fence(12345), *files, "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"bubblewrap: {tried.stderr.strip()}" if tried.returncode else ""


@contextmanager
def container(
    of: Image, within: Installed, volume: Path, uid: int, words: list[str], **environ: str
) -> Iterator[Container]:
    """A container that runs `words` as a user without rights; what is left of it at the end is killed."""
    assert BUBBLEWRAP is not None
    with tempfile.TemporaryFile("w+") as told:
        arguments = [BUBBLEWRAP, *_fence(uid), *_files(of, within, volume), "--info-fd", str(told.fileno()), *words]
        process = subprocess.Popen(
            arguments,
            env=_variables(of, environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[told.fileno()],
        )
        try:
            first = _first(process, Path(f"/proc/{os.getpid()}/fd/{told.fileno()}"))
            yield Container(process, first, _variables(of, environ))
        finally:
            process.kill()
            process.communicate()


def _fence(uid: int) -> list[str]:
    who = ["--unshare-user", "--uid", str(uid), "--gid", str(uid), "--cap-drop", "ALL"]
    return [*who, "--unshare-pid", "--unshare-ipc", "--as-pid-1", "--die-with-parent", "--new-session"]


def _files(of: Image, within: Installed, volume: Path) -> list[str]:
    """The root of the image: the system, the Python, the environment at its place, what is copied, and the volume."""
    system = [word for name in ("bin", "lib", "lib64", "sbin") for word in ("--symlink", f"usr/{name}", f"/{name}")]
    names = volume.parent / "passwd"
    names.write_text("root:x:0:0:root:/:/bin/sh\nrtk:x:10001:10001::/data:/usr/sbin/nologin\n")
    words = ["--ro-bind", "/usr", "/usr", *system, "--ro-bind", "/etc", "/etc", "--ro-bind", str(names), "/etc/passwd"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for needed in (Path(sys.base_prefix).resolve(), within.path):
        if not needed.is_relative_to("/usr"):
            words += ["--ro-bind", str(needed), str(needed)]
    words += ["--symlink", str(within.path), "/opt/rtk"]
    for there, here in of.copied.items():
        words += ["--ro-bind", str(ROOT / here), there]
    where = of.one("VOLUME")
    return [*words, "--bind", str(volume), where, "--remount-ro", "/", "--chdir", of.one("WORKDIR")]


def _variables(of: Image, environ: dict[str, str]) -> dict[str, str]:
    given = {**of.environ, **environ}
    return {**given, "PATH": given["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")}


def _first(process: "subprocess.Popen[str]", told: Path) -> int:
    while not (text := told.read_text()).rstrip().endswith("}"):
        assert process.poll() is None, process.communicate()[0]
    return int(json.loads(text)["child-pid"])
