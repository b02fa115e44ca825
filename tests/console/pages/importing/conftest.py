"""Who imports, and where."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.console.people.world import World, made, signed_in


@pytest.fixture
def world(db: None) -> World:
    return made()


@pytest.fixture
def member(world: World) -> Client:
    return signed_in(world.member)


@pytest.fixture
def address(world: World) -> str:
    return reverse("pages:import", args=[world.org.slug, world.shop.slug])
