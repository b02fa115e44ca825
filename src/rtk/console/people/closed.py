"""Why a link opens no door any more, and the page that says so: the same for everybody who has that link."""

from enum import StrEnum
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Closed(StrEnum):
    """Why nobody comes in by a link."""

    FIRST_USER_IS_THERE = "first-user-is-there"
    INVITATION_OVER = "invitation-over"
    INVITATION_USED = "invitation-used"
    INVITER_GONE = "inviter-gone"
    SIGN_IN_LINK_OVER = "sign-in-link-over"
    NOT_INVITED = "not-invited"
    MADE_MEANWHILE = "made-meanwhile"
    CONNECTED_TO_ANOTHER = "connected-to-another"


class Words(NamedTuple):
    """What a page says."""

    title: str
    text: str


_WORDS = {
    Closed.FIRST_USER_IS_THERE: Words(
        "This link is used up",
        "There is a first user already. Sign in, or ask an owner of your organization to invite you.",
    ),
    Closed.INVITATION_OVER: Words(
        "This invitation is over",
        "It was used, withdrawn, or has expired. Ask whoever invited you for a new one.",
    ),
    Closed.INVITATION_USED: Words(
        "This invitation is used up",
        "An account was made by it already. Sign in, or ask whoever invited you for a new one.",
    ),
    Closed.INVITER_GONE: Words(
        "This invitation is no longer good",
        "Whoever made it may not invite you any more: ask an owner or admin of the organization for a new one.",
    ),
    Closed.SIGN_IN_LINK_OVER: Words(
        "This link is used up",
        "A link works for ten minutes, and until its user signs in, by it or otherwise. "
        "The administrator of the console makes a new one with 'rtk sign-in-link'.",
    ),
    Closed.NOT_INVITED: Words(
        "By invitation",
        "Accounts on this console are made by invitation. Ask an owner or admin of your organization for one.",
    ),
    Closed.MADE_MEANWHILE: Words(
        "Twice at once",
        "Your account was made or connected by another request at the same moment. Sign in again.",
    ),
    Closed.CONNECTED_TO_ANOTHER: Words(
        "Somebody else's connection",
        "The account of this address is connected to somebody else at the issuer. If it is yours, sign in without "
        "single sign-on, or by a link of the administrator of the console, and connect it anew in your profile.",
    ),
}


class TurnedAway(Exception):
    """Nobody comes in here."""

    def __init__(self, why: Closed) -> None:
        super().__init__(why)
        self.why = why


def page(request: HttpRequest, why: Closed) -> HttpResponse:
    """Return the page that says why."""
    return render(request, "people/closed.html", _WORDS[why]._asdict(), status=410)
