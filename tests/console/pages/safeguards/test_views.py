"""The page of safeguards: who freezes, who lifts, and what it says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from rtk.console.store import safeguards
from rtk.console.store.models import Safeguard
from tests.console.pages.insights.made import text_of
from tests.console.people.world import World, signed_in

PAGE = "/acme/shop/safeguards"


def typed(**changed: str) -> dict[str, str]:
    return {"once": str(uuid4()), "name": "Sale weekend", "reason": "Ask Ann.", "hours": "", **changed}


@pytest.fixture
def member(world: World) -> Client:
    return signed_in(world.member)


def test_a_page_without_any_says_so_and_a_viewer_freezes_nothing(world: World, member: Client) -> None:
    assert "no safeguard is in force" in text_of(member, PAGE)
    assert "Freeze this team now" in text_of(member, PAGE)
    viewer = signed_in(world.viewer)
    assert "Freeze this team now" not in text_of(viewer, PAGE)
    assert viewer.post(PAGE, typed()).status_code == 403
    assert not Safeguard.objects.exists()


@pytest.mark.parametrize(("hours", "until"), [("2", "2 hours"), ("", "until it is lifted")])
def test_a_member_freezes_for_some_hours_or_until_it_is_lifted(
    world: World, member: Client, hours: str, until: str
) -> None:
    answer = member.post(PAGE, typed(hours=hours), follow=True)
    page = answer.content.decode()
    assert "Sale weekend is in force" in page
    assert "in force</span>" in page
    [made] = safeguards.forbidding(world.shop)
    assert (made.name, made.reason, made.created_by) == ("Sale weekend", "Ask Ann.", world.member)
    if hours:
        assert made.begins_at is not None
        assert made.ends_at is not None
        assert made.ends_at - made.begins_at == timedelta(hours=2)
    else:
        assert until in page


def test_a_form_that_is_sent_twice_freezes_once(world: World, member: Client) -> None:
    form = typed()
    assert [member.post(PAGE, form).status_code for _ in range(2)] == [302, 302]
    assert len(safeguards.forbidding(world.shop)) == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"hours": "0"}, {"hours": "-1"}, {"hours": "nan"}, {"hours": "9e9"}])
def test_a_form_that_is_wrong_comes_back(member: Client, wrong: dict[str, str], db: None) -> None:
    answer = member.post(PAGE, typed(**wrong))
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Safeguard.objects.exists()


def test_an_admin_lifts_one_and_a_member_does_not(world: World, member: Client) -> None:
    one = safeguards.make(world.shop, world.owner, {"name": "For ever"})
    lift = f"{PAGE}/{one.pk}/lift"
    assert lift not in text_of(member, PAGE)
    assert member.post(lift).status_code == 403
    admin = signed_in(world.admin)
    assert f'action="{lift}"' in text_of(admin, PAGE)
    page = admin.post(lift, follow=True).content.decode()
    assert "For ever is lifted." in page
    assert lift not in page
    assert safeguards.forbidding(world.shop) == []


def test_those_that_are_over_or_planned_are_listed_as_such(world: World, member: Client) -> None:
    hour = timedelta(hours=1)
    for begins, ends in [(-3, -2), (2, 3)]:
        told = {"name": f"{begins}", "begins_at": now() + begins * hour, "ends_at": now() + ends * hour}
        safeguards.make(world.shop, world.owner, told)
    page = text_of(member, PAGE)
    assert "no safeguard is in force" in page
    assert "over</span>" in page
    assert "planned</span>" in page


def test_one_in_force_comes_first_however_many_were_made_after_it(world: World) -> None:
    one = safeguards.make(world.shop, world.owner, {"name": "For ever"})
    for number in range(30):
        safeguards.make(world.shop, world.owner, {"name": f"old {number}", "active": False})
    admin = signed_in(world.admin)
    page = text_of(admin, PAGE)
    assert f"{PAGE}/{one.pk}/lift" in page
    assert page.index(">For ever<", page.index("<tbody")) < page.index(">old 29<")
    more = text_of(admin, PAGE + page.partition('rel="next" href="')[2].partition('"')[0])
    assert ">old 0<" in more
    assert f"{PAGE}/{one.pk}/lift" not in more


def test_another_teams_safeguard_cannot_be_lifted(world: World) -> None:
    one = safeguards.make(world.bank, world.owner, {"name": "Bank"})
    assert signed_in(world.admin).post(f"{PAGE}/{one.pk}/lift").status_code == 404
    assert safeguards.forbidding(world.bank) == [one]


def hours(**changed: object) -> dict[str, object]:
    shared = {"once": str(uuid4()), "name": "Office hours", "reason": "", "days": ["mon", "tue"]}
    return {**shared, "begin": "09:00", "end": "17:00", "zone": "Europe/Berlin", **changed}


def test_hours_of_each_week_are_listed_with_their_next_five_times(world: World, member: Client) -> None:
    page = member.post(PAGE, hours(), follow=True).content.decode()
    assert "Mon, Tue, 09:00 to 17:00, Europe/Berlin" in page
    [made] = Safeguard.objects.all()
    assert made.weekly == {"days": ["mon", "tue"], "from": "09:00", "to": "17:00", "zone": "Europe/Berlin"}
    assert page.partition("Next times")[2].partition("</ul>")[0].count("<li>") == 5


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"zone": "Mars"}, "There is no such time zone"),
        ({"days": []}, "errorlist"),
        ({"begin": "25:00"}, "errorlist"),
        ({"end": ""}, "errorlist"),
        ({"name": ""}, "errorlist"),
    ],
)
def test_hours_that_cannot_be_come_back(member: Client, wrong: dict[str, object], says: str, db: None) -> None:
    answer = member.post(PAGE, hours(**wrong))
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert not Safeguard.objects.exists()


def test_a_freeze_of_the_organization_is_on_the_page_of_each_team(world: World, member: Client) -> None:
    member.post(PAGE, typed(everywhere="on"))
    page = text_of(signed_in(world.banker), "/acme/bank/safeguards")
    assert "Sale weekend" in page
    assert "all teams" in page
    lift = f"/acme/bank/safeguards/{Safeguard.objects.get().pk}/lift"
    assert signed_in(world.banker).post(lift).status_code == 403
    assert "is lifted" in signed_in(world.admin).post(lift, follow=True).content.decode()
    assert safeguards.forbidding(world.shop) == []
