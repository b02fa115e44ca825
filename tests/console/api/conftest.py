"""A console that serves, one for each module of tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.live import Live, live_console


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, without a transaction around each test: what the server stores is seen."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def live(db: None) -> Iterator[Live]:
    """A console that serves the world."""
    with live_console() as console:
        yield console
