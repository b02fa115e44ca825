"""Which mails are counted; how many there may be is in tests/attack/test_mail_to_strangers.py."""

from pathlib import Path

import allauth
import pytest
from django.test import RequestFactory

from rtk.console.people import mailing
from rtk.console.people.gate import TooMany
from tests.console.people.world import World

# What allauth tells of an account to its own address, when it is set up to do so.
TO_ITS_OWN = {
    "base",
    "base_notification",
    "email_changed",
    "email_confirm",
    "email_deleted",
    "password_changed",
    "password_reset",
    "password_set",
}


def test_every_mail_of_allauth_that_goes_to_a_typed_address_is_counted() -> None:
    mails = Path(allauth.__file__).parent / "templates" / "account" / "email"
    there = {each.name.removesuffix("_message.txt") for each in mails.glob("*_message.txt")}
    assert there - TO_ITS_OWN == {name.rpartition("/")[2] for name in mailing.ASKED_FOR}


def test_a_member_who_confirmed_an_address_is_no_stranger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_NOTIFICATION_MAILS", "1")
    assert [mailing.notified(world.org, "s@example.com") is None for _ in range(2)] == [True, False]
    assert [mailing.notified(world.org, "Mary@example.org ") for _ in range(2)] == [None, None]
    assert isinstance(mailing.notified(world.org, world.stranger.email), TooMany)
    assert mailing.notified(world.rival, world.stranger.email) is None


def test_a_mail_counts_for_whoever_asks_and_for_its_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_MAILS_PERSON", "2")
    request = RequestFactory().post("/")
    request.user = world.owner
    mailing.asked_for(request, "a@example.com")
    mailing.asked_for(request, "b@example.com")
    with pytest.raises(TooMany, match="2 mails to others"):
        mailing.asked_for(request, "c@example.com")
    request.user = world.admin
    mailing.asked_for(request, "c@example.com")
