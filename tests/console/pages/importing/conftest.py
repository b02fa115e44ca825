"""Who imports, and where."""

import pytest
from django.urls import reverse

from tests.console.people.world import World


@pytest.fixture
def address(world: World) -> str:
    return reverse("pages:import", args=[world.org.slug, world.shop.slug])
