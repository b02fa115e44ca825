"""The world of the tests of people."""

import pytest

from tests.console.people.issuer import issuer
from tests.console.people.world import World, made

__all__ = ["issuer", "world"]


@pytest.fixture
def world(db: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()
