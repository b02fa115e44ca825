"""The console as a client sees it: its calls by name, and what its refusals mean."""

import json
from collections.abc import Mapping
from typing import Any

from rtk.errors import ToolkitError
from rtk.experiment.address import parse
from rtk.experiment.bearer import why_refused
from rtk.publish import versions
from rtk.publish.destination import Destination, segment
from rtk.publish.http_transport import Request, Response, Send, Wire, agent, packed

JSON = "application/json"
EVENT = "application/cloudevents+json"
NOT_UNDERSTOOD = frozenset((400, 404, 405, 415, 422, 426))  # what a call of another version may be answered with


class ConsoleRefused(ToolkitError):
    """The console answered, and will not do it."""

    def __init__(self, text: str, status: int, *, curable: bool = False) -> None:
        """`curable`: an update may have it taken."""
        super().__init__(text)
        self.status = status
        self.curable = curable


class Console:
    """A console one is signed in to."""

    def __init__(self, where: Destination, send: Send | None = None) -> None:
        self.where = where
        self._own = None if send else Wire()
        self._send: Send = send or self._own  # type: ignore[assignment] # one of the two is there

    @property
    def name(self) -> str:
        """How sentences name it."""
        return parse(self.where.url).host

    def call(self, method: str, path: str, body: Any = None, media: str = JSON, pack: bool = False) -> Response:
        """One call; `body` is bytes or what JSON can hold. Raises `NoAnswer`."""
        headers = {"Authorization": self.where.authorization, "Accept": JSON, "User-Agent": agent()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body, default=str).encode()
        if data is not None:
            headers["Content-Type"] = media
            data = packed(data, headers) if pack else data
        return self._send(Request(method, self.where.url + path, headers, data, verify_tls=self.where.verify_tls))

    def asked(self, path: str) -> Any:
        """What a GET answers. Raises `ConsoleRefused` or `NoAnswer`."""
        return self.checked(self.call("GET", path)).json()

    def checked(self, answer: Response) -> Response:
        """An answer that is good. Raises `ConsoleRefused` with what went wrong in a sentence."""
        if answer.good:
            return answer
        raise ConsoleRefused(self.refusal(answer), answer.status, curable=bool(self.remedy(answer)))

    def refusal(self, answer: Response) -> str:
        """Why the console would not, in a sentence that says what to do."""
        if answer.status == 401:
            why = why_refused(answer.headers.get("www-authenticate"))
            return f"{self.name} does not accept the token: {why}; sign in anew"
        if answer.status == 403:
            return f"the token may not do this on {self.name} ({answer.told()}): it needs the right to run"
        if 300 <= answer.status < 400:
            return f"{self.name} redirects elsewhere: is {self.where.url} the console's own address?"
        return f"{self.name} answered {answer.told()}{self.remedy(answer)}"

    def remedy(self, answer: Response) -> str:
        """What to update, as the end of a sentence, where it may not understand us for being of another version."""
        if answer.status not in NOT_UNDERSTOOD:
            return ""
        return versions.remedy(self.name, self.where.url, versions.told(answer.headers))

    def organizations(self) -> list[dict[str, Any]]:
        """The organizations of the token's user, each with its teams. Raises `ConsoleRefused` or `NoAnswer`."""
        found = _listed(self.asked("/api/v1/organizations"), self.name)
        for each in found:
            if not isinstance(each.get("teams"), list):
                each["teams"] = _listed(self.asked(f"/api/v1/organizations/{segment(each['id'])}/teams"), self.name)
        return found

    def another(self) -> "Console":
        """The same console over another connection, for another thread."""
        return Console(self.where, None if self._own else self._send)

    def close(self) -> None:
        """Let go of the connection."""
        if self._own:
            self._own.close()


def _listed(body: Any, name: str) -> list[dict[str, Any]]:
    rows = body.get("items") if isinstance(body, Mapping) else body
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
        raise ConsoleRefused(f"{name} does not answer as a console does: is this its address?", 200)
    return rows


def settled(console: Console, wanted_team: str | None = None) -> Destination:
    """The destination with a team: the document's own where it is one of the user's, else the chosen or first one.

    Raises `ConsoleRefused` or `NoAnswer`.
    """
    where = console.where
    if where.team and wanted_team in (None, where.team):
        return where
    teams = [(org, team) for org in console.organizations() for team in org["teams"]]
    matching = [both for both in teams if str(both[1]["id"]) == wanted_team]
    if matching:
        return where.in_team(*matching[0])
    if where.team:
        return where
    if not teams:
        raise ConsoleRefused(f"you are in no team on {console.name}: ask an owner of your organization to add you", 403)
    return where.in_team(*teams[0])
