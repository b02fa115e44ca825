"""Members and invitations, by what their pages do."""

import pytest
from django.core import mail

from rtk.console.people import invitations
from rtk.console.people.models import Invitation, Membership, Role, User
from tests.console.people.world import World, signed_in


def address(world: World, user: User, end: str = "") -> str:
    return f"/acme/members/{world.membership(user).pk}{end}"


def test_an_admin_changes_a_role(world: World) -> None:
    signed_in(world.admin).post(address(world, world.viewer), {"role": "member"})
    assert world.membership(world.viewer).role == Role.MEMBER


@pytest.mark.parametrize("role", ["owner", "emperor", ""])
def test_an_admin_makes_nobody_an_owner(world: World, role: str) -> None:
    answer = signed_in(world.admin).post(address(world, world.admin), {"role": role})
    assert answer.status_code == 422
    assert 'id="id_role_error"' in answer.content.decode()
    assert world.membership(world.admin).role == Role.ADMIN


@pytest.mark.parametrize("end", ["", "/remove"])
def test_an_admin_does_not_touch_an_owner(world: World, end: str) -> None:
    assert signed_in(world.admin).post(address(world, world.owner, end), {"role": "viewer"}).status_code == 403
    assert world.membership(world.owner).role == Role.OWNER


def test_the_last_owner_is_told_beside_the_field_why_the_role_stays(world: World) -> None:
    answer = signed_in(world.owner).post(address(world, world.owner), {"role": "viewer"})
    assert answer.status_code == 422
    assert "needs an owner" in answer.content.decode()


def test_who_is_removed_sees_nothing_any_more(world: World) -> None:
    signed_in(world.admin).post(address(world, world.member, "/remove"))
    assert signed_in(world.member).get("/acme/shop/people").status_code == 404


def test_several_are_invited_at_once_and_mailed(world: World) -> None:
    typed = "a@example.org, B@example.org\nb@example.org;c@example.org"
    form = {"emails": typed, "role": "viewer", "teams": [str(world.shop.pk)]}
    page = signed_in(world.admin).post("/acme/invitations", form, follow=True).content.decode()
    assert "Invited a@example.org, b@example.org, c@example.org." in page
    assert len(mail.outbox) == 3
    for invitation in Invitation.objects.all():
        assert invitations.link(invitation) in page
        assert list(invitation.teams.all()) == [world.shop]


@pytest.mark.parametrize(
    ("form", "field", "why"),
    [
        ({"emails": "a@example.org b@", "role": "member"}, "emails", "“b@” is not an email address"),
        ({"emails": "", "role": "member"}, "emails", "This field is required"),
        ({"emails": "mary@example.org", "role": "member"}, "emails", "is in the organization already"),
        ({"emails": " ".join(f"{n}@example.org" for n in range(51)), "role": "member"}, "emails", "at most 50"),
        ({"emails": "a@example.org", "role": "owner"}, "role", "not one of the available choices"),
        ({"emails": "a@example.org", "role": "member", "teams": ["x"]}, "teams", "is not a valid"),
    ],
)
def test_a_bad_invitation_is_told_beside_the_field_and_what_was_typed_stays(
    world: World, form: dict[str, object], field: str, why: str
) -> None:
    answer = signed_in(world.admin).post("/acme/invitations", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert why in page
    assert f'id="id_{field}_error"' in page
    assert str(form["emails"]) in page
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_nobody_is_invited_into_another_organizations_team(world: World) -> None:
    form = {"emails": "a@example.org", "role": "member", "teams": [str(world.rivals_team.pk)]}
    assert signed_in(world.admin).post("/acme/invitations", form).status_code == 422


def test_an_owners_invitation_is_for_owners(world: World) -> None:
    asked = invitations.invite(world.owner, world.org, "new@example.org", Role.OWNER)
    for act in ("renew", "withdraw"):
        assert signed_in(world.admin).post(f"/acme/invitations/{asked.pk}/{act}").status_code == 403
    assert signed_in(world.owner).post(f"/acme/invitations/{asked.pk}/withdraw").status_code == 302
    assert not Invitation.objects.exists()


def test_renewing_mails_the_link_again(world: World) -> None:
    asked = invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER, [world.shop])
    signed_in(world.admin).post(f"/acme/invitations/{asked.pk}/renew")
    again = Invitation.objects.get()
    assert again.expires_at > asked.expires_at
    assert list(again.teams.all()) == [world.shop]
    assert len(mail.outbox) == 1


def test_an_accepted_invitation_cannot_be_withdrawn(world: World) -> None:
    asked = invitations.invite(world.owner, world.org, "dora@example.org", Role.MEMBER)
    invitations.accept(asked, world.stranger)
    assert signed_in(world.admin).post(f"/acme/invitations/{asked.pk}/withdraw").status_code == 404
    assert Membership.objects.filter(org=world.org, user=world.stranger).exists()
