"""How often a condition is expected, typed in the form that changes a verification."""

import pytest
from django.test import Client

from rtk.console.store.models import Verification
from tests.console.pages.verifications.test_views import address, sent, verification
from tests.console.people.world import World


def test_what_is_expected_is_typed_shown_and_taken_back(world: World, member: Client) -> None:
    found = verification(world)
    place = address(world, "edit-verification", found.pk)
    typed = {"occurs_times": "2", "occurs_lasts_0": "20", "occurs_lasts_1": "min", "strict_cost": "strictly"}
    assert member.post(place, sent(member.get(place), **typed)).status_code == 302
    after = Verification.objects.get()
    assert (after.occurs, after.strict_cost) == ({"times": 2, "per": "30d", "lasts": "20m"}, True)
    page = member.get(address(world, "verification", found.pk)).content.decode()
    assert "Expected <strong>2 times in 30 days, 20 min each</strong>. No run says yet what one costs." in page
    assert "It exits with 2 also where what is expected costs more than its allowance" in page
    assert "so one of them 18 h of bad time." in member.get(place).content.decode()
    taken = {"occurs_times": "", "occurs_lasts_0": "", "strict_cost": ""}
    assert member.post(place, sent(member.get(place), **taken)).status_code == 302
    assert (Verification.objects.get().occurs, Verification.objects.get().strict_cost) == (None, False)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"occurs_times": "0"}, "Expected a number above 0"),
        ({"occurs_times": "-1"}, "greater than or equal to 0"),
        ({"occurs_times": "x"}, "Enter a number."),
        ({"occurs_times": "nan"}, "Enter a number."),
        ({"occurs_times": "2", "occurs_per_0": "0"}, "Give 1 s to 366 days."),
        ({"occurs_times": "2", "occurs_lasts_0": "-1"}, "Give 1 ms to 366 days."),
        ({"occurs_times": "9", "occurs_lasts_0": "9", "occurs_lasts_1": "d"}, "is more than fits into 30 days"),
        ({"occurs_times": "2", "occurs_allowance": "101"}, "Give a number above 0 and at most 100."),
        ({"occurs_lasts_0": "20"}, "Say how often, or leave the rest of it empty."),
        ({"strict_cost": "strictly"}, "Say how often, or leave the rest of it empty."),
        ({"occurs_times": "2", "objective": ""}, "there is no budget that it could cost without an objective"),
    ],
)
def test_what_cannot_be_expected_is_told_beside_it(
    world: World, member: Client, typed: dict[str, str], told: str
) -> None:
    found = verification(world)
    place = address(world, "edit-verification", found.pk)
    page = member.post(place, sent(member.get(place), **typed))
    assert page.status_code == 422
    assert told in page.content.decode()
    assert Verification.objects.get().occurs is None
