"""Queries that nearly every call makes: written as SQL, prepared by the database, and read by the names of columns.

Django makes a query and its SQL anew each time, which takes several times as long as the database takes to answer.
Its own cursor also writes values into the SQL, so that the database would have to plan each one anew. What is found
comes in PostgreSQL's binary form: to read moments and ids of their text took longer than all else of a page of runs.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import JSONField, Model
from psycopg.rows import BaseRowFactory, RowMaker, args_row

Row = Mapping[str, Any]
M = TypeVar("M", bound=Model)
T = TypeVar("T")
_NAMED = re.compile(r"%\((\w+)\)s")


class ModelColumns(Generic[M]):
    """What a query reads of a table, which it calls `alias`: `sql` are the columns, each named `alias.column` in a row.

    Those `without` are read when somebody asks the model for them, as Django does it with what is deferred.
    """

    def __init__(self, model: type[M], alias: str, without: Collection[str] = ()) -> None:
        read = [field for field in model._meta.concrete_fields if field.attname not in without]
        self.sql = ", ".join(  # JSON as text, of which its converter makes a value
            f'"{alias}"."{each.column}"{"::text" if isinstance(each, JSONField) else ""} AS "{alias}.{each.attname}"'
            for each in read
        )
        self._model = model
        self._key = f"{alias}.{model._meta.pk.attname}"
        self._names = [field.attname for field in read]
        self._read = [(f"{alias}.{field.attname}", _converter(field)) for field in read]

    def model(self, row: Row) -> M:
        """Return a row as a model."""
        values = [convert(row[name]) if convert else row[name] for name, convert in self._read]
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)

    def model_or_none(self, row: Row) -> M | None:
        """Return the same, or None where an outer join found nothing."""
        return None if row[self._key] is None else self.model(row)


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """What makes a value of what the database holds, where it is not the value itself."""
    if isinstance(field, JSONField):
        # As Django does, in a fifth of the time.
        return lambda held: None if held is None else msgspec.json.decode(held)
    convert = getattr(field, "from_db_value", None)
    return (lambda held: convert(held, None, connection)) if convert else None


def rows(query: str, **given: Any) -> list[dict[str, Any]]:
    """Return the rows of a query, in which each value is named `%(name)s`. Raise DatabaseError."""
    return _fetched(query, given, _prepared(query).rows)


def made(make: Callable[..., T], query: str, **given: Any) -> list[T]:
    """Return what is made of each row: `make` is called with the values of its columns. Raise DatabaseError."""
    return _fetched(query, given, args_row(make))


def _fetched(query: str, given: Mapping[str, Any], factory: "BaseRowFactory[T]") -> list[T]:
    numbered, names, _ = _prepared(query)
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection, row_factory=factory) as cursor:
        return cursor.execute(numbered, [given[name] for name in names], prepare=True, binary=True).fetchall()


class NamedRows:
    """Makes rows of a query's values, by names that are read of its first result only."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()

    def __call__(self, cursor: Any) -> "RowMaker[dict[str, Any]]":
        """Return what makes a row, as psycopg asks for it at each result."""
        if not self._names:
            self._names = tuple(column.name for column in cursor.description or ())
        names = self._names
        return lambda values: dict(zip(names, values, strict=True))


class PreparedQuery(NamedTuple):
    """A query with numbers in place of names, as PostgreSQL has them, the names in that order, and its rows."""

    numbered: bytes
    names: list[str]
    rows: NamedRows


@cache  # queries are constants: only values differ, and the columns are always the same
def _prepared(query: str) -> PreparedQuery:
    names = list(dict.fromkeys(_NAMED.findall(query)))
    numbered = _NAMED.sub(lambda named: f"${names.index(named[1]) + 1}", query).encode()
    return PreparedQuery(numbered, names, NamedRows())
