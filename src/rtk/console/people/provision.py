"""A user, an organization, a team and a token without a browser, for machines that set up a console."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rtk.console.people import addresses, bootstrap_signup, gate, memberships, names, tokens
from rtk.console.people.models import SCOPES, Organization, Team, User
from rtk.errors import BadInput

NAME = "provisioned"


def provision(email: str, organization: str, team: str, kept: str = "") -> str:
    """Make what is missing of a user, an organization that they own and a team in it; answer a token of theirs.

    `kept` is a token from an earlier time, answered again while it is good, so that doing this twice changes
    nothing. Raises BadInput for what cannot be an address or a name, and when others have the organization.
    """
    try:
        validate_email(email)
        organization, team = names.check(organization), names.check(team)
        with transaction.atomic():
            bootstrap_signup.alone()  # two who provision at once must not both make what is missing
            address = email.strip().lower()
            user = addresses.holder(address)  # an account that only names an address may be anybody's
            if user is None:
                user = User.objects.create_user(address, is_administrator=not User.objects.exists())
                EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
            org = Organization.objects.filter(name__iexact=organization).first()
            if org is None:
                org = memberships.make_organization(user, organization)
            elif not org.memberships.filter(user=user, role__in=gate.EVERYWHERE).exists():
                told = f"there is an organization {organization} of others; expected one of {user.email}"
                raise ValidationError(told)
            if not Team.objects.filter(org=org, name__iexact=team).exists():
                memberships.make_team(user, org, team)
            found = tokens.find(kept) if kept else None
            if found is not None and found.user == user:
                return kept
            return tokens.make(user, NAME, SCOPES)[1]
    except ValidationError as error:
        raise BadInput(f"provisioning {email}, {organization}, {team}: {' '.join(error.messages)}") from None
