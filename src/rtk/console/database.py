"""Django's database settings from a DATABASE_URL."""

from select import POLLIN, poll
from typing import Any

from psycopg import Connection, Cursor, Error
from psycopg.conninfo import conninfo_to_dict

from rtk.errors import BadInput

_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


class Watched(Connection[Any]):
    """A connection whose empty statement, by which a pool sees whether it lives, asks the server only if need be.

    A server that is gone has closed its end, so that there is something to read. To ask the server before every request
    took an eighth of the time of a short one.
    """

    def execute(self, query: Any, *given: Any, **more: Any) -> Cursor[Any]:
        """Execute a statement."""
        if query == "" and not self.closed and not _readable(self.pgconn.socket):
            return self.cursor()
        return super().execute(query, *given, **more)


def _readable(socket: int) -> bool:
    look = poll()
    look.register(socket, POLLIN)
    return bool(look.poll(0))


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
    pool = {"connection_class": Watched, "min_size": 1, "max_size": max(1, connections), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "rtk",
        **named,
        "CONN_HEALTH_CHECKS": True,  # a connection that died with its server is replaced, not handed out
        "OPTIONS": {**others, "pool": pool, "prepare_threshold": 1, "application_name": "rtk"},
    }
