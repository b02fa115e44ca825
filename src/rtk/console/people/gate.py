"""The one gate: who is calling, and what they may do with which organization and team.

    role     read  run  admin  own        need     what for
    owner    yes   yes  yes    yes        read     see
    admin    yes   yes  yes    no         run      publish, start and stop runs, change what is verified
    member   yes   yes  no     no         admin    change people, teams and settings
    viewer   yes   no   no     no         own      owners themselves, the organization's name and its end

A token's scopes narrow this further (`own` needs the scope admin). Whoever is not in a team is told that it does not
exist, never that it does.
"""

import uuid
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from msgspec import Struct

from rtk.console import sql
from rtk.console.people import tokens
from rtk.console.people.models import SCOPES, Membership, Organization, Role, Team, TeamMembership, Token, User

RIGHTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({"read", "run", "admin", "own"}),
    Role.ADMIN: frozenset({"read", "run", "admin"}),
    Role.MEMBER: frozenset({"read", "run"}),
    Role.VIEWER: frozenset({"read"}),
}
EVERYWHERE = (Role.OWNER, Role.ADMIN)  # who is in all teams of the organization
_BEARER = "bearer "
_ROLE = "role"  # declared with the models: named literally, the type checker would see it declared twice
_IS_IN = Q(role__isnull=False)
_TEAM, _ORG = sql.ModelColumns(Team, "team"), sql.ModelColumns(Organization, "org")
_MINE = "JOIN people_membership AS membership ON membership.org_id = org.id AND membership.user_id = %(user)s"
# Every page asks all of these, and nearly every call the last.
_ORGS = f"SELECT {_ORG.sql}, membership.role FROM people_organization AS org {_MINE} ORDER BY org.name"  # noqa: S608
_SOME_TEAMS = f"""
SELECT {_TEAM.sql}, {_ORG.sql}, membership.role
FROM people_team AS team JOIN people_organization AS org ON org.id = team.org_id {_MINE}
WHERE (
  membership.role IN ({", ".join(f"'{role.value}'" for role in EVERYWHERE)})
  OR EXISTS (SELECT FROM people_teammembership AS inside WHERE inside.user_id = %(user)s AND inside.team_id = team.id)
)
"""  # noqa: S608 - of constants
_TEAMS = f"{_SOME_TEAMS} ORDER BY org.name, team.name"
_ONE_TEAM = f"{_SOME_TEAMS} AND org.{{org}} = %(org)s AND team.{{team}} = %(team)s"
Row = TypeVar("Row", Organization, Team)


class Refused(Exception):
    """The gate stays shut. Its text is one sentence for the caller."""

    status = 403
    retry_after: int | None = None  # seconds, where waiting helps


class Unauthorized(Refused):
    """Nobody, or a token that is wrong, expired or revoked. `challenge` says it to machines, as RFC 6750 has it."""

    status = 401
    challenge = "Bearer"


class Forbidden(Refused):
    """In the team, but the role or the token's scopes do not reach this far."""

    status = 403


class NotFound(Refused):
    """There is no such thing, or it is none of the caller's business."""

    status = 404


class TooMany(Refused):
    """More than a limit allows, until so many seconds have passed."""

    status = 429

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Caller(Struct, frozen=True):
    """Who calls, with which scopes, and `how`: by `token` or `session`."""

    user: User
    scopes: frozenset[str] = frozenset(SCOPES)
    how: str = "session"
    token: Token | None = None


def authenticate(authorization: str | None, now: datetime | None = None) -> Caller | None:
    """The caller of an Authorization header, `Bearer …`; None without one or with one that is not good."""
    if not authorization or not authorization.lower().startswith(_BEARER):
        return None
    token = tokens.find(authorization[len(_BEARER) :].strip(), now)
    if token is None:
        return None
    tokens.used(token, now)
    return Caller(token.user, frozenset(token.scopes), "token", token)


def unauthorized(authorization: str | None) -> Unauthorized:
    """Return why nobody is let in by an Authorization header; when its token expired, to whoever has the token."""
    refused = Unauthorized("Sign in first, or send a valid token: Authorization: Bearer …")
    if authorization and authorization.lower().startswith(_BEARER):
        refused.challenge = 'Bearer error="invalid_token"'
        if over := tokens.expired(authorization[len(_BEARER) :].strip()):
            day = f"{over.astimezone(UTC):%Y-%m-%d}"
            refused = Unauthorized(f"This token expired on {day}: make another one on the page of tokens.")
            refused.challenge = f'Bearer error="invalid_token", error_description="it expired on {day}"'
    return refused


def organizations_for(caller: Caller | None) -> QuerySet[Organization, Any]:
    """The caller's organizations by name, each with the caller's `role`. Raises Unauthorized, Forbidden."""
    user = _allowed(caller, "read").user
    return _with_role(Organization.objects.all(), user, "pk").filter(_IS_IN)


