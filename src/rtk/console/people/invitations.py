"""Invitations into an organization: sent by e-mail, with a link that may as well be copied and handed over.

A link's key is the invitation's id, signed: an admin can copy it again at any time, and what is stored opens nothing.
It is good for one account and one joining, by the invited address only, until it expires or is withdrawn. Whoever
comes by a link that its inviter can see has shown nothing of their address. The link in the mail has a second key,
which is nowhere else: whoever comes by that one has read the mail.

It reaches as far as its inviter does: once they may not give its role any more, it is good for nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rtk.console import mail
from rtk.console.people import addresses, audit, gate, memberships, names
from rtk.console.people.models import Invitation, Membership, Organization, Team, User

LIFETIME = timedelta(days=14)
MAILED = "mailed"
NOT_BACKED = "This invitation is no longer good: ask an owner or admin of the organization for a new one."
SUBJECT = "[Reliability Toolkit] You are invited to an organization"
_signer = Signer(salt="rtk.people.invitation", sep=".")  # a full stop stays in a link wherever it is pasted
# No page and no answer holds a key of this one: whoever has it read the mail.
_mailed = Signer(salt="rtk.people.invitation.mailed")


def invite(
    actor: User, org: Organization, email: str, role: str, teams: Iterable[Team] = (), now: datetime | None = None
) -> Invitation:
    """Ask an address to join; asked again, the open invitation is changed and renewed.

    Raises ValidationError when its owner is in the organization already.
    """
    email = email.strip().lower()
    if Membership.objects.filter(org=org, user=addresses.holder(email)).exists():
        raise ValidationError(f"{email} is in the organization already.")
    expires_at = (now or timezone.now()) + LIFETIME
    asked = {"role": role, "invited_by": actor, "expires_at": expires_at, "taken_at": None, "taken_by": None}
    with transaction.atomic():
        invitation, new = Invitation.objects.update_or_create(org=org, email=email, accepted_at=None, defaults=asked)
        invitation.teams.set(teams)
        audit.record(org, actor, "invitation.sent" if new else "invitation.renewed", email, {"role": role})
    return invitation


def invite_all(
    actor: User, org: Organization, emails: Iterable[str], role: str, teams: Iterable[Team] = ()
) -> list[Invitation]:
    """Invite several, all or none of them. Raises ValidationError."""
    teams = list(teams)
    with transaction.atomic():
        return [invite(actor, org, email, role, teams) for email in emails]


def path(invitation: Invitation) -> str:
    """The path of an invitation's link."""
    return reverse("people:join", args=[_signer.sign(invitation.pk.hex)])


def link(invitation: Invitation) -> str:
    """The link that can be copied."""
    return f"{settings.PUBLIC_URL}{path(invitation)}"


def mailed_link(invitation: Invitation) -> str:
    """The link that the mail of an invitation holds, and nothing else that an inviter can see."""
    return f"{link(invitation)}?{MAILED}={_mailed.signature(invitation.pk.hex)}"


def was_mailed(invitation: Invitation, key: str) -> bool:
    """Whether a second key is that of the invitation's mail, so that its bearer has read it."""
    return constant_time_compare(key, _mailed.signature(invitation.pk.hex))


def found(key: str, now: datetime | None = None) -> Invitation | None:
    """The open invitation of a link's key; None when it was forged, used, withdrawn, has expired or is not backed."""
    invitation = named(key)
    if invitation is None or invitation.accepted_at is not None or not is_backed(invitation):
        return None
    return invitation if invitation.expires_at > (now or timezone.now()) else None


def named(key: str) -> Invitation | None:
    """The invitation of a link's key, open or not; None when it was forged or withdrawn."""
    try:
        pk = _signer.unsign(key)
    except BadSignature:
        return None
    return Invitation.objects.select_related("org", "invited_by").filter(pk=pk).first()


def is_backed(invitation: Invitation) -> bool:
    """Whether whoever made an invitation may still give its role in its organization."""
    made_by = Membership.objects.filter(user=invitation.invited_by_id, user__is_active=True, org=invitation.org_id)
    return any(invitation.role in gate.roles_given_by(each.role) for each in made_by)


def is_orphan(key: str) -> bool:
    """Whether a link's key is of an invitation that would be open, were it backed."""
    invitation = named(key)
    return invitation is not None and invitation.accepted_at is None and not is_backed(invitation)


@transaction.atomic
def take(invitation: Invitation, now: datetime | None = None, again: bool = False) -> bool:
    """Whether an account may be made by an invitation, by whoever asks first; `again` after one who is not in yet."""
    now = now or timezone.now()
    if not _is_backed_until_the_end(invitation):
        return False
    open_still = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, expires_at__gt=now)
    return (open_still if again else open_still.filter(taken_at=None)).update(taken_at=now) > 0


def accept(invitation: Invitation, user: User, now: datetime | None = None) -> None:
    """Bring the invited user in. Raises ValidationError for anybody else, and when it was used meanwhile."""
    if not is_for(invitation, user):
        raise ValidationError(f"This invitation is for {invitation.email}; you are signed in as {user.email}.")
    bring_in(invitation, user, now)


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether somebody goes by the address that is invited, or confirmed it."""
    return user.email == invitation.email or addresses.holder(invitation.email) == user


def bring_in(invitation: Invitation, user: User, now: datetime | None = None) -> None:
    """Let somebody join by an invitation. Raises ValidationError when it was used already, or is not backed."""
    with transaction.atomic():
        if not _is_backed_until_the_end(invitation):
            raise ValidationError(NOT_BACKED)
        # Two clicks at once: the row that is updated decides which of them joins.
        mine = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now or timezone.now())
        if not mine:
            raise ValidationError("This invitation was used already.")
        memberships.join(user, invitation.org, invitation.role, invitation.teams.all())


def _is_backed_until_the_end(invitation: Invitation) -> bool:
    """The same as `is_backed`, and nobody takes it from its inviter before this transaction ends."""
    # Whoever changes a role or removes a member locks the organization, whoever disables an account its user.
    Organization.objects.select_for_update(no_key=True).filter(pk=invitation.org_id).first()
    User.objects.select_for_update(no_key=True).filter(pk__in=[invitation.invited_by_id]).first()
    now = Invitation.objects.filter(pk=invitation.pk).first()
    return now is not None and now.invited_by_id == invitation.invited_by_id and is_backed(now)


def withdraw_all_of(inviter: User) -> int:
    """End the open invitations that somebody made; how many there were."""
    made = Invitation.objects.select_related("org").filter(invited_by=inviter, accepted_at=None)
    found = list(made)
    for each in found:
        withdraw(None, each)
    return len(found)


def withdraw(actor: User | None, invitation: Invitation) -> None:
    """End an invitation; its link leads nowhere from now on."""
    with transaction.atomic():
        audit.record(invitation.org, actor, "invitation.withdrawn", invitation.email)
        invitation.delete()


def send(invitation: Invitation) -> bool:
    """Mail an invitation's link; false when no mail server is set or it would not take it: then copy the link."""
    is_read = mail.is_sent()
    inviter = invitation.invited_by
    told = {
        "invitation": invitation,
        "link": mailed_link(invitation) if is_read else link(invitation),
        # As names, of which nobody makes a message of their own.
        "inviter": f"{names.in_mails(inviter.name)} ({inviter.email})".lstrip() if inviter else "",
        "organization": names.in_mails(invitation.org.name),
    }
    text = render_to_string("people/mail/invitation.txt", told)
    try:
        send_mail(SUBJECT, text, None, [invitation.email])
    except OSError:
        return False
    return is_read
