"""`rtk up`: everything that makes a console, begun in order and ended in the reverse.

The database is made and started while Django is imported; together they take most of the time to the first page.
"""

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from types import FrameType
from typing import Any, TypeVar

import psycopg

import rtk
from rtk.console import options
from rtk.console.cluster import CannotRunDatabase, first_line
from rtk.console.database import from_url
from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres
from rtk.console.safety import chosen, refuse_unsafe
from rtk.console.server import SIGNALS, Server, listen
from rtk.console.upkeep import Tending, started_again
from rtk.errors import BadInput

OLDEST_SERVER = 140000  # PostgreSQL 14, as its server_version_num
_TENDED_EVERY = 0.5  # seconds
LOOKED_AFTER = 10_000  # new objects: Python's own 700 are those of a few calls, and took a twentieth of their time

Say = Callable[[str], None]
T = TypeVar("T")


def up(place: DataDirectory, say: Say = print) -> None:
    """Run a console from `place` until SIGINT or SIGTERM; address and the rest come from the environment.

    Raises a ToolkitError, one sentence, for whatever keeps it from starting.
    """
    place.prepare()
    place.check_room()
    with place.alone(), _Ending() as ending:
        os.environ["RTK_SECRET_KEY"] = options.text("RTK_SECRET_KEY") or place.key()
        refuse_unsafe(chosen())
        with listen(options.text("RTK_HOST"), options.number("RTK_PORT")) as bound:
            os.environ["RTK_PORT"] = str(bound.getsockname()[1])
            check_settings()
            _serve(place, bound, say, ending)


def _serve(place: DataDirectory, bound: socket.socket, say: Say, ending: "_Ending") -> None:
    with database(place, _application) as application:
        from rtk.console import inside

        url, link = inside.public_url(), inside.first_link()
        lines = [f"The console is at {url}", f"Its data is in {place.path}"]
        if link:
            lines += ["", "Nobody has signed up yet. The first user, who will own it, does so at", f"  {link}"]
        own = bool(options.text("DATABASE_URL"))
        state = {"own": own, "pid": os.getpid(), "url": url, "port": bound.getsockname()[1], "version": rtk.__version__}

        def ready() -> None:
            place.tell(**state, lines=lines, started=datetime.now(UTC).isoformat(timespec="seconds"))
            say("\n".join(lines))

        with inside.log_written_beside(place.log):
            Server(application, ready, ending.check, application.leave, around=application.logged).run([bound])


def check_settings() -> None:
    """Read every setting, before anything is made or started. Raises BadInput for one that cannot be."""
    import_module("rtk.console.settings")


@contextmanager
def database(place: DataDirectory, begin: Callable[[], T]) -> Iterator[T]:
    """The database that DATABASE_URL names, else the one in `place`, with the tables of this release; yields `begin()`.

    `begin`, which imports Django, is called while the database starts. Raises CannotRunDatabase or BadInput.
    """
    with ExitStack() as at_the_end:
        if url := options.text("DATABASE_URL"):
            check_own(url)
            begun = begin()
            _used(at_the_end, None)
        else:
            postgres = Postgres(place.path)
            at_the_end.callback(postgres.stop)
            with ThreadPoolExecutor(1, "database") as pool:
                starting = pool.submit(postgres.start)
                begun = begin()
                starting.result()
            _used(at_the_end, postgres)
            at_the_end.enter_context(_tended(postgres))
        yield begun


def _used(at_the_end: ExitStack, postgres: Postgres | None) -> None:
    """Let Django use a database, ours or the one that it knows of, and bring the tables up to date."""
    from rtk.console import inside

    if postgres is not None:
        inside.point_at(postgres)
    at_the_end.callback(inside.close_connections)
    inside.migrate()
    if postgres is None:
        inside.withdraw()
    else:
        inside.work_apart(postgres)


def check_own(url: str) -> None:
    """Raise unless a PostgreSQL that is new enough answers there: CannotRunDatabase or BadInput."""
    from_url(url, 1)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.Error as error:
        raise CannotRunDatabase(f"the PostgreSQL of DATABASE_URL cannot be used: {first_line(error)}") from None
    if version < OLDEST_SERVER:
        raise BadInput(f"the PostgreSQL of DATABASE_URL is version {version // 10000}; expected 14 or newer")
    if encoding != "UTF8":
        raise BadInput(f"the database of DATABASE_URL has the encoding {encoding}; expected UTF8, which takes any text")


def _application() -> Any:
    # What is imported stays: looking for garbage in it took a sixth of the time, and would at each later look.
    gc.disable()
    try:
        from django.urls import get_resolver

        from rtk.console import inside  # noqa: F401 - what is done next needs it
        from rtk.console.asgi import application

        assert get_resolver().url_patterns  # imported now, while the database starts, and not by the first request
        return application
    finally:
        gc.freeze()
        gc.set_threshold(LOOKED_AFTER)
        gc.enable()


@contextmanager
def _tended(postgres: Postgres) -> Iterator[None]:
    """Start the database again whenever it died; the console answers 503 meanwhile."""

    def tend() -> None:
        if postgres.running() is None:
            with suppress(CannotRunDatabase):  # tried again in a moment
                if postgres.start():
                    started_again()

    tending = Tending("database", tend, _TENDED_EVERY)
    tending.begin()
    try:
        yield
    finally:
        tending.end()  # else it could start what is stopped next


class _Ending:
    """While it starts, SIGTERM ends it as Ctrl-C does, so that the database is stopped; no signal is lost.

    An interruption in the wrong moment, such as in a destructor, is dropped by Python, and one in a library may come
    out as another error: so that it came is kept as well.
    """

    def __init__(self) -> None:
        self.told = False
        self._before = {each: signal.signal(each, self._interrupt) for each in SIGNALS}

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.told = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was told to end."""
        if self.told:
            raise KeyboardInterrupt

    def __enter__(self) -> "_Ending":
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        self.check()
