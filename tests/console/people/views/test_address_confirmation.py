"""The page of the link that confirms an address."""

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.test import Client

from rtk.console.people import addresses
from tests.console.people.world import PASSWORD, World, signed_in


def path(world: World) -> str:
    address = EmailAddress.objects.create(user=world.member, email="m@example.com")
    return f"/accounts/confirm-email/{EmailConfirmationHMAC.create(address).key}/"


def test_whoever_is_signed_in_to_the_account_confirms_by_one_click(world: World) -> None:
    link, client = path(world), signed_in(world.member)
    assert "Password of the account" not in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert addresses.holder("m@example.com") == world.member


def test_anybody_else_by_the_accounts_password(world: World) -> None:
    link, client = path(world), Client()
    assert "nothing was confirmed" in client.post(link, {"password": "wrong"}).content.decode()
    assert client.post(link, {"password": PASSWORD}).status_code == 302
    assert addresses.holder("m@example.com") == world.member


def test_a_link_that_is_used_or_forged_says_so(world: World) -> None:
    assert "not good any more" in Client().get("/accounts/confirm-email/forged/").content.decode()


def test_an_address_of_another_account_by_now_says_so(world: World) -> None:
    link = path(world)
    EmailAddress.objects.create(user=world.viewer, email="m@example.com", verified=True)
    assert "confirmed for another account" in signed_in(world.member).get(link).content.decode()
