"""How a console is, asked of itself and of its data directory. Nothing here imports Django."""

import http.client
import json
from datetime import UTC, datetime
from typing import NamedTuple

from rtk.console import options
from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres

_ANSWER_LIMIT = 12.0  # seconds: it answers within one, but for a machine that is busy
_LONGEST_ANSWER = 65_536  # bytes
# By `HealthStatus`, whose module needs Django.
_SAYS = {
    "ok": "answers",
    "no database": "answers, but its database takes no write within a second",
    "newer tables": "answers, but a newer release changed the tables of its database: end it",
}


class ConsoleStatus(NamedTuple):
    """How a console is: whether it answers, and what there is to say about it, line by line."""

    answers: bool
    lines: list[str]


def status(place: DataDirectory, now: datetime | None = None) -> ConsoleStatus:
    """How the console of a data directory is. Changes nothing."""
    told = place.told()
    if told.get("own", bool(options.text("DATABASE_URL"))):
        database = "your own, named by DATABASE_URL"
    elif running := Postgres(place.path).running():
        database = f"PostgreSQL in the data directory, process {running.pid}{'' if running.ready else ', starting'}"
    else:
        database = "not running"
    if not told:
        what = "starting, or another rtk command is at work" if place.in_use() else "not running"
        return ConsoleStatus(False, [f"console   {what}", f"data      {place.path}", f"database  {database}"])
    answers, answered = _asked(int(told["port"]))
    seconds = max(0, int(((now or datetime.now(UTC)) - datetime.fromisoformat(told["started"])).total_seconds()))
    whole = ((86_400, "d"), (3_600, "h"), (60, "min"))  # from two of a unit on
    since = next((f"{seconds // size} {unit}" for size, unit in whole if seconds >= 2 * size), f"{seconds} s")
    return ConsoleStatus(
        answers,
        [
            f"console   {told['url']}, {answered}",
            f"process   {told['pid']}, version {told['version']}, started {since} ago",
            f"data      {place.path}",
            f"database  {database}",
        ],
    )


def _asked(port: int) -> tuple[bool, str]:
    host = options.text("RTK_HOST")
    # What listens on every address is reached on this machine's own; nothing is bound to it here.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_LIMIT)
    try:
        connection.request("GET", "/health/ready", headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        told = json.loads(answer.read(_LONGEST_ANSWER))["status"]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return False, "does not answer"
    finally:
        connection.close()
    return answer.status == 200, _SAYS.get(told, _SAYS["no database"])
