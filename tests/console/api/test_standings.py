"""How the promises of a team stand, found by id or name."""

import pytest

from tests.console.api.test_standing import verification
from tests.console.live import Live, Machine


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine(live.world.owner)


def test_the_promises_of_a_team_are_told_by_id_or_name(live: Live, machine: Machine) -> None:
    made = verification(live, machine)
    machine("PATCH", f"{live.team}/verifications/{made['id']}", json={"name": "named once"})
    place = f"{live.team}/standing"
    for query in ({"verification": "named once"}, {"verification": made["id"]}, {"objective": made["objective_id"]}):
        items = machine("GET", place, params=query).json()["items"]
        assert [each["verification"] for each in items] == [{"id": made["id"], "name": "named once"}]
    (item,) = items
    assert (
        item["standing"]["says"] == ["Never tried: there is no judged run of this revision."]
        or item["standing"]["says"]
    )
    assert item["url"].endswith(f"/acme/shop/verifications/{made['id']}")
    assert (item["frequency"], item["objective"]["name"]) == (10, "Checkout")
    assert made["id"] in {each["verification"]["id"] for each in machine("GET", place).json()["items"]}
    refused = machine("GET", place, params={"objective": "nobody's"})
    assert (refused.status_code, "there is none with this id or name" in refused.json()["detail"]) == (404, True)
