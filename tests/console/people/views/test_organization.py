"""The pages of an organization, by what they do."""

from html import unescape

import pytest

from rtk.console.limits import LIMITS
from rtk.console.people.models import Membership, Organization, Role
from tests.console.people.world import World, signed_in


def test_whoever_makes_an_organization_owns_it_and_goes_on_to_its_first_team(world: World) -> None:
    answer = signed_in(world.owner).post("/organizations/new", {"name": " New  One "})
    assert answer["Location"] == "/new-one/teams/new"
    made = Organization.objects.get(name="New One")
    assert Membership.objects.get(org=made).role == Role.OWNER


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "This field is required"),
        ("Acme", "There is an organization named “Acme” already"),
        ("settings", "kept for the console"),
        ("!!!", "at least one letter or digit"),
        ("x" * 101, "at most 100 characters"),
        ("a\0b", "Null characters are not allowed"),
        ("<script>", "already|kept|letter"),
    ],
)
@pytest.mark.parametrize("page", ["/organizations/new", "/acme/settings"])
def test_a_bad_name_is_told_beside_the_field_and_stays(world: World, page: str, typed: str, why: str) -> None:
    if typed == "<script>":
        Organization.objects.filter(pk=world.rival.pk).update(name=typed, slug="script")
    if page == "/acme/settings" and typed == "Acme":
        typed, why = "Rival", "There is one named “Rival” already"
    answer = signed_in(world.owner).post(page, {"name": typed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert any(part in text for part in why.split("|"))
    assert 'id="id_name_error"' in text
    assert 'aria-invalid="true"' in text
    assert "<script>" not in text
    assert typed.replace("<", "&lt;").replace(">", "&gt;").replace("\0", "") in text.replace("\0", "")
    assert Organization.objects.count() == 2


def test_another_name_is_saved_and_led_to(world: World) -> None:
    answer = signed_in(world.owner).post("/acme/settings", {"name": "Acme Two"})
    assert answer["Location"] == "/acme-two/settings"


def test_nothing_is_deleted_unless_its_name_is_typed(world: World) -> None:
    owner = signed_in(world.owner)
    answer = owner.post("/acme/delete", {"name": "acme"})
    assert "nothing was deleted" in answer.content.decode()
    assert 'value="acme"' in answer.content.decode()
    assert owner.post("/acme/delete", {"name": "Acme"})["Location"] == "/"
    assert not Organization.objects.filter(name="Acme").exists()


def test_who_leaves_is_out(world: World) -> None:
    member = signed_in(world.member)
    assert member.post("/acme/leave")["Location"] == "/"
    assert member.get("/acme").status_code == 404


def test_the_last_owner_cannot_leave_and_is_told_why(world: World) -> None:
    page = signed_in(world.owner).post("/acme/leave", follow=True).content.decode()
    assert "needs an owner" in page
    assert world.membership(world.owner).role == Role.OWNER


def test_the_settings_show_each_limit_in_force(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_BODY_LIMIT_MIB", "3")
    text = unescape(signed_in(world.owner).get("/acme/settings").content.decode())
    assert all(each.name in text and each.what in text for each in LIMITS)
    assert "<strong>3 MiB</strong>" in text


def test_members_see_only_teams_that_they_are_in(world: World) -> None:
    page = signed_in(world.member).get("/acme/teams").content.decode()
    assert "Shop" in page
    assert "Bank" not in page
    assert "/acme/audit" not in page
    assert "/acme/settings" not in page
