"""The world, with a run in it, and those who are told."""

from collections.abc import Iterator
from typing import Any

import pytest

from rtk.console.store.models import Run
from tests.console.notify.receivers import MailReceiver, WebReceiver, serving
from tests.console.notify.told import a_run
from tests.console.people.world import World, made


@pytest.fixture
def world(db: None) -> World:
    """Acme and Rival with everybody in them, in the database."""
    return made()


@pytest.fixture
def run(world: World) -> Run:
    """A run of Acme's team Shop, under way."""
    return a_run(world)


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    """A web server to be told by webhook."""
    with serving(WebReceiver()) as server:
        yield server


@pytest.fixture
def mail_server() -> Iterator[MailReceiver]:
    """A mail server."""
    with serving(MailReceiver()) as server:
        yield server


@pytest.fixture
def own_network(settings: Any) -> None:
    """Webhooks may call this machine."""
    settings.NOTIFY_OWN_NETWORK = True
