"""Nobody gets the runs of somebody's pipeline by inviting them, or by the name of a team."""

import pytest

from rtk.console.people import memberships
from rtk.console.people.models import Role, Team, User
from rtk.publish.console import Console, settled
from rtk.publish.destination import Destination
from tests.attack.test_another_teams import live
from tests.console.live import Live

__all__ = ["live"]


def first_team(live: Live, user: User) -> str:
    """Where a pipeline with a token of a user publishes."""
    machine = live.machine(user)
    console = Console(Destination(live.url, f"Bearer {machine.token}"))
    try:
        return str(settled(console).team)
    finally:
        console.close()


def of_acme(live: Live, who: str) -> tuple[User, str]:
    """A user, and the team that was first for them."""
    return getattr(live.world, who), str((live.world.bank if who == "banker" else live.world.shop).id)


@pytest.mark.parametrize("who", ["owner", "admin", "member", "banker"])
def test_no_organization_that_invites_somebody_comes_first_by_its_name(live: Live, who: str) -> None:
    user, before = of_acme(live, who)
    other = memberships.make_organization(live.world.stranger, "A stranger's")
    team = memberships.make_team(live.world.stranger, other, "A trap")
    memberships.join(user, other, Role.MEMBER, [team])
    assert first_team(live, user) == before


@pytest.mark.parametrize("who", ["owner", "admin", "member"])
def test_no_new_team_comes_first_by_its_name(live: Live, who: str) -> None:
    user, before = of_acme(live, who)
    team = memberships.make_team(live.world.owner, live.world.org, "A trap")
    memberships.enter_team(live.world.owner, team, live.world.membership(user))
    assert first_team(live, user) == before


def test_no_team_comes_first_by_another_name(live: Live) -> None:
    user, before = of_acme(live, "owner")
    memberships.rename(live.world.owner, Team.objects.get(pk=live.world.bank.pk), "A trap")
    assert first_team(live, user) == before


def test_the_list_of_an_organizations_teams_has_the_same_order(live: Live) -> None:
    machine = live.machine(live.world.owner)
    listed = machine("GET", f"/organizations/{live.world.org.id}/teams").json()
    assert [each["name"] for each in listed] == ["Shop", "Bank"]
    (acme,) = machine("GET", "/organizations").json()
    assert [each["name"] for each in acme["teams"]] == ["Shop", "Bank"]
