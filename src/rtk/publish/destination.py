"""Where to publish: which console, with which token, as which team."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote

from rtk.errors import BadInput
from rtk.experiment.address import Address, parse
from rtk.experiment.credentials import authorization
from rtk.experiment.wording import shown
from rtk.publish.settings import arguments_of

LONGEST_ID = 200


@dataclass(frozen=True)
class Destination:
    """A console and a team there. Without a team, the first one of the token's user is asked for."""

    url: str
    authorization: str
    verify_tls: bool = True
    organization: str = ""
    team: str = ""
    organization_name: str = ""
    team_name: str = ""

    @property
    def base(self) -> str:
        """The address of the team in the API, relative to the console."""
        return f"/api/v1/organizations/{segment(self.organization)}/teams/{segment(self.team)}"

    def in_team(self, organization: Mapping[str, Any], team: Mapping[str, Any]) -> "Destination":
        """The same console with this team."""
        return replace(
            self,
            organization=str(organization["id"]),
            team=str(team["id"]),
            organization_name=str(organization.get("name", "")),
            team_name=str(team.get("name", "")),
        )

    def as_dict(self) -> dict[str, Any]:
        """For a pipe to another process of ours; never for a file: the token is in it."""
        return asdict(self)


def destination(settings: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Destination | None:
    """Where the environment (`RTK_URL`, `RTK_TOKEN`), else the settings say to publish to; None for nowhere.

    Raises `BadInput` for an address or settings of another shape.
    """
    arguments = arguments_of(settings)
    if url := environ.get("RTK_URL", "").strip():
        # A team that was chosen on one console is none of another's.
        same = arguments.get("url") is not None and root_of(str(arguments["url"])) == root_of(url)
        arguments = {**(arguments if same else {}), "url": url}
    if not arguments.get("url"):
        return None
    address = address_of(str(arguments["url"]))
    if not address.private:
        raise BadInput(f"{address.shown}: a token is never sent over plain http to another machine, expected https")
    header = authorization(address, settings, environ)
    if header is None:
        return None
    found = Destination(root_of(address.url), header, arguments.get("verify_tls") is not False)
    return _with_default_team(found, arguments.get("organizations") or [])


def _with_default_team(found: Destination, organizations: Any) -> Destination:
    try:
        for organization in organizations:
            for team in organization.get("teams") or []:
                if organization.get("default") and team.get("default"):
                    return found.in_team(organization, team)
    except (AttributeError, KeyError, TypeError):
        raise BadInput(
            "settings: the console's organizations are not as chaos signin writes them; sign in anew"
        ) from None
    return found


def address_of(url: str) -> Address:
    """A console's address. Raises `BadInput` for what is none."""
    try:
        return parse(url if "://" in url else f"https://{url}")
    except BadInput:
        raise BadInput("the console's url: expected an address such as https://console.example.com") from None


def segment(name: object) -> str:
    """Return an id as one segment of an address's path, quoted. Raises `BadInput` for what can be none.

    Ids come from consoles and from files: a slash in one, or two dots, must not lead anywhere else.
    """
    text = str(name)
    if text in ("", ".", "..") or len(text) > LONGEST_ID or not text.isprintable():
        raise BadInput(f"{shown(text)} cannot be an id in a console's address, expected one such as a UUID")
    return quote(text, safe="")


def root_of(url: str) -> str:
    """Scheme and host of an address: all that is kept of a console's."""
    address = address_of(url)
    return f"{address.scheme}://{address.host}"