def teams_for(caller: Caller | None) -> QuerySet[Team, Any]:
    """The teams that the caller is in, with their `org`, each with the caller's `role`."""
    user = _allowed(caller, "read").user
    inside = Exists(TeamMembership.objects.filter(user=user, team=OuterRef("pk")))
    teams = _with_role(Team.objects.select_related("org"), user, "org")
    return teams.filter(Q(role__in=EVERYWHERE) | Q(inside) & _IS_IN).order_by("org__name", "name")


def organizations_joined(caller: Caller | None) -> QuerySet[Organization, Any]:
    """The same organizations in the order in which the caller joined them, whatever they are called."""
    found = organizations_for(caller)
    mine = Membership.objects.filter(user=_allowed(caller, "read").user, org=OuterRef("pk")).values("created_at")
    return found.order_by(Subquery(mine), "pk")


def teams_joined(caller: Caller | None) -> QuerySet[Team, Any]:
    """The same teams in the order in which the caller joined them; whoever is in all, in which they were made."""
    found = teams_for(caller)
    mine = TeamMembership.objects.filter(user=_allowed(caller, "read").user, team=OuterRef("pk")).values("created_at")
    since = Case(When(role__in=EVERYWHERE, then=F("created_at")), default=Subquery(mine))
    return found.order_by(since, "pk")


def organizations_of(caller: Caller | None) -> list[Organization]:
    """The same organizations as they are, for what is shown on every page. Raises Unauthorized, Forbidden."""
    found = []
    for row in sql.rows(_ORGS, user=_allowed(caller, "read").user.pk):
        org = _ORG.model(row)
        org.role = row[_ROLE]
        found.append(org)
    return found


def teams_of(caller: Caller | None) -> list[Team]:
    """The same teams as they are."""
    return list(map(_team, sql.rows(_TEAMS, user=_allowed(caller, "read").user.pk)))


def org_for(caller: Caller | None, org: uuid.UUID | str, need: str) -> Organization:
    """An organization by its id or slug, for what is needed. Raises Unauthorized, NotFound, Forbidden."""
    found: Organization | None = organizations_for(caller).filter(**_either(org)).first()
    return passed(found, caller, need, "organization")


def team_for(caller: Caller | None, org: uuid.UUID | str, team: uuid.UUID | str, need: str) -> Team:
    """A team by ids or slugs, with its `org`, for what is needed. Raises Unauthorized, NotFound, Forbidden."""
    user = _allowed(caller, "read").user
    (of_org, which_org), (of_team, which_team) = *_either(org).items(), *_either(team).items()
    query = _ONE_TEAM.format(org=of_org, team=of_team)
    found = next(map(_team, sql.rows(query, user=user.pk, org=which_org, team=which_team)), None)
    there = passed(found, caller, need, "team")
    there.org.role = there.role
    return there


def roles_given_by(giver: str) -> list[Role]:
    """The roles that a role may give and take: owners all, admins all but the owner's, others none."""
    rights = RIGHTS[giver]
    return [role for role in Role if "own" in rights or ("admin" in rights and role != Role.OWNER)]


def _team(row: sql.Row) -> Team:
    team = _TEAM.model(row)
    team.org, team.role = _ORG.model(row), row[_ROLE]
    return team


def _allowed(caller: Caller | None, need: str) -> Caller:
    if caller is None:
        raise Unauthorized("Sign in first, or send a valid token.")
    if ("admin" if need == "own" else need) not in caller.scopes:
        raise Forbidden(f"This token lacks the scope {need}.")
    return caller


def passed(found: Row | None, caller: Caller | None, need: str, what: str) -> Row:
    """What was found, for whoever may do what is needed with it. Raises NotFound, Forbidden."""
    if found is None:
        raise NotFound(f"There is no such {what}, or you are not in it.")
    if need not in RIGHTS[found.role]:
        raise Forbidden(f"As {found.role} of this organization you may not do this.")
    _allowed(caller, need)
    return found


def _with_role(rows: QuerySet[Row, Any], user: User, org: str) -> QuerySet[Row, Any]:
    mine = Membership.objects.filter(user=user, org=OuterRef(org)).values("role")
    return rows.annotate(**{_ROLE: Subquery(mine)})


def _either(key: uuid.UUID | str) -> dict[str, Any]:
    """What finds a row by its id or, when the key is not one, by its slug."""
    if "\0" in str(key):  # no text in PostgreSQL can hold it
        raise NotFound("There is no such address.")
    try:
        return {"id": uuid.UUID(str(key))}
    except ValueError:
        return {"slug": str(key)}
