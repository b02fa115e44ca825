"""For whom attempts count."""

import pytest

from rtk.console.bodies import neighbourhood
from rtk.console.people import attempts
from tests.console.people.world import PASSWORD, World, new_browser


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testserver", "testserver"),
    ],
)
def test_an_address_counts_for_its_network(address: str, network: str) -> None:
    assert neighbourhood(address) == network


def test_a_code_is_used_once_however_it_is_typed(world: World) -> None:
    assert attempts.is_first_use(world.owner, "123456")
    for again in ("123456", " 123 456", "123-456", "\uff11\uff12\uff13\uff14\uff15\uff16"):
        assert not attempts.is_first_use(world.owner, again)
    assert attempts.is_first_use(world.admin, "123456")


def test_an_address_that_no_database_can_hold_counts_as_any_other(world: World) -> None:
    known = new_browser()
    assert known.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD}).status_code == 302
    known.post("/accounts/logout/")
    assert known.post("/accounts/login/", {"login": "a\0@example.org", "password": "wrong"}).status_code == 200
