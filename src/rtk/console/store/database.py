"""Connections of our own to Django's database, for what Django's are too slow or too short-lived."""

from typing import Any

import psycopg
from django.db import connections

from rtk.console.database import BoundedAsyncConnection, statement_s

LONGEST_S = 10  # for what clients wait for, who send it again
_OURS = ("cursor_factory", "context", "pool", "prepare_threshold")


def parameters() -> dict[str, Any]:
    """What psycopg needs to connect to the database that Django is set up for."""
    given: dict[str, Any] = connections["default"].get_connection_params()
    return {key: value for key, value in given.items() if key not in _OURS}


async def connect() -> psycopg.AsyncConnection[Any]:
    """A connection that commits each statement unless a transaction is open, and waits for nothing for long."""
    return await BoundedAsyncConnection.limited(min(LONGEST_S, statement_s()), parameters())
