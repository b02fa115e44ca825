"""The engine on a database that keeps what is stored, and is empty again afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.databases import empty


@pytest.fixture
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, without a transaction around the test."""
    with django_db_blocker.unblock():
        yield
        empty()
        connections.close_all()
