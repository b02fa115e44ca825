"""Invitations: for one address, once, until they end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.signing import Signer
from django.test import override_settings

from rtk.console.mail import ONLY_PRINTED, SMTP, through
from rtk.console.people import invitations
from rtk.console.people.models import AuditEntry, Invitation, Membership, Role, TeamMembership, User
from tests.console.people.world import World, person


@pytest.fixture
def asked(world: World) -> Invitation:
    return invitations.invite(world.admin, world.org, " New@Example.org ", Role.VIEWER, [world.shop])


def key(invitation: Invitation) -> str:
    return invitations.path(invitation).rsplit("/", 1)[1]


def test_the_invited_join_with_the_role_and_the_teams(world: World, asked: Invitation) -> None:
    new = person("New")
    found = invitations.found(key(asked))
    assert found == asked
    invitations.accept(asked, new)
    assert Membership.objects.get(user=new).role == Role.VIEWER
    assert TeamMembership.objects.get(user=new).team == world.shop
    assert AuditEntry.objects.filter(org=world.org, action="member.joined", actor=new).exists()


def test_nobody_else_can_accept_it(world: World, asked: Invitation) -> None:
    with pytest.raises(ValidationError, match=r"for new@example\.org; you are signed in as dora@example\.org"):
        invitations.accept(asked, world.stranger)
    assert not Membership.objects.filter(org=world.org, user=world.stranger).exists()


def test_it_is_good_once(asked: Invitation) -> None:
    new = person("New")
    invitations.accept(asked, new)
    assert invitations.found(key(asked)) is None
    with pytest.raises(ValidationError, match="used already"):
        invitations.accept(asked, new)


def test_it_ends_after_fourteen_days(asked: Invitation) -> None:
    last = asked.expires_at - timedelta(seconds=1)
    assert invitations.found(key(asked), last) == asked
    assert invitations.found(key(asked), asked.expires_at) is None
    assert timedelta(days=13, hours=23) < asked.expires_at - asked.created_at <= timedelta(days=14, seconds=1)


@pytest.mark.parametrize("forged", ["", ".", "x.y", "\0", "00000000000000000000000000000000.AAAA"])
def test_a_forged_link_opens_nothing(asked: Invitation, forged: str) -> None:
    assert invitations.found(forged) is None
    assert invitations.found(key(asked)[:-1]) is None


def test_a_link_signed_with_another_key_opens_nothing(asked: Invitation) -> None:
    forger = Signer(key="another", salt="rtk.people.invitation", sep=".")
    assert invitations.found(forger.sign(asked.pk.hex)) is None
    assert invitations.found(Signer(salt="rtk.people.first", sep=".").sign(asked.pk.hex)) is None


def test_a_withdrawn_one_opens_nothing(world: World, asked: Invitation) -> None:
    link = key(asked)
    invitations.withdraw(world.admin, asked)
    assert invitations.found(link) is None


def test_asking_again_renews_the_open_one(world: World, asked: Invitation) -> None:
    again = invitations.invite(world.owner, world.org, "new@example.org", Role.MEMBER)
    assert again.pk == asked.pk
    assert (again.role, list(again.teams.all())) == (Role.MEMBER, [])
    done = AuditEntry.objects.filter(org=world.org).values_list("action", flat=True)[:2]
    assert list(done) == ["invitation.renewed", "invitation.sent"]


def test_who_is_in_is_not_invited_and_then_nobody_is(world: World) -> None:
    with pytest.raises(ValidationError, match=r"mary@example\.org is in the organization already"):
        invitations.invite_all(world.owner, world.org, ["a@example.org", "mary@example.org"], Role.MEMBER)
    assert not Invitation.objects.exists()


def test_the_mail_holds_the_link_and_whom_it_is_from(world: World, asked: Invitation) -> None:
    assert invitations.send(asked)
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["new@example.org"], "[Reliability Toolkit] You are invited to an organization")
    assert invitations.link(asked) in sent.body
    assert "adam@example.org" in sent.body


def test_a_name_with_a_line_break_sends_no_second_header(world: World, asked: Invitation) -> None:
    User.objects.filter(pk=world.admin.pk).update(name="Adam\nBcc: all@example.org")
    assert invitations.send(Invitation.objects.get(pk=asked.pk))
    assert mail.outbox[0].recipients() == ["new@example.org"]


@pytest.mark.parametrize(
    "backend",
    [
        through(ONLY_PRINTED),
        through(SMTP, host="127.0.0.1", port=1),
    ],
)
def test_without_a_mail_server_it_says_so(asked: Invitation, backend: dict[str, object]) -> None:
    with override_settings(**backend):
        assert not invitations.send(asked)
