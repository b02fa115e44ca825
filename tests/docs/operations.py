"""What the pages about running a console are played with: a home that a database's user may enter, a port, a server."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rtk.console.binaries import installed, reachable
from rtk.console.owner import owner_of
from tests import clusters
from tests.console.conftest import place
from tests.docs.pages import DOCS, Block, blocks, said
from tests.docs.session import Session
from tests.docs.test_commands import follow

PATIENCE_S = 60.0
DATA = ".local/share/rtk"


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True)
class Player:
    """Plays the blocks of a page whose comment says that `by` plays them.

    `instead` has what stands in for words of the page, such as another port, in commands and in what they print.
    """

    by: str
    session: Session
    instead: Mapping[str, str]

    def play(self, page: str, *sections: str) -> int:
        """Play a page from its beginning to its end, or these sections of it; how many blocks were played."""
        played = 0
        within = {line for each in sections for line in _lines(DOCS / page, each)}
        for block in blocks(DOCS / page):
            if within and block.line not in within:
                continue
            if block.title:
                path = self.session.directory / block.title
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.ours(block.text))
            elif block.language == "console" and (words := self._meant(block)) is not None:
                follow(DOCS / page, replace(block, text=self.ours(block.text), said=words), self.session)
                played += 1
        return played

    def _meant(self, block: Block) -> tuple[str, ...] | None:
        """What a comment says after `skip NAME plays it`; None where it is not for us."""
        if not block.skipped:
            return ()
        reason, _, more = block.said[0].partition("; ")
        return said(more) if reason == f"skip {self.by} plays it" else None

    def ours(self, text: str) -> str:
        """A text of the page with what stands in for its words."""
        return re.sub("|".join(map(re.escape, self.instead)), lambda found: self.instead[found[0]], text)


def _lines(page: Path, section: str) -> range:
    """The lines of a section, by its heading."""
    lines = page.read_text().splitlines()
    begins = lines.index(f"## {section}") + 1
    ends = (number for number, line in enumerate(lines, 1) if number > begins and line.startswith("## "))
    return range(begins, next(ends, len(lines) + 1))


@contextmanager
def player(by: str, instead: Mapping[str, str] | None = None, new: bool = False, /, **environ: str) -> Iterator[Player]:
    """A shell in a home of its own, where the console of a page has its data and a port; it is ended afterwards.

    Where the console is not `new`, it has a database, in which nothing is.
    """
    with place() as name:
        home, port, second = Path(name), free_port(), free_port()
        if not new:
            clusters.give(home / DATA)
        programs = f"{installed() / 'bin'}"
        environ = {"RTK_DATA": str(home / DATA), "RTK_PORT": str(port), **environ}
        ours = {
            **(instead or {}),
            ":8000": f":{port}",
            "port 8000": f"port {port}",
            "8001": str(second),
        }
        with Session(home, **environ) as session:
            session.run(f"export PATH={programs}:$PATH")
            try:
                yield Player(by, session, ours)
            finally:
                for data in (DATA, "second"):
                    session.run(f"rtk down --data {data}")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of one's own: superuser `postgres` by its socket, everybody else by password."""

    directory: Path
    port: int

    @property
    def superuser(self) -> str:
        """What `psql` needs to come in as its superuser."""
        return f"--host={self.directory} --port={self.port} --username=postgres"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def server() -> Iterator[Server]:
    """Such a server, made of the programs that come along and as bare as `initdb` makes it."""
    with place() as name:
        directory, port = Path(name), free_port()
        owner = owner_of(directory)
        owner.give(directory)
        programs, data = reachable(directory, owner) / "bin", str(directory / "cluster")
        make = [str(programs / "initdb"), "-D", data, "--no-sync", "--username=postgres", "--auth-local=trust"]
        as_owner = owner.options()
        subprocess.run([*make, "--auth-host=scram-sha-256"], check=True, capture_output=True, cwd=name, **as_owner)
        settings = {"port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": name, "fsync": "off"}
        given = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        command = [str(programs / "postgres"), "-D", data, *given]
        with subprocess.Popen(command, cwd=name, stderr=subprocess.DEVNULL, **as_owner) as process:
            try:
                _until_ready(programs / "pg_isready", directory, port)
                yield Server(directory, port)
            finally:
                process.terminate()


def _until_ready(program: Path, directory: Path, port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while subprocess.run([program, "-q", "-h", directory, "-p", str(port)], check=False).returncode:
        assert time.monotonic() < end, "PostgreSQL does not start"
        time.sleep(0.05)
