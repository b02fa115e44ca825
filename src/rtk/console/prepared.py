"""Queries that every call makes: written in Django's words, put into SQL once, and prepared by the database.

To make a query and its SQL anew takes Django several times as long as the database takes to answer it, and planning
it anew as long again. A prepared query is made once, with examples in place of what is given later.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet
from django.db.models import query as of_django

Rows = Iterable[Any]


class Prepared:
    """A query made by `build` from `examples`, each a value that stands for nothing else in it."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **examples: Any) -> None:
        self._build = build
        self._examples = examples

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for what is given: of a query for values."""
        return [tuple(row) for row in self._fetched(given)]

    def models(self, **given: Any) -> list[Any]:
        """The models for what is given, with those that the query selects along and its annotations."""
        return [self._made.model(row) for row in self._fetched(given)]

    def first(self, **given: Any) -> Any:
        """The first of these models, or None."""
        return next(iter(self.models(**given)), None)

    def _fetched(self, given: dict[str, Any]) -> Rows:
        made = self._made
        values = [given[name] if name else constant for name, constant in made.parameters]
        with connection.cursor() as held, connection.wrap_database_errors, psycopg.Cursor(held.connection) as cursor:
            # Not Django's own cursor: it writes values into the SQL, which would be another one each time.
            found = cursor.execute(made.sql, values, prepare=True, binary=True).fetchall()
        return made.compiler.apply_converters(found, made.converters) if made.converters else found

    @cached_property
    def _made(self) -> "_Made":
        compiler = self._build(**self._examples).query.get_compiler("default")
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])
        return _Made(sql, [(self._name(each), each) for each in parameters], compiler, converters)

    def _name(self, parameter: Any) -> str | None:
        value = getattr(parameter, "obj", parameter)  # bytes come wrapped
        same = (name for name, example in self._examples.items() if type(example) is type(value) and example == value)
        return next(same, None)


@dataclass
class _Made:
    """A query in SQL; `parameters` are names of what is given, or constants."""

    sql: str
    parameters: list[tuple[str | None, Any]]
    compiler: Any
    converters: Any

    @cached_property
    def _model(self) -> Any:
        first, last = self.compiler.klass_info["select_fields"][0], self.compiler.klass_info["select_fields"][-1] + 1
        names = [each[0].target.attname for each in self.compiler.select[first:last]]
        populators: Any = of_django.get_related_populators  # its parameters differ between releases
        related = populators(self.compiler.klass_info, self.compiler.select, "default")
        return self.compiler.klass_info["model"], names, first, last, related

    def model(self, row: Any) -> Any:
        """A row as a model, as Django makes it."""
        kind, names, first, last, related = self._model
        one = kind.from_db("default", names, row[first:last])
        for each in related:
            each.populate(row, one)
        for name, place in (self.compiler.annotation_col_map or {}).items():
            setattr(one, name, row[place])
        return one
