"""Nobody makes an organization who may not, and who may is a setting of the console."""

from typing import Any

import pytest
from django.core.cache import cache

from rtk.console.people import bootstrap_signup, gate
from rtk.console.people.models import Organization, User
from rtk.console.people.provision import provision
from tests.console.people.world import PASSWORD, World, new_browser, signed_in

NEW = "/organizations/new"
ANYBODY = pytest.mark.parametrize("name", ["admin", "member", "viewer", "stranger"])


@ANYBODY
def test_nobody_but_an_administrator_of_the_console_makes_one(world: World, name: str) -> None:
    client = signed_in(getattr(world, name))
    for answer in (client.get(NEW), client.post(NEW, {"name": "Mine"})):
        assert answer.status_code == 403
        assert "only its administrators make organizations" in answer.content.decode()
    assert not Organization.objects.filter(name="Mine").exists()
    assert NEW not in client.get("/organizations").content.decode()


@ANYBODY
def test_everybody_makes_one_where_the_setting_says_so(world: World, settings: Any, name: str) -> None:
    settings.NEW_ORGANIZATIONS = "everybody"
    client = signed_in(getattr(world, name))
    assert NEW in client.get("/organizations").content.decode()
    assert client.post(NEW, {"name": "Mine"}).status_code == 302


def test_the_first_user_is_an_administrator(db: None) -> None:
    cache.clear()
    client = new_browser()
    client.get(bootstrap_signup.path())
    account = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", account)
    assert client.post(NEW, {"name": "Mine"}).status_code == 302


def test_who_is_provisioned_first_is_an_administrator_and_the_next_is_not(db: None) -> None:
    for name in ("ada", "bob"):
        provision(f"{name}@example.org", name, "Team")
    assert list(User.objects.filter(is_administrator=True).values_list("email", flat=True)) == ["ada@example.org"]


def test_nobody_makes_themselves_an_administrator(world: World) -> None:
    signed_in(world.viewer).post("/profile", {"name": "Victor", "is_administrator": "on"})
    assert not User.objects.get(pk=world.viewer.pk).is_administrator


def test_an_administrator_sees_no_organization_that_they_are_not_in(world: World) -> None:
    with pytest.raises(gate.NotFound):
        gate.org_for(gate.Caller(world.owner), world.rival.pk, "read")
