"""What the gate found a moment ago: who a token is of, and which team an address means.

Every call of a machine asks for both, some hundred times a second. An answer is remembered for two seconds, and
forgotten at once when this process changes anything that it depends on; what another process changes, such as a token
that is revoked there, is noticed two seconds later at most. What is refused is never remembered.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from rtk.console.people import gate
from rtk.console.people.models import Membership, Organization, Team, TeamMembership, Token, User

SECONDS = 2.0  # for so long a token that another process revoked is good here
MOST = 10_000  # of each kind; beyond that all are asked for anew
Key = tuple[UUID, frozenset[str], str, str]


class Memory:
    """Answers of the gate. `clock` is in seconds. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._age = 0  # how often all was forgotten: what was asked for before is then not kept
        self._callers: dict[bytes, tuple[float, gate.Caller]] = {}
        self._teams: dict[Key, tuple[float, Team]] = {}

    def authenticate(self, authorization: str | None) -> gate.Caller | None:
        """As `gate.authenticate`."""
        known: gate.Caller | None = self._known(self._callers, _digest(authorization))
        if known is None:
            age, known = self._age, gate.authenticate(authorization)
            if known:
                self._keep(self._callers, _digest(authorization), known, age)
        return known

    def knows(self, authorization: str | None) -> bool:
        """Whether it is remembered whose authorization this is."""
        return self.caller(authorization) is not None

    def caller(self, authorization: str | None) -> gate.Caller | None:
        """Return whose authorization this is, where that is remembered."""
        known: gate.Caller | None = self._known(self._callers, _digest(authorization))
        return known

    def team_for(self, caller: gate.Caller | None, org: str, team: str, need: str) -> Team:
        """As `gate.team_for`; the team is not to be changed."""
        if caller is None:
            return gate.team_for(caller, org, team, need)
        known: Team | None = self._known(self._teams, _key(caller, org, team))
        if known is None:
            age, known = self._age, gate.team_for(caller, org, team, "read")
            self._keep(self._teams, _key(caller, org, team), known, age)
        return gate.passed(known, caller, need, "team")

    def recall(self, caller: gate.Caller | None, org: str, team: str, need: str) -> Team | None:
        """The team for a caller, where both are remembered. Raises as `gate.team_for`."""
        known: Team | None = self._known(self._teams, _key(caller, org, team)) if caller else None
        return gate.passed(known, caller, need, "team") if known else None

    def forget(self, **_: Any) -> None:
        """Forget everything, now and once what is being changed is to be seen by others."""
        self._forget()
        transaction.on_commit(self._forget)

    def _forget(self) -> None:
        self._age += 1
        self._callers, self._teams = {}, {}

    def _known(self, answers: dict[Any, tuple[float, Any]], key: Any) -> Any:
        until, answer = answers.get(key, (0.0, None))
        return answer if until > self._clock() else None

    def _keep(self, answers: dict[Any, tuple[float, Any]], key: Any, answer: Any, age: int) -> None:
        if len(answers) >= MOST:
            answers.clear()
        if age == self._age:
            answers[key] = (self._clock() + SECONDS, answer)


def _digest(authorization: str | None) -> bytes:
    # No token is kept in memory.
    return hashlib.sha256((authorization or "").encode("utf-8", "surrogatepass")).digest()


def _key(caller: gate.Caller, org: str, team: str) -> "Key":
    # With the scopes: what let one token of a user in need not let in another.
    return caller.user.id, caller.scopes, org, team


remembered = Memory()


def listen() -> None:
    """Forget what the gate found whenever a row changes that it looks at."""
    for model in (User, Organization, Team, Membership, TeamMembership, Token):
        for changed in (post_save, post_delete):
            changed.connect(remembered.forget, sender=model)
