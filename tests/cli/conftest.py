"""A small console to which the environment signs in, for commands that ask one something."""

from collections.abc import Iterator

import pytest

from tests.publish.server import TOKEN, ToyConsole


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyConsole]:
    console = ToyConsole().start()
    monkeypatch.setenv("RTK_URL", console.url)
    monkeypatch.setenv("RTK_TOKEN", TOKEN)
    yield console
    console.down()
