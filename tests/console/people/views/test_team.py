"""The pages of a team, by what they do."""

import pytest

from rtk.console.people.models import Team, TeamMembership
from tests.console.people.world import World, signed_in


def test_an_admin_makes_a_team(world: World) -> None:
    assert signed_in(world.admin).post("/acme/teams/new", {"name": "Lab"})["Location"] == "/acme/lab"
    assert Team.objects.get(org=world.org, slug="lab").memberships.get().user == world.admin


@pytest.mark.parametrize("page", ["/acme/teams/new", "/acme/shop/settings"])
@pytest.mark.parametrize(("typed", "why"), [("Bank", "already"), ("New", "kept for the console"), ("", "required")])
def test_a_bad_name_is_told_beside_the_field_and_stays(world: World, page: str, typed: str, why: str) -> None:
    answer = signed_in(world.admin).post(page, {"name": typed})
    text = answer.content.decode()
    assert (answer.status_code, why in text, 'id="id_name_error"' in text) == (422, True, True)
    assert f'value="{typed}"' in text or not typed
    assert Team.objects.filter(org=world.org).count() == 2


def test_a_member_is_added_and_taken_out(world: World) -> None:
    admin = signed_in(world.admin)
    admin.post("/acme/shop/people", {"member": str(world.membership(world.banker).pk)})
    assert signed_in(world.banker).get("/acme/shop/people").status_code == 200
    entry = TeamMembership.objects.get(user=world.banker, team=world.shop)
    admin.post(f"/acme/shop/people/{entry.pk}/remove")
    assert signed_in(world.banker).get("/acme/shop/people").status_code == 404


def test_nobody_from_outside_the_organization_is_added(world: World) -> None:
    theirs = world.stranger.memberships.get()
    for typed in (str(theirs.pk), "x", "", str(world.membership(world.member).pk)):
        answer = signed_in(world.admin).post("/acme/shop/people", {"member": typed})
        assert answer.status_code == 422
        assert 'id="id_member_error"' in answer.content.decode()


def test_an_entry_of_another_team_is_not_taken_out_by_this_one(world: World) -> None:
    entry = TeamMembership.objects.get(user=world.banker)
    assert signed_in(world.admin).post(f"/acme/shop/people/{entry.pk}/remove").status_code == 404


def test_members_see_who_is_in_the_team_but_no_way_to_change_it(world: World) -> None:
    page = signed_in(world.member).get("/acme/shop/people").content.decode()
    for name in ("Alice", "Adam", "Mary", "Victor"):
        assert name in page
    assert "Charlie" not in page
    assert "<button" not in page.split("<main")[1]


def test_a_team_is_renamed_and_deleted_by_its_name(world: World) -> None:
    admin = signed_in(world.admin)
    assert admin.post("/acme/shop/settings", {"name": "Store"})["Location"] == "/acme/store/settings"
    assert admin.post("/acme/store/delete", {"name": "Shop"}).status_code == 422
    assert admin.post("/acme/store/delete", {"name": "Store"})["Location"] == "/acme/teams"
    assert [team.name for team in Team.objects.filter(org=world.org)] == ["Bank"]
