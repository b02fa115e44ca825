"""Django's database settings from a DATABASE_URL, and how long a console waits for its database.

A database may be slow, away, or silent: its machine stands still, or something between lets nothing through. Each has
a time limit: the server ends a statement that takes too long, the network ends a connection whose other end does not
acknowledge what it is sent, and whoever waits gives up a connection on which nothing comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any, Self

from psycopg import AsyncConnection, Connection, Cursor, Error, OperationalError
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from rtk.console import limits, options
from rtk.errors import BadInput
from rtk.figures import chosen_duration

CONNECT_S = 5
SILENT_S = 2.0  # on top of a statement's own limit, which the server keeps: after that nobody waits any more
POLL_S = 0.1  # how often whoever waits looks up
LOOP_S = 10.0  # the same in an event loop, which wakes whoever waits as soon as something comes
# Who does not acknowledge is gone after 25 s, also while nothing is asked; sockets of this machine have no such limits.
NETWORK = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def statement_s() -> int:
    """Seconds for one statement."""
    return options.limit(limits.DATABASE_SECONDS)


def limited(seconds: float) -> str:
    """The statements by which a connection's statements have a time limit; 0 lifts it."""
    milliseconds = round(1000 * seconds)
    return (
        f"SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds // 2}; "
        f"SET idle_in_transaction_session_timeout = {2 * milliseconds}"
    )


class BoundedConnection(Connection[Any]):
    """A connection of Django's, which waits for its database no longer than `patience` seconds; None has no limit."""

    patience: float | None = None

    @classmethod
    def connect(cls, conninfo: str = "", **given: Any) -> Self:
        """A connection with its limits."""
        made = super().connect(conninfo, **given)
        made.limit(statement_s())
        return made

    def limit(self, seconds: float) -> None:
        """Set the time limit of a statement; 0 lifts it."""
        self.patience = seconds + SILENT_S if seconds else None
        self.execute(limited(seconds))
        if not self.autocommit:
            self.commit()

    def execute(self, query: Any, params: Any = None, **more: Any) -> Cursor[Any]:
        """Execute a statement: the empty one, by which a pool asks whether a connection lives, only if need be.

        A server that has gone has closed its end, so that there is something to read. Of one that is silent the
        next statement tells.
        """
        if query == "" and not self.closed:
            look = poll()  # not select, which knows no descriptor above 1023
            look.register(self.pgconn.socket, POLLIN)
            if not look.poll(0):
                return self.cursor()
        return super().execute(query, params, **more)

    def wait(self, gen: PQGen[Any], interval: float = POLL_S, timeout: float | None = None) -> Any:
        """What comes of an operation. Raises OperationalError, and closes the connection, when nothing does in time."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except OperationalError as error:
            # Still at it: then it was not the server who ended it, and its answer must not be taken for the next.
            if timeout is None and self.info.transaction_status == TransactionStatus.ACTIVE:
                self.close()
                late = f"the database has not answered for {chosen_duration(self.patience or 0)}"
                raise OperationalError(late) from error
            raise


class BoundedAsyncConnection(AsyncConnection[Any]):
    """The same for what waits in the event loop."""

    patience: float | None = None

    @classmethod
    async def limited(cls, seconds: float, given: dict[str, Any]) -> Self:
        """A connection that commits each statement unless a transaction is open, with its limits."""
        made = await cls.connect(**given, autocommit=True)
        made.patience = seconds + SILENT_S
        try:
            await made.execute(limited(seconds))
        except BaseException:  # also when whoever waits leaves this very moment
            await made.close()
            raise
        return made

    async def wait(self, gen: PQGen[Any], interval: float = LOOP_S, timeout: float | None = None) -> Any:
        """What comes of an operation. Raises OperationalError, and closes the connection, when nothing does in time."""
        try:
            return await super().wait(gen, interval, self.patience if timeout is None else timeout)
        except OperationalError:
            if timeout is None and self.info.transaction_status == TransactionStatus.ACTIVE:
                await self.close()
                raise OperationalError(
                    f"the database has not answered for {chosen_duration(self.patience or 0)}"
                ) from None
            raise


@contextmanager
def unhurried(raw: Any, seconds: float = 0) -> Iterator[None]:
    """Give a connection of Django's another time limit for a while, or none, for what may take longer."""
    if not isinstance(raw, BoundedConnection):
        yield
        return
    raw.limit(seconds)
    try:
        yield
    finally:
        if not raw.closed:
            raw.limit(statement_s())


def from_url(url: str, connections: int) -> dict[str, Any]:
    """Django's settings of one database, with at most so many connections.

    An empty URL gives settings without a server: enough for what needs none. Raises BadInput for what is no URL of a
    PostgreSQL.
    """
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise BadInput("DATABASE_URL is not understood; expected postgresql://user:password@host/name")
    try:
        given = conninfo_to_dict(url)
    except Error as error:
        raise BadInput(f"DATABASE_URL is not understood: {str(error).strip()}") from None
    named = {_NAMES[key]: str(value) for key, value in given.items() if key in _NAMES}
    others = {key: value for key, value in given.items() if key not in _NAMES}
    network = {**NETWORK, "tcp_user_timeout": 1000 * statement_s(), "connect_timeout": CONNECT_S}
    pool = {"connection_class": BoundedConnection, "min_size": 1, "max_size": max(1, connections), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "rtk",
        **named,
        "CONN_HEALTH_CHECKS": True,  # a connection that died with its server is replaced, not handed out
        # From its second time on a statement is prepared: most that are asked here are asked again and again.
        "OPTIONS": {**network, **others, "pool": pool, "prepare_threshold": 1, "application_name": "rtk"},
    }
