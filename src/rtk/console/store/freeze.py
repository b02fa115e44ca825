"""Safeguards in force, as the answers to records name them: a run under way hears of a freeze at its next call."""

import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import psycopg

from rtk.console.store.weekly import kept_hours

KNOWN_S = 0.25  # for so long what was read last is told: runs in their thousands read it no more often than one

IN_FORCE = """
SELECT t.id::text, s.name, s.weekly::text, now() FROM store_safeguard s JOIN people_team o ON o.id = s.team_id
JOIN people_team t ON t.id = s.team_id OR (s.everywhere AND t.org_id = o.org_id)
WHERE s.active AND coalesce(s.begins_at <= now(), true) AND coalesce(s.ends_at > now(), true) ORDER BY s.name
"""


class SafeguardsInForce:
    """The names of each team's safeguards in force, read anew by whoever finds them out of date."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._read_at = -KNOWN_S
        self._names: dict[str, tuple[str, ...]] = {}

    async def read(self, cursor: psycopg.AsyncCursor[Any]) -> None:
        """Read them within the cursor's transaction, unless somebody did so just now."""
        begun = self._monotonic()
        if begun - self._read_at < KNOWN_S:
            return
        names = defaultdict[str, list[str]](list)
        await cursor.execute(IN_FORCE)
        for team, name, weekly, at in await cursor.fetchall():
            if weekly is None or next(kept_hours(json.loads(weekly), at)).begins_at <= at:
                names[team].append(name)
        self._names = {team: tuple(found) for team, found in names.items()}
        self._read_at = begun  # only now: where it could not be read, the next one tries

    def of(self, team: str) -> tuple[str, ...]:
        """Return the names of a team's safeguards in force."""
        return self._names.get(team, ())
