"""Django's database settings from a DATABASE_URL."""

from typing import Any

from psycopg import Error
from psycopg.conninfo import conninfo_to_dict

from rtk.errors import BadInput

_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


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
    pool = {"min_size": 1, "max_size": max(1, connections), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "rtk",
        **named,
        "CONN_HEALTH_CHECKS": True,  # a connection that died with its server is replaced, not handed out
        "OPTIONS": {**others, "pool": pool, "prepare_threshold": 1, "application_name": "rtk"},
    }
