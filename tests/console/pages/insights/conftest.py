"""The world of the tests of insights."""

import pytest

from tests.console.people.world import World, made


@pytest.fixture
def world(db: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()
