import dataclasses

import pytest

from tests.verify import world as module


@pytest.fixture(autouse=True)
def world() -> module.World:
    """The world of this test: fresh, and at virtual time zero, whether it names it or not."""
    fresh = module.World()
    for each in dataclasses.fields(module.World):
        setattr(module.world, each.name, getattr(fresh, each.name))
    return module.world
