"""Organizations and teams are made, people come into them, change their role and leave, each noted in the audit log.

Whatever could take away the last owner locks the organization first, so that two who leave at once do not both go.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from rtk.console.database import unhurried
from rtk.console.people import addresses, audit, names
from rtk.console.people.models import Membership, Organization, Role, Team, TeamMembership, User

UNCONFIRMED = {"address": "unconfirmed"}
DELETION_S = 300.0  # for each of its statements
LAST_OWNER = "The organization needs an owner: make somebody else one first."


def may_make_organizations(user: User) -> bool:
    """Whether somebody may make organizations, by the console's setting."""
    return user.is_administrator or settings.NEW_ORGANIZATIONS == "everybody"


def make_organization(owner: User, name: str) -> Organization:
    """A new organization with its first owner. Raises ValidationError when the name cannot be used."""
    name = names.check(name)
    with _unique(f"There is an organization named “{name}” already."), transaction.atomic():
        org = Organization.objects.create(name=name, slug=names.slug_of(name))
        Membership.objects.create(user=owner, org=org, role=Role.OWNER)
        audit.record(org, owner, "organization.created", name)
    return org


def make_team(actor: User, org: Organization, name: str) -> Team:
    """A new team; whoever makes it is in it. Raises ValidationError when the name cannot be used."""
    name = names.check(name)
    with _unique(f"There is a team named “{name}” already."), transaction.atomic():
        team = Team.objects.create(org=org, name=name, slug=names.slug_of(name))
        TeamMembership.objects.create(user=actor, team=team)
        audit.record(org, actor, "team.created", name)
    return team


def rename(actor: User, what: Organization | Team, name: str) -> None:
    """Give another name, and so another address. Raises ValidationError when the name cannot be used."""
    name, before = names.check(name), what.name
    kind, org = ("organization", what) if isinstance(what, Organization) else ("team", what.org)
    with _unique(f"There is one named “{name}” already."), transaction.atomic():
        what.name, what.slug = name, names.slug_of(name)
        what.save(update_fields=["name", "slug"])
        audit.record(org, actor, f"{kind}.renamed", name, {"from": before})


def delete(actor: User, what: Organization | Team) -> None:
    """Remove an organization or a team with all that belongs to it; the audit log stays."""
    kind, org = ("organization", what) if isinstance(what, Organization) else ("team", what.org)
    connection.ensure_connection()
    # Measurements of years take longer than the answer to any other form.
    with unhurried(connection.connection, DELETION_S), transaction.atomic():
        # What is being added meanwhile would refer to a row that is gone: it waits for this, and is refused.
        Organization.objects.select_for_update().filter(pk=what.pk).first()
        list(Team.objects.select_for_update().filter(Q(pk=what.pk) | Q(org=what.pk)).order_by("pk"))
        audit.record(org, actor, f"{kind}.deleted", what.name)
        what.delete()


def join(user: User, org: Organization, role: str, teams: Iterable[Team] = ()) -> Membership:
    """Bring someone into an organization and teams of it. Who is in it already keeps the role."""
    with transaction.atomic():
        membership, new = Membership.objects.get_or_create(user=user, org=org, defaults={"role": role})
        if new:
            audit.record(org, user, "member.joined", role, {} if addresses.is_confirmed(user) else UNCONFIRMED)
        for team in teams:
            TeamMembership.objects.get_or_create(user=user, team=team)
    return membership


def change_role(actor: User, membership: Membership, role: str) -> None:
    """Give someone another role. Raises ValidationError when the last owner would be none."""
    with transaction.atomic():
        _keep_an_owner(membership, staying=role == Role.OWNER)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        detail = {"from": before, "to": role}
        audit.record(membership.org, actor, "member.role-changed", membership.user.email, detail)


def remove(actor: User, membership: Membership) -> None:
    """Take someone out of an organization and its teams; leaving is removing oneself.

    Raises ValidationError for the last owner.
    """
    with transaction.atomic():
        _keep_an_owner(membership, staying=False)
        TeamMembership.objects.filter(user=membership.user, team__org=membership.org).delete()
        membership.delete()
        if actor == membership.user:
            audit.record(membership.org, actor, "member.left", membership.role)
        else:
            audit.record(membership.org, actor, "member.removed", membership.user.email)


def enter_team(actor: User, team: Team, membership: Membership) -> None:
    """Put a member of the organization into one of its teams."""
    with transaction.atomic():
        _, new = TeamMembership.objects.get_or_create(user=membership.user, team=team)
        if new:
            audit.record(team.org, actor, "team.member-added", membership.user.email, {"team": team.name})


def exit_team(actor: User, entry: TeamMembership) -> None:
    """Take someone out of a team."""
    with transaction.atomic():
        entry.delete()
        team = entry.team
        audit.record(team.org, actor, "team.member-removed", entry.user.email, {"team": team.name})


def _keep_an_owner(membership: Membership, staying: bool) -> None:
    """Lock the organization and see what the member is by now. Raises ValidationError when no owner would be left."""
    # The organization and no member: two owners who leave at once have no other row in common.
    Organization.objects.select_for_update().get(pk=membership.org_id)
    now = Membership.objects.filter(pk=membership.pk).first()
    if now is None:
        raise ValidationError(f"{membership.user.email} has left the organization meanwhile.")
    membership.role = now.role
    others = Membership.objects.filter(org=membership.org_id, role=Role.OWNER).exclude(pk=membership.pk)
    if not staying and membership.role == Role.OWNER and not others.exists():
        raise ValidationError(LAST_OWNER)


@contextmanager
def _unique(sentence: str) -> Iterator[None]:
    """Turn the database's refusal of a second row of a name into a sentence."""
    try:
        yield
    except IntegrityError:
        raise ValidationError(sentence) from None
