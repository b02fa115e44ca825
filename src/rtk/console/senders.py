"""Who sends a request: somebody who was found to be good a while ago, else an address.

Whoever comes with a token or a session that nobody has checked yet is one with all others at their address: else each
made-up one would be somebody new, whose turn comes before everybody's.
"""

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from rtk.console.bodies import Scope, header, origin
from rtk.console.cookies import session_of
from rtk.console.turns import Sender

PROVEN_S = 600.0  # for how long one is somebody after the last request that showed it
MOST = 10_000
_OF_TEAM = re.compile(r"/(?:api/v1/organizations/([^/]+)/teams/([^/]+)|(?!api/)([^/]+)/([^/]+))/")


class Senders:
    """Those of a console whose session cookie has this name, behind so many proxies. Safe to use from any thread."""

    def __init__(self, cookie: str, proxies: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._cookie = cookie
        self._proxies = proxies
        self._clock = clock
        self._proven: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, scope: Scope, with_team: bool = False) -> Sender:
        """Return who sends a request. Nobody has a share of a team by naming it."""
        name = self._digest(scope)
        if self._proven.get(name, float("-inf")) <= self._clock():
            return Sender(origin(scope, self._proxies))
        return Sender(name, team_of(scope["path"]) if with_team else "")

    def prove(self, scope: Scope) -> None:
        """Note that the token or the session of a request is somebody's."""
        if not (name := self._digest(scope)):
            return
        with self._lock:
            self._proven[name] = self._clock() + PROVEN_S
            self._proven.move_to_end(name)
            while len(self._proven) > MOST:
                self._proven.popitem(last=False)

    def _digest(self, scope: Scope) -> str:
        """What a token or a session is known by, of which nothing can be read; empty where there is neither."""
        told = header(scope, b"authorization") or session_of(scope, self._cookie).encode("latin-1", "replace")
        return hashlib.sha256(told).hexdigest() if told else ""


def team_of(path: str) -> str:
    """The team that an address is of, as it is named there; empty where it is of none."""
    found = _OF_TEAM.match(path)
    return "/".join(filter(None, found.groups())) if found else ""
