"""One lab for all tests that need no other: isolated where the machine allows it, with quick answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("state")).up("--invocation-delay", "0", "--restart-after", "0.5") as world:
        yield world


@pytest.fixture
def own(tmp_path: Path) -> World:
    """A lab of one's own, not yet up."""
    return World(tmp_path)
