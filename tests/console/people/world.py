"""An organization with everybody in it, and others who are not: Alice owns, Charlie and Dora must not see."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.test import Client

from rtk.console.people import joining
from rtk.console.people.models import Membership, Organization, Role, Team, User

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
    """A user who can sign in with PASSWORD."""
    user = User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def made() -> World:
    """The world, in the database."""
    owner, stranger = person("Alice"), person("Dora")
    org, rival = joining.make_organization(owner, "Acme"), joining.make_organization(stranger, "Rival")
    shop, bank = joining.make_team(owner, org, "Shop"), joining.make_team(owner, org, "Bank")
    rivals_team = joining.make_team(stranger, rival, "Lab")
    people = {
        "admin": person("Adam"),
        "member": person("Mary"),
        "viewer": person("Victor"),
        "banker": person("Charlie"),
    }
    joining.join(people["admin"], org, Role.ADMIN)
    joining.join(people["member"], org, Role.MEMBER, [shop])
    joining.join(people["viewer"], org, Role.VIEWER, [shop])
    joining.join(people["banker"], org, Role.MEMBER, [bank])
    return World(org, shop, bank, rival, rivals_team, owner, stranger=stranger, **people)


def signed_in(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client
