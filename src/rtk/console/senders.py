"""Who sends a request: somebody who was found to be good a while ago, else an address.

All sessions and tokens of a person are one. Whoever comes with one that nobody has checked yet is one with all others
at their address: else each made-up one would be somebody new, whose turn comes before everybody's.
"""

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from rtk.console.bodies import Scope, header, origin
from rtk.console.cookies import session_of
from rtk.console.turns import Sender

PROVEN_S = 600.0  # for how long one is somebody after the last request that showed it
MOST = 10_000  # who were proven: of more, whoever came longest ago is an address again
MOST_PATHS = 1_024  # addresses whose team is remembered
_OF_NO_TEAM = r"(?:accounts|api|assets|badge/[^/]+s|settings)/"
_OF_TEAM = re.compile(rf"/(?:api/v1/organizations/([^/]+)/teams/([^/]+)|(?!{_OF_NO_TEAM})([^/]+)/([^/]+))(?:/|$)")
_NOBODY = (float("-inf"), "")


class Senders:
    """Those of a console whose session cookie has this name, behind so many proxies. Safe to use from any thread."""

    def __init__(self, cookie: str, proxies: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._cookie = cookie
        self._proxies = proxies
        self._clock = clock
        self._proven: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, scope: Scope, with_team: bool = False) -> Sender:
        """Return who sends a request. Nobody has a share of a team by naming it."""
        until, who = self._proven.get(self._digest(scope), _NOBODY)
        if until <= self._clock():
            return Sender(origin(scope, self._proxies))
        return Sender(who, team_of(scope["path"]) if with_team else "")

    def prove(self, scope: Scope, person: object = None) -> None:
        """Note that the token or the session of a request is of a person, whose id this is where it is at hand."""
        if not (digest := self._digest(scope)):
            return
        with self._lock:
            known = self._proven.get(digest, _NOBODY)[1] or digest
            self._proven[digest] = (self._clock() + PROVEN_S, known if person is None else f"person {person}")
            self._proven.move_to_end(digest)
            while len(self._proven) > MOST:
                self._proven.popitem(last=False)

    def _digest(self, scope: Scope) -> str:
        """What a token or a session is known by, of which nothing can be read; empty where there is neither."""
        told = header(scope, b"authorization") or session_of(scope, self._cookie).encode("latin-1", "replace")
        return hashlib.sha256(told).hexdigest() if told else ""


@lru_cache(MOST_PATHS)
def team_of(path: str) -> str:
    """The team that an address is of, as it is named there; empty where it is of none."""
    found = _OF_TEAM.match(path)
    return "/".join(filter(None, found.groups())) if found else ""
