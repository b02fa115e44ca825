"""What the tests of the bench share."""

from collections.abc import Iterator

import pytest

from bench import consoles


@pytest.fixture(scope="session", autouse=True)
def shared_console_ends() -> Iterator[None]:
    """End the console that quick rows share, before somebody looks what tests left behind."""
    yield
    consoles.end_shared()
