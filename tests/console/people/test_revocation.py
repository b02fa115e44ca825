"""Ending every way into an account; what may not come in afterwards is in tests/attack."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from rtk.console.people import revocation, tokens
from rtk.console.people.models import AuditEntry, Token
from rtk.console.people.revocation import RevocationReason
from tests.console.people.world import World, signed_in


def test_it_says_how_much_there_was(world: World) -> None:
    tokens.make(world.member, "one")
    tokens.make(world.member, "two")
    signed_in(world.member).get("/profile")
    Authenticator.objects.create(user=world.member, type=Authenticator.Type.TOTP, data={})
    SocialAccount.objects.create(user=world.member, provider="sso", uid="1")
    told = {"tokens": 2, "sessions": 1, "second factors": 1, "connections": 1, "invitations": 0}
    assert revocation.end_access(world.member, RevocationReason.HANDED_OVER) == told
    assert AuditEntry.objects.get(action="user.access-ended").detail == {"why": "handed-over", **told}


def test_where_nothing_is_left_nothing_is_told(world: World) -> None:
    assert not any(revocation.end_access(world.member, RevocationReason.RESET).values())
    assert not AuditEntry.objects.filter(action="user.access-ended").exists()


def test_others_keep_what_they_have(world: World) -> None:
    tokens.make(world.owner, "CI")
    browser = signed_in(world.owner)
    revocation.end_access(world.member, RevocationReason.HANDED_OVER)
    assert Token.objects.filter(user=world.owner).exists()
    assert browser.get("/acme").status_code == 200


def test_who_is_disabled_stays_connected_to_the_issuer(world: World) -> None:
    SocialAccount.objects.create(user=world.member, provider="sso", uid="1")
    revocation.disable(world.member)
    assert SocialAccount.objects.filter(user=world.member).exists()
