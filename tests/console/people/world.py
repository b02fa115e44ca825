"""An organization with everybody in it, and others who are not: Alice owns, Charlie and Dora must not see."""

import time
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.test.client import ClientHandler

from rtk.console.people.models import Membership, Organization, Role, Team, TeamMembership, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class World:
    """Acme with its team Shop; Bank, another team of Acme; Rival, another organization."""

    org: Organization
    shop: Team
    bank: Team
    rival: Organization
    rivals_team: Team
    owner: User
    admin: User
    member: User
    viewer: User
    banker: User  # a member of Acme, of another team
    stranger: User  # the owner of Rival

    def membership(self, user: User) -> Membership:
        return Membership.objects.get(user=user, org=self.org)


def person(name: str) -> User:
    """A user of no organization, who can sign in with PASSWORD."""
    return people(name)[0]


def people(*names: str) -> list[User]:
    """Users by these names."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=f"{name.lower()}@example.org", name=name, password=password) for name in names
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def made() -> World:
    """The world, in the database, by as few statements as can be: hundreds of tests begin with it."""
    owner, admin, member, viewer, banker, stranger = people("Alice", "Adam", "Mary", "Victor", "Charlie", "Dora")
    owner.is_administrator = True  # of the console: she came first
    owner.save(update_fields=["is_administrator"])
    org, rival = Organization.objects.bulk_create(Organization(name=n, slug=n.lower()) for n in ("Acme", "Rival"))
    shop, bank, lab = Team.objects.bulk_create(
        Team(org=of, name=n, slug=n.lower()) for of, n in ((org, "Shop"), (org, "Bank"), (rival, "Lab"))
    )
    roles = {owner: Role.OWNER, admin: Role.ADMIN, member: Role.MEMBER, viewer: Role.VIEWER, banker: Role.MEMBER}
    Membership.objects.bulk_create(
        [Membership(user=user, org=org, role=role) for user, role in roles.items()]
        + [Membership(user=stranger, org=rival, role=Role.OWNER)]
    )
    inside = [(owner, shop), (owner, bank), (member, shop), (viewer, shop), (banker, bank), (stranger, lab)]
    TeamMembership.objects.bulk_create(TeamMembership(user=user, team=team) for user, team in inside)
    return World(org, shop, bank, rival, lab, owner, admin, member, viewer, banker, stranger)


class Shared(ClientHandler):
    """The middleware of all browsers. One that is to be treated otherwise has a `ClientHandler` of its own."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=False)
        self._is_shared = True

    def __setattr__(self, name: str, value: object) -> None:
        assert name.startswith("_") or "_is_shared" not in vars(self), f"{name} would be set for all tests that follow"
        super().__setattr__(name, value)


_HANDLER = Shared()


def new_browser() -> Client:
    """A new browser. It shares the middleware of the others, which takes longer to make than many a page."""
    client = Client()
    client.handler = _HANDLER
    return client


def signed_in(user: User, minutes_ago: float = 0) -> Client:
    """A browser in which somebody is signed in, without what signing in does beside: it would cost ten statements."""
    session = SessionStore()
    session["people-shown"] = [str(user.pk), time.time() - 60 * minutes_ago]
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "rtk.console.people.passwords.Passwords"
    session.create()
    client = new_browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client
