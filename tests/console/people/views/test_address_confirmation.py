"""The page of the link that confirms an address."""

import re
import time

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core.signing import TimestampSigner, b62_encode
from django.test import Client

from rtk.console.people import addresses
from tests.console.people.world import PASSWORD, World, signed_in


class Yesterday(TimestampSigner):
    """Signs what allauth signed yesterday."""

    def timestamp(self) -> str:
        return b62_encode(int(time.time()) - 24 * 3600)


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


def test_opening_somebody_elses_link_signs_nobody_out(world: World) -> None:
    client = signed_in(world.viewer)
    for asked in (client.get, client.head):
        assert asked(path(world)).status_code == 200
        EmailAddress.objects.filter(email="m@example.com").delete()
    assert client.get("/profile").status_code == 200


def test_nor_does_it_make_the_link_last_longer(world: World) -> None:
    address = EmailAddress.objects.create(user=world.member, email="m@example.com")
    link = f"/accounts/confirm-email/{Yesterday(salt=app_settings.SALT).sign_object(address.pk)}/"
    client = signed_in(world.member)
    assert re.findall(r"/accounts/confirm-email/[^\"]+", client.get(link).content.decode()) == [link]
    assert client.post(link).status_code == 302
    assert addresses.holder("m@example.com") == world.member
