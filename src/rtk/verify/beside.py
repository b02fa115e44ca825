"""Runs that act on one system knowingly: each is noted in the other's record, so that both insights say so.

Who joins writes to a file beside the hold of whom it joins; that one's run, or who undoes it after its death, notes it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from rtk.insight.facts import Beside, Neighbour
from rtk.verify.places import runs_directory
from rtk.verify.record import Record

SUFFIX = ".beside"


class Joining(Protocol):
    """Who joins."""

    @property
    def run(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def since(self) -> float: ...


class Neighbours(Protocol):
    """Who acts on a run's system beside it: those that did when it began, and those that have begun since."""

    @property
    def first(self) -> list[Neighbour]: ...

    def joined(self) -> list[Neighbour]:
        """Return those that have begun since."""


class Alone:
    """Nobody acts on it."""

    first: list[Neighbour] = []  # noqa: RUF012 - never changed

    def joined(self) -> list[Neighbour]:
        """Return nobody."""
        return []


def holds_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the directory of this machine's holds."""
    return runs_directory(environ).parent / "holds"


def join(directory: Path, run: str, who: Joining) -> None:
    """Tell a run that another one acts on its system from now on. Raises `OSError`."""
    line = json.dumps({key: getattr(who, key) for key in ("run", "title", "host", "since")})
    with (directory / f"{run}{SUFFIX}").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def joined(run: str, directory: Path | None = None) -> list[Neighbour]:
    """Return the runs that began to act on a run's system while it held that."""
    found = []
    # It is told and decides nothing: a file that cannot be read stops no run and no undo.
    with suppress(OSError, ValueError, KeyError, TypeError):
        path = (directory or holds_directory()) / f"{run}{SUFFIX}"
        for line in path.read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            found.append(Neighbour(each["run"], each["title"], each["host"], float(each["since"]), Beside.JOINED))
    return found


def note(record: Record, neighbours: Iterable[Neighbour]) -> None:
    """Add an entry for each of them to a record."""
    for each in neighbours:
        record.note(
            "neighbour", run=each.run_id, title=each.title, host=each.host, since=each.since, beside=each.beside
        )
