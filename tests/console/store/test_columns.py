"""Numbers that the database sent as bytes."""

import pytest
from django.db import connection

from rtk.console.store.columns import array_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "function", "type_", "values"),
    [
        ("q", "int8send", "bigint", [0, 1, -1, 2**40]),
        ("d", "float8send", "float8", [0.0, 0.1, -1e300, 1_796_000_000.123456]),
        ("q", "int8send", "bigint", []),
    ],
)
def test_what_the_database_puts_together_is_read_back(
    kind: str, function: str, type_: str, values: list[float]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(string_agg({function}(n), '' ORDER BY place), '') "
            f"FROM unnest(%s::{type_}[]) WITH ORDINALITY AS u (n, place)",
            [values],
        )
        [(sent,)] = cursor.fetchall()
    assert list(array_of(kind, bytes(sent))) == values
