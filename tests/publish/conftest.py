"""What the tests of publishing share: a small console, and a home for the real command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publish.home import Home
from tests.publish.server import ToyConsole


@pytest.fixture
def toy() -> Iterator[ToyConsole]:
    """A console that is up; whatever was told to it must have been in order."""
    console = ToyConsole().start()
    yield console
    console.down()
    assert console.memory.problems == []


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the real command."""
    return Home(tmp_path)
