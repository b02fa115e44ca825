"""Queries that nearly every call makes: written as SQL, prepared by the database, and read by the names of columns.

Django makes a query and its SQL anew each time, which takes several times as long as the database takes to answer.
Its own cursor also writes values into the SQL, so that the database would have to plan each one anew.
"""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from psycopg.rows import dict_row

Row = Mapping[str, Any]
M = TypeVar("M", bound=Model)


class ModelColumns(Generic[M]):
    """What a query reads of a table, which it calls `alias`: `sql` are the columns, each named `alias.column` in a row.

    Those `without` are read when somebody asks the model for them, as Django does it with what is deferred.
    """

    def __init__(self, model: type[M], alias: str, without: Collection[str] = ()) -> None:
        read = [field for field in model._meta.concrete_fields if field.attname not in without]
        self.sql = ", ".join(f'"{alias}"."{field.column}" AS "{alias}.{field.attname}"' for field in read)
        self._model = model
        self._key = f"{alias}.{model._meta.pk.attname}"
        self._names = [field.attname for field in read]
        self._read = [(f"{alias}.{field.attname}", getattr(field, "from_db_value", None)) for field in read]

    def model(self, row: Row) -> M:
        """Return a row as a model."""
        values = [convert(row[name], None, connection) if convert else row[name] for name, convert in self._read]
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)

    def model_or_none(self, row: Row) -> M | None:
        """Return the same, or None where an outer join found nothing."""
        return None if row[self._key] is None else self.model(row)


def rows(query: str, **given: Any) -> list[dict[str, Any]]:
    """Return the rows of a query, in which each value is named `%(name)s`. Raise DatabaseError."""
    with (
        connection.cursor() as held,
        connection.wrap_database_errors,
        psycopg.Cursor(held.connection, row_factory=dict_row) as cursor,
    ):
        return cursor.execute(query.encode(), given, prepare=True).fetchall()
