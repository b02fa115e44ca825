"""The audit log: who did what, per organization. It can only be added to; the database refuses the rest."""

from collections.abc import Mapping
from typing import Any

from rtk.console.people.models import AuditEntry, Organization, User

# What may be recorded, and how a page tells it: “Alice {words} TARGET”.
ACTIONS = {
    "organization.created": "created the organization",
    "organization.renamed": "renamed the organization to",
    "organization.deleted": "deleted the organization",
    "team.created": "created the team",
    "team.renamed": "renamed a team to",
    "team.deleted": "deleted the team",
    "member.joined": "joined as",
    "member.left": "left as",
    "member.role-changed": "changed the role of",
    "member.removed": "removed",
    "team.member-added": "added to a team",
    "team.member-removed": "removed from a team",
    "invitation.sent": "invited",
    "invitation.renewed": "renewed the invitation of",
    "invitation.withdrawn": "withdrew the invitation of",
    "notification.recipient-added": "let a team's runs be told to",
    "notification.recipient-tested": "sent a test to",
    "notification.recipient-removed": "ended what was told to",
    "run.stopped": "asked a run to stop, of",
    "run.acknowledged": "acknowledged what was not restored by a run of",
    "badge.published": "let everybody see the badge of",
    "badge.withdrawn": "let only the team see the badge of",
    "hold.released": "released what was held by a run of",
    "token.created": "created the token",
    "token.revoked": "revoked the token",
    "user.signed-in": "signed in as",
    "user.access-ended": "ended the tokens, sessions and second factors of",
    "user.disabled": "disabled",
    "user.enabled": "enabled",
    "user.handed-over": "handed an account over to",
    "user.administrator-named": "made an administrator of the console of",
    "user.administrator-dismissed": "took the administration of the console from",
    "user.password-changed": "changed the password of",
    "user.second-factor-added": "added a second factor",
    "user.second-factor-removed": "removed a second factor",
}


def record(
    org: Organization | None, actor: User | None, action: str, target: str, detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Add to an organization's log; `actor` is None when the console itself did it.

    Other apps record actions of their own, named `thing.happened`.
    """
    # Kept in the entry, which outlives its user.
    name = "the console" if actor is None else actor.email
    return AuditEntry.objects.create(
        org=org, actor=actor, actor_name=name, action=action, target=target[:254], detail=dict(detail or {})
    )


def record_everywhere(actor: User, action: str, target: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add to the log of every organization that the actor is in: what they did concerns them all."""
    for org in Organization.objects.filter(memberships__user=actor):
        record(org, actor, action, target, detail)
