"""What tests of the console share: a data directory, a cluster that does not run, passwords that cost nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtk.console.postgres import Postgres
from tests.databases import FOR_TESTS, place

__all__ = ["FOR_TESTS", "place"]


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """The place of a cluster that does not run between tests, made once and with a space in its name."""
    with place() as directory:
        path = Path(directory) / "a place"
        server = Postgres(path, FOR_TESTS)
        server.start()
        server.stop()
        yield path


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that is not there yet."""
    with place() as directory:
        yield Path(directory) / "data"
