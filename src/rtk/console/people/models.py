"""The tables of people: users, organizations, teams, who is in them, invitations, tokens, the audit log.

Every primary key is a UUID. What is always true is held by the database where it can be: addresses in lower case,
names unique without regard to case, roles and scopes from their lists, an audit log that only grows.
"""

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

NAME_LENGTH = 100
SCOPES = ("read", "run", "admin")


class Role(models.TextChoices):
    """What someone is in an organization, from the most to the least."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Identified(models.Model):
    """A row with a UUID and the time it was made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Users(BaseUserManager["User"]):
    """Makes users, with their addresses in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password nobody can sign in with one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return whoever confirmed an address, in whatever case it is typed. Raises User.DoesNotExist."""
        return self.get(emailaddress__email=(username or "").strip().lower(), emailaddress__verified=True)


class User(Identified, AbstractBaseUser):
    """Somebody who signs in, by e-mail address.

    The address is what they typed. Whose it is, `addresses` knows: only a confirmed one is anybody's.
    """

    email = models.EmailField("e-mail address", db_index=True, max_length=254)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)  # of the console: may make organizations
    generation = models.IntegerField(default=0)  # of sessions: those that an earlier one began are over
    read_at: str = ""  # where a mail to reset the password goes, or was read

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """Return what a session holds that was begun with this password, in this generation."""
        return self._of_generation(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same for each secret key that the console had before."""
        return map(self._of_generation, super().get_session_auth_fallback_hash())

    def _of_generation(self, digest: str) -> str:
        return f"{digest}.{self.generation}" if self.generation else digest


class Organization(Identified):
    """Teams that belong together. Its `slug` is its place in addresses of pages."""

    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.CharField(max_length=NAME_LENGTH, unique=True)
    role: str  # the caller's, where the gate let it through
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="organizations"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="organization_name_unique")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(Identified):
    """Where experiments, verifications and runs belong. Unique by name within its organization."""

    org = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.CharField(max_length=NAME_LENGTH)
    role: str  # the caller's, where the gate let it through

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("org", Lower("name"), name="team_name_unique"),
            models.UniqueConstraint(fields=["org", "slug"], name="team_slug_unique"),
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(Identified):
    """Someone's role in an organization."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    org = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "org"], name="membership_unique"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]


class TeamMembership(Identified):
    """Someone is in a team. Owners and admins are in all teams of their organization without it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "team"], name="team_membership_unique")]


class Invitation(Identified):
    """An address asked to join an organization. Its link is signed, so that nothing here opens a door."""

    org = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address", max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    teams: "models.ManyToManyField[Team, Any]" = models.ManyToManyField(Team, blank=True, related_name="+")
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)  # when an account was made by its link, which is good for one
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "email"], condition=Q(accepted_at=None), name="invitation_open_once"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_in_lower_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]
        ordering: ClassVar = ["-created_at"]


class Token(Identified):
    """What a machine signs in with. Only its SHA-256 is kept, and its first characters to recognise it by."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=NAME_LENGTH)
    scopes = ArrayField(models.CharField(max_length=10))
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    made_by = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")  # ends with that token
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(SCOPES)) & Q(scopes__len__gt=0), name="token_scopes_known"
            )
        ]
        ordering: ClassVar = ["-created_at"]


class TokenNoticeKind(models.TextChoices):
    """What a mail tells the owner of a token."""

    SHORTENED = "shortened"  # its end was brought to the longest lifetime
    ENDS_SOON = "ends-soon"


class TokenNotice(Identified):
    """A mail about a token, to be sent once: tried when `due_at` has come, which whoever tries it moves on first."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=TokenNoticeKind.choices)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "kind"], name="token_notice_once"),
            models.CheckConstraint(condition=Q(kind__in=TokenNoticeKind.values), name="token_notice_kind_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="token_notice_due")]
        ordering: ClassVar = ["due_at", "id"]


class AuditEntry(Identified):
    """Who did what. Outlives whom and what it speaks of; a trigger refuses its change and its removal."""

    org = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="audit"
    )
    actor = models.ForeignKey(User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=254)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["org", "-created_at", "-id"], name="audit_newest")]
        ordering: ClassVar = ["-created_at", "-id"]


class Tally(models.Model):
    """How often something was tried since a moment. The key is a SHA-256, so that nobody reads here what was typed."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField()
