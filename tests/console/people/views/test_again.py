"""The page for whoever has nothing but single sign-on, and the one of a first password."""

from django.test import Client

from rtk.console.people.models import User
from tests.console.people.world import World, signed_in

NEW = {"password1": "another long phrase", "password2": "another long phrase"}


def passwordless(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def test_whoever_signed_in_lately_goes_on_at_once(world: World) -> None:
    answer = signed_in(passwordless(world.member)).get("/sign-on-again", {"next": "/tokens"})
    assert (answer.status_code, answer["Location"]) == (302, "/tokens")


def test_it_leads_to_no_other_site(world: World) -> None:
    answer = signed_in(passwordless(world.member)).get("/sign-on-again", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_whoever_has_a_password_is_asked_for_that(world: World) -> None:
    answer = signed_in(world.member, minutes_ago=16).get("/sign-on-again", {"next": "/tokens"})
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Ftokens"


def test_nobody_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/sign-on-again")["Location"].startswith("/accounts/login/")
    assert client.post("/accounts/password/set/", NEW)["Location"].startswith("/accounts/login/")


def test_a_first_password_is_set_by_whoever_signed_in_lately(world: World) -> None:
    client = signed_in(passwordless(world.member))
    client.post("/accounts/password/set/", NEW)
    assert User.objects.get(pk=world.member.pk).check_password(NEW["password1"])
