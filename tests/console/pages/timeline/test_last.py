"""Where the first page leads."""

from django.test import Client
from django.urls import reverse

from tests.console.people.world import World, person, signed_in


def place(browser: Client) -> str:
    answer = browser.get("/")
    return str(answer["Location"]) if answer.status_code == 302 else "a list"


def test_who_is_in_one_team_is_led_there(world: World) -> None:
    assert place(signed_in(world.member)) == "/acme/shop"


def test_who_is_in_several_chooses_once(world: World) -> None:
    browser = signed_in(world.owner)
    assert place(browser) == "a list"
    browser.get("/acme/bank")
    assert place(browser) == "/acme/bank"
    browser.get("/acme/shop")
    assert place(browser) == "/acme/shop"


def test_a_team_one_is_no_longer_in_leads_nowhere(world: World) -> None:
    browser = signed_in(world.owner)
    browser.get("/acme/bank")
    world.bank.delete()
    assert place(browser) == "/acme/shop"


def test_somebody_elses_team_leads_nowhere(world: World) -> None:
    browser = signed_in(world.stranger)
    browser.cookies["rtk_team"] = str(world.shop.pk)
    assert place(browser) == "/rival/lab"
    browser.cookies["rtk_team"] = "none"
    assert place(browser) == "/rival/lab"


def test_all_of_them_stay_within_reach(world: World) -> None:
    browser = signed_in(world.member)
    text = browser.get(reverse("people:organizations")).content.decode()
    assert 'href="/acme/shop"' in text
    assert reverse("people:organizations") in browser.get("/acme/shop").content.decode()


def test_who_is_in_no_organization_is_told_so(world: World) -> None:
    answer = signed_in(person("Nina")).get("/")
    assert "You are in no organization yet" in answer.content.decode()
