"""A user, an organization, a team and a token without a browser, for machines that set up a console."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from rtk.console.people import gate, joining, names, tokens
from rtk.console.people.models import SCOPES, Organization, Team, User
from rtk.errors import BadInput

NAME = "provisioned"
_LOCK = 0x52544B01  # an advisory lock of ours: two who provision at once must not both make what is missing


def provision(email: str, organization: str, team: str, kept: str = "") -> str:
    """Make what is missing of a user, an organization that they own and a team in it; answer a token of theirs.

    `kept` is a token from an earlier time, answered again while it is good, so that doing this twice changes
    nothing. Raises BadInput for what cannot be an address or a name, and when others have the organization.
    """
    try:
        validate_email(email)
        organization, team = names.check(organization), names.check(team)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            user = _user(email.strip().lower())
            _team(user, _organization(user, organization), team)
            return _token(user, kept)
    except ValidationError as error:
        raise BadInput(f"provisioning {email}, {organization}, {team}: {' '.join(error.messages)}") from None


def _user(email: str) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _organization(user: User, name: str) -> Organization:
    org = Organization.objects.filter(name__iexact=name).first()
    if org is None:
        return joining.make_organization(user, name)
    if not org.memberships.filter(user=user, role__in=gate.EVERYWHERE).exists():
        raise ValidationError(f"there is an organization {name} of others; expected one of {user.email}")
    return org


def _team(user: User, org: Organization, name: str) -> Team:
    return Team.objects.filter(org=org, name__iexact=name).first() or joining.make_team(user, org, name)


def _token(user: User, kept: str) -> str:
    """What was kept while it is a good token of the user, else a new one with every scope."""
    found = tokens.find(kept) if kept else None
    if found is not None and found.user == user:
        return kept
    return tokens.make(user, NAME, SCOPES)[1]
