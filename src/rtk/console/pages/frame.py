"""What stands around every page: the switcher of organizations and teams, the navigation, and the banner."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.urls import reverse

import rtk
from rtk.console.pages.insights.banner import NotRestored, unacknowledged
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Organization, Team, User


class Entry(NamedTuple):
    """An entry of the navigation; `here` when the page belongs to it."""

    key: str
    label: str
    icon: str
    url: str
    here: bool


class PageFrame(NamedTuple):
    """All of it. `banner` tells of runs that are not restored; `importing` is where an experiment is imported."""

    orgs: Sequence[Organization]
    teams: Sequence[Team]
    main: Sequence[Entry]
    more: Sequence[Entry]
    importing: str
    banner: Sequence[NotRestored]
    version: str


_Link = tuple[str, str, str, str]  # a key, a label, an icon and the name of an address
_RestrictedLink = tuple[str, str, str, str, str]  # and the right that it takes
_TEAM = (
    ("timeline", "Timeline", "timeline", "pages:timeline"),
    ("objectives", "Objectives", "target", "pages:objectives"),
    ("verifications", "Verifications", "checks", "pages:verifications"),
    ("insights", "Insights", "bulb", "pages:insights"),
    ("experiments", "Experiments", "flask", "pages:experiments"),
    ("executions", "Executions", "player-play", "pages:executions"),
)
_TEAM_MORE = (
    ("safeguards", "Safeguards", "hand-stop", "pages:safeguards", "read"),
    ("people", "People", "users", "people:team", "read"),
    ("notifications", "Notifications", "bell", "notify:notifications", "admin"),
    ("settings", "Settings", "settings", "people:team-settings", "admin"),
)
_ORG = (
    ("timeline", "Timeline", "timeline", "pages:org-timeline"),
    ("verifications", "Verifications", "checks", "pages:org-verifications"),
    ("insights", "Insights", "bulb", "pages:org-insights"),
    ("executions", "Executions", "player-play", "pages:org-executions"),
)
_ORG_MORE = (
    ("teams", "Teams", "users-group", "people:organization", "read"),
    ("members", "Members", "users", "people:members", "read"),
    ("invitations", "Invitations", "mail", "people:invitations", "admin"),
    ("audit", "Audit", "list-details", "people:audit", "admin"),
    ("settings", "Settings", "settings", "people:organization-settings", "own"),
)
_OWN = (
    ("home", "Organizations", "building", "people:organizations"),
    ("profile", "Profile", "user", "people:profile"),
    ("tokens", "Tokens", "key", "people:tokens"),
    ("security", "Second factors", "shield", "mfa_index"),
    ("sessions", "Sessions", "device", "usersessions_list"),
    ("limits", "Limits", "hand-stop", "people:limits"),
)
_ACCOUNT = {"mfa_": "security", "usersessions_": "sessions", "account_": "profile", "socialaccount_": "profile"}


def account_page(name: str | None) -> str:
    """The entry that a page of allauth's belongs to, by the name of its address."""
    found = [key for start, key in _ACCOUNT.items() if (name or "").startswith(start)]
    return found[0] if found else ""


def around(user: Any, org: Organization | None, team: Team | None, at: str) -> PageFrame:
    """The frame of a page of a team, of an organization or of neither. Two queries, three with a team."""
    if not isinstance(user, User):
        return PageFrame((), (), (), (), "", (), rtk.__version__)
    caller = Caller(user)
    orgs, teams = gate.organizations_of(caller), gate.teams_of(caller)
    org = org or (team.org if team else None)
    # What the reader may do: whoever put the organization there asked the gate, which noted the role.
    rights: frozenset[str] = gate.RIGHTS.get(getattr(org, "role", ""), frozenset())
    main: Sequence[_Link] = _OWN
    restricted: Sequence[_RestrictedLink] = ()
    address: dict[str, str] = {}
    if org:
        main, restricted, address = _ORG, _ORG_MORE, {"org": org.slug}
    if team:
        main, restricted, address = _TEAM, _TEAM_MORE, {**address, "team": team.slug}
    return PageFrame(
        orgs=orgs,
        teams=[each for each in teams if org and each.org_id == org.pk],
        main=[_entry(*row, at, address) for row in main],
        more=[_entry(*row[:4], at, address) for row in restricted if row[4] in rights],
        importing=reverse("pages:import", kwargs=address) if team and "run" in rights else "",
        banner=unacknowledged(team) if team else (),
        version=rtk.__version__,
    )


def _entry(key: str, label: str, icon: str, name: str, at: str, address: dict[str, str]) -> Entry:
    return Entry(key, label, icon, reverse(name, kwargs=address), key == at)
