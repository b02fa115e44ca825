"""How the console's threads are shared among all who send requests, by turns.

Large requests have two to themselves, also those that took long a moment ago, and so has whatever asks the issuer of
single sign-on and waits for it.
"""

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from rtk.console import limits, options
from rtk.console.senders import Senders, team_of
from rtk.console.turns import Leaving, Turns, TurnShare

USUAL, LARGE = 6, 2  # threads
ISSUER = 2  # threads that ask the issuer of single sign-on: one that hangs keeps nobody else waiting
KEPT = 2  # usual threads for who holds none: two senders of one team took all six
BESIDE = 2  # threads for what takes a moment: nobody's turn is spent on it, and it waits for nobody's
OF_LARGE = 1  # turns that a sender, and a team, has at once
DEAR_S = 0.5  # of CPU: what took a team so much is a large request for the next minute
DEAR_FOR_S = 60.0
MOST_DEAR = 1_000  # addresses
# What reads a whole run again takes long although nobody sends much.
_LONG = re.compile(r"/[^/]+/[^/]+/insights/[^/]+/report\.\w+")
_ASKS_ISSUER = re.compile(r"/accounts/oidc/.*|/sign-on-again")


class SharingBounds(NamedTuple):
    """From how many bytes on a request is a large one, and how requests of both kinds are shared."""

    large_from: int
    usual: TurnShare
    large: TurnShare


class Sharing:
    """The console's threads by turns: those for usual requests, and those for what takes long."""

    def __init__(
        self,
        bounds: SharingBounds,
        senders: Senders,
        usual: Sequence[Executor],
        large: Sequence[Executor],
        issuer: Sequence[Executor] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._large_from = bounds.large_from
        self.senders = senders
        self._usual = Turns(usual, bounds.usual, "requests")
        self._large = Turns(large, bounds.large, "large requests")
        self._issuer = Turns(issuer, bounds.usual, "sign-ons")
        self._clock = clock
        self._dear: dict[str, float] = {}  # addresses, and until when they are

    def turn(self, scope: Any, size: int, leaving: Leaving | None = None) -> AbstractAsyncContextManager[Executor]:
        """Have a thread for a request whose body of so many bytes is here. Raises `Problem`, 429 or 503, instead.

        `leaving` raises when the caller goes, which ends a wait.
        """
        dear_until = self._dear.get(scope["path"])  # looked up once: other threads change it
        dear = dear_until is not None and dear_until > self._clock()
        if dear or size >= self._large_from or _LONG.fullmatch(scope["path"]):
            return self.large(scope, leaving)
        if _ASKS_ISSUER.fullmatch(scope["path"]):
            return self._issuer.turn(self.senders.of(scope), leaving)
        return self._usual.turn(self.senders.of(scope, with_team=True), leaving)

    def took(self, scope: Any, cpu_s: float) -> None:
        """Note how much a request took that is answered. Safe to call in any thread."""
        if cpu_s < DEAR_S or not team_of(path := scope["path"]):
            return
        if len(self._dear) >= MOST_DEAR:
            self._dear = {}  # whatever is dear still is found to be so again
        self._dear[path] = self._clock() + DEAR_FOR_S

    def large(self, scope: Any, leaving: Leaving | None = None) -> AbstractAsyncContextManager[Executor]:
        """The same for a request of which it is known that it is a large one."""
        return self._large.turn(self.senders.of(scope, with_team=True), leaving)


def bounds() -> SharingBounds:
    """Return the bounds that are in force. Raises BadInput for a setting that cannot be."""
    patience = options.limit(limits.TURN_SECONDS)
    most = options.limit(limits.CALLS)
    usual = TurnShare(most, most, options.limit(limits.CALLS_WAITING), patience, min(KEPT, USUAL - most))
    large = TurnShare(OF_LARGE, OF_LARGE, options.limit(limits.LARGE_CALLS_WAITING), patience)
    return SharingBounds(options.limit(limits.LARGE_CALL) * 1024, usual, large)


def threads(many: int, name: str) -> list[Executor]:
    """Return so many threads that live as long as the process; each takes one call after the other."""
    return [ThreadPoolExecutor(1, f"{name}-{number}") for number in range(many)]
