"""Organizations, teams and tokens."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Query, Router

from rtk.console.api.answers import created
from rtk.console.api.entry import caller_of
from rtk.console.api.forms import NewToken
from rtk.console.api.shown import MadeToken, Page, ShownToken
from rtk.console.people import gate, reauthentication, tokens
from rtk.console.people.models import Token
from rtk.console.store import lists
from rtk.console.store.problem import Problem, unknown

router = Router(tags=["people"])


@router.get("/organizations", summary="The organizations and teams that you are in")
def organizations(request: HttpRequest) -> list[dict[str, Any]]:
    """Every organization of yours with its teams, those you are in, each in the order in which you joined them.

    Owners and admins are in all teams: theirs are in the order in which they were made. So what comes first stays
    first, whoever invites you and whatever others are called.
    """
    caller = caller_of(request)
    teams: dict[Any, list[dict[str, Any]]] = {}
    for team in gate.teams_joined(caller):
        # Clients of 2020 take an only organization into their settings as it is, where each team has this key.
        teams.setdefault(team.org_id, []).append({"id": str(team.id), "name": team.name, "default": False})
    found = gate.organizations_joined(caller)
    return [{"id": str(org.id), "name": org.name, "teams": teams.get(org.id, [])} for org in found]


@router.get("/organizations/{org}/teams", summary="The teams of an organization that you are in")
def teams(request: HttpRequest, org: str) -> list[dict[str, str]]:
    """Every team of yours in the organization, in the order in which you joined them or, if in all, they were made."""
    caller = caller_of(request)
    found = gate.org_for(caller, org, "read")
    return [_team(team) for team in gate.teams_joined(caller).filter(org_id=found.id)]


@router.get("/organizations/{org}/teams/{team}", summary="A team")
def team(request: HttpRequest, org: str, team: str) -> dict[str, str]:
    """A team that you are in."""
    return _team(gate.team_for(caller_of(request), org, team, "read"))


def _team(team: Any) -> dict[str, str]:
    return {"id": str(team.id), "name": team.name, "org_id": str(team.org_id)}


@router.get("/tokens", response=Page[ShownToken], summary="Your tokens")
def list_tokens(request: HttpRequest, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)) -> Any:
    """Your tokens, without their secrets."""
    caller = _themselves(request)
    return lists.page(Token.objects.filter(user=caller.user), _token, cursor, limit)


@router.post("/tokens", response={201: MadeToken}, summary="Make a token")
def make_token(request: HttpRequest, body: NewToken) -> HttpResponse:
    """Make a token; `token` is its secret, shown this once. It reaches no further than what you call with."""
    caller = _themselves(request)
    # A token outlasts the session. A browser that was left open must not be enough to make one.
    if caller.how == "session" and not reauthentication.is_recent(request):
        since = reauthentication.minutes()
        raise gate.Forbidden(f"You signed in more than {since} min ago: sign in again, or make the token on the page.")
    # Else a token that may only read would make one that may do everything.
    beyond = set(body.scopes) - caller.scopes
    if beyond:
        raise Problem(
            403, f"scopes: you call without the scope {sorted(beyond)[0]}, so no token of yours has it", "scopes"
        )
    expires = body.expires_at
    if expires and expires <= now():
        raise Problem(422, "expires_at: expected a moment to come", "expires_at")
    try:
        token, secret = tokens.make(caller.user, body.name, body.scopes, expires, caller.token)
    except ValidationError as error:
        # A lifetime is a mistake in the call; numbers are what is there already.
        if error.code in (tokens.TokenRefusal.LIFETIME, tokens.TokenRefusal.MAKER):
            raise Problem(422, f"expires_at: {error.messages[0]}", "expires_at") from None
        raise Problem(409, error.messages[0]) from None
    return created(request, {**_token(token), "token": secret}, f"/api/v1/tokens/{token.id}")


@router.delete("/tokens/{token}", response={204: None}, summary="Delete a token")
def delete_token(request: HttpRequest, token: str) -> Any:
    """Delete a token of yours: it lets nobody in from now on."""
    caller = _themselves(request)
    found = lists.by_id(Token.objects.filter(user=caller.user), token)
    if found is None:
        raise unknown("token")
    tokens.revoke(found)
    return HttpResponse(status=204)


def _themselves(request: HttpRequest) -> gate.Caller:
    """Tokens are a matter of people: a machine needs the scope admin for them."""
    caller = caller_of(request)
    if "admin" not in caller.scopes:
        raise gate.Forbidden("This token lacks the scope admin.")
    return caller


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "scopes": token.scopes,
        "prefix": token.prefix,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
    }
