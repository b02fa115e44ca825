"""What the journeys share: one real console."""

from collections.abc import Iterator

import pytest

from tests.journey.real import Real, running


@pytest.fixture(scope="session")
def real() -> Iterator[Real]:
    """A console that was brought up by `rtk up`, with a user, an organization, a team and a token."""
    with running() as console:
        yield console
