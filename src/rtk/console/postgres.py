"""The PostgreSQL that comes along: made, started, found again and stopped by us.

It listens on no port. Its socket is in a directory that only its user may enter, and only that user, the one who
started it and root are let in. The package's own starter is not used: it takes any process with the right pid for its
server, ends processes that are not, and as root makes users and opens directories to others.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rtk.console import cluster
from rtk.console.binaries import reachable
from rtk.console.cluster import DATABASE, USER, CannotRunDatabase
from rtk.console.owner import Owner, owner_of
from rtk.console.place import private
from rtk.console.postmaster import Postmaster, children_in, is_in_the_way, postmaster
from rtk.errors import BadInput

if TYPE_CHECKING:
    import psycopg

PORT = "5432"  # of no network: it names the socket
SETTINGS = {
    "port": PORT,
    "listen_addresses": "",
    "unix_socket_permissions": "0700",  # for its own user alone
    "shared_buffers": "128MB",
    "max_connections": "60",
    "io_method": "sync",
    "wal_level": "minimal",  # nobody copies this cluster: a backup is made by pg_dump
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",  # else a process waits for subscriptions
    "log_checkpoints": "off",
    "timezone": "UTC",
}
START_LIMIT = 120.0  # seconds: long enough to recover from a crash
STOP_LIMIT = 20.0  # seconds
DYING_LIMIT = 10.0  # seconds
LONGEST_SOCKET_DIRECTORY = 85  # bytes; with the socket's name below 104, the least that a system allows
_POLL = 0.005


class Postgres:
    """One database cluster in `place`, which is made if it is not there. `settings` come on top of SETTINGS."""

    def __init__(self, place: Path, settings: Mapping[str, str] | None = None) -> None:
        self.place = place.resolve()
        self.data = self.place / "database"
        self.log = self.place / "database.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._elsewhere: Path | None = None  # the socket's directory, where the cluster's own path is too long

    def start(self) -> bool:
        """Make what is not there and start it, unless it runs. Returns once it takes connections.

        True when it was started here, false when it ran already. Raises CannotRunDatabase or BadInput.
        """
        from psycopg import OperationalError
        from psycopg.errors import DuplicateDatabase

        owner = self._prepare()
        begun, end = False, time.monotonic() + DYING_LIMIT
        while True:
            begun = self._ready(owner) or begun
            try:
                with self.connect("postgres") as connection:
                    there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                    if not there:
                        with suppress(DuplicateDatabase):  # two may have seen that it was not there
                            connection.execute(f"CREATE DATABASE {DATABASE}")
            except OperationalError as error:
                # One that was just killed looks as if it ran until it is gone: it is looked at again.
                if time.monotonic() > end:
                    raise CannotRunDatabase(f"PostgreSQL does not answer: {cluster.first_line(error)}") from None
                time.sleep(_POLL)
            else:
                return begun

    def _ready(self, owner: Owner) -> bool:
        """Start it unless it runs, and wait until it is ready; whether it was started."""
        try:
            # Only one process at a time makes, starts or judges this cluster.
            with open(self.place / "database.lock", "w", opener=private) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if self._settled():
                    return False
                if not (self.data / "PG_VERSION").exists():
                    cluster.make(self.data, self._programs, owner)
                cluster.check(self.data, self._programs)
                cluster.admit(self.data, owner)
                self._forget_the_dead()
                self._launch(owner)
                if not self._settled():
                    raise CannotRunDatabase(f"PostgreSQL does not start: {self._last_words()}")
        except OSError as error:  # not even looked at, as when no more files may be opened
            raise CannotRunDatabase(f"PostgreSQL in {str(self.data)!r} cannot be started: {error.strerror}") from None
        return True

    def running(self) -> Postmaster | None:
        """The running server, whoever started it; None when there is none."""
        if self._process is not None:
            self._process.poll()  # a child that ended is reaped here: else it would stay as a zombie
        return postmaster(self.data)

    def stop(self) -> None:
        """Stop it, whoever started it, and return once it is gone: connections are closed, nothing is lost."""
        found = self.running()
        # To PostgreSQL, SIGINT is to end in order without waiting for anybody. SIGQUIT is to end at once: the next
        # start recovers what is durable.
        for way in (signal.SIGINT, signal.SIGQUIT):
            pid = self._pid()
            if pid is None:
                break
            with suppress(ProcessLookupError):
                os.kill(pid, way)
            self._until(lambda: self._pid() is None, STOP_LIMIT)
        if self._pid() is not None:
            raise CannotRunDatabase(f"PostgreSQL in {str(self.data)!r} does not stop; see {str(self.log)!r}")
        if found is None or not found.socket:
            return
        directory = Path(found.socket)
        if directory.name.startswith("rtk-") and not directory.is_relative_to(self.place):  # made for its socket alone
            with suppress(OSError):
                directory.rmdir()

    def _pid(self) -> int | None:
        """The server's process: our child also before it has written its file, and until it is reaped."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        found = self.running()
        return found.pid if found else None

    @property
    def socket(self) -> str:
        """The directory of the running server's socket. Raises CannotRunDatabase when none runs."""
        found = self.running()
        if found is None or not found.ready:
            raise CannotRunDatabase(f"no PostgreSQL runs in {str(self.data)!r}")
        return found.socket

    def django(self) -> dict[str, str]:
        """What Django's database settings must say to reach it."""
        return {"HOST": self.socket, "PORT": PORT, "NAME": DATABASE, "USER": USER, "PASSWORD": ""}

    def url(self) -> str:
        """The same as a DATABASE_URL."""
        return f"postgresql://{USER}@/{DATABASE}?host={quote(self.socket, safe='')}&port={PORT}"

    def connect(self, database: str = DATABASE, user: str = USER) -> "psycopg.Connection[Any]":
        """A connection of its own, committing each statement."""
        import psycopg  # here, so that commands that connect to nothing start sooner

        return psycopg.connect(host=self.socket, port=PORT, user=user, dbname=database, autocommit=True)

    def let_in(self, user: str) -> None:
        """Let a role in also where the server was started by an older release, which did not know it."""
        from psycopg import OperationalError

        if user in (self.data / "pg_hba.conf").read_text():
            return
        cluster.admit(self.data, owner_of(self.place))
        with self.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")

        def enters() -> bool:
            with suppress(OperationalError):
                self.connect(user=user).close()
                return True
            return False

        if not self._until(enters, DYING_LIMIT):
            raise CannotRunDatabase(f"PostgreSQL does not let in its role {user}; see {str(self.log)!r}")

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs, such as pg_dump."""
        return reachable(self.place, owner_of(self.place)) / "bin" / name

    def _prepare(self) -> Owner:
        try:
            # Root's own is passed through by the database's user, who may not list it; nobody else's is.
            self.place.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
            owner = owner_of(self.place)
            self._programs = reachable(self.place, owner)
        except OSError as error:
            raise BadInput(f"cannot use the data directory {str(self.place)!r}: {error.strerror}") from None
        return owner

    def _forget_the_dead(self) -> None:
        """Remove the files of a server that is gone where they would keep PostgreSQL from starting.

        Not while anything of that server still works in the directory: two at once would destroy it.
        """
        if not self._until(lambda: not children_in(self.data), STOP_LIMIT):
            raise CannotRunDatabase(f"parts of a PostgreSQL that died still work in {str(self.data)!r}; end them first")
        for lock in (self.data / "postmaster.pid", self.place / "socket" / f".s.PGSQL.{PORT}.lock"):
            if is_in_the_way(lock, self.data):
                lock.unlink(missing_ok=True)

    def _launch(self, owner: Owner) -> None:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        socket = self._elsewhere or self.place / "socket"  # the same at each start
        needs_quoting = set(str(socket)) & set(',"\\')
        if needs_quoting or len(os.fsencode(socket)) > LONGEST_SOCKET_DIRECTORY:
            socket = self._elsewhere = Path(tempfile.mkdtemp(prefix="rtk-"))
        socket.mkdir(exist_ok=True)
        socket.chmod(0o700)
        owner.give(socket)
        settings = {**self._settings, "unix_socket_directories": f'"{socket}"'}
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.log, "wb", opener=private) as log:
            self._process = subprocess.Popen(
                [self._programs / "bin" / "postgres", "-D", self.data, *given],
                cwd=self.place,
                # PGDATA and the like, which somebody has for a PostgreSQL of theirs, must not lead it there.
                env={key: value for key, value in os.environ.items() if not key.startswith("PG")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the console, which then stops it in order
                **owner.options(),
            )

    def _settled(self) -> bool:
        """Whether it runs, told once it takes connections or is gone. Raises CannotRunDatabase when it is neither."""

        def settled() -> bool:
            found = self.running()
            begins = self._process is not None and self._process.poll() is None
            return found.ready if found else not begins

        if not self._until(settled, START_LIMIT):
            raise CannotRunDatabase(f"PostgreSQL does not start: {self._last_words()}")
        return self.running() is not None

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "could not" in line]
        return fatal[-1].split(":  ", 1)[-1] if fatal else f"see {str(self.log)!r}"

    def _until(self, done: Any, limit: float) -> bool:
        """Whether `done` came true within `limit` seconds."""
        end = time.monotonic() + limit
        while not (come := done()) and time.monotonic() < end:
            time.sleep(_POLL)
        return bool(come)
