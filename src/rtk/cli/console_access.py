"""The console that somebody is signed in to, for the commands that ask it something."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtk.errors import BadInput
from rtk.experiment.wording import shown
from rtk.publish.console import Console, settled
from rtk.publish.destination import destination
from rtk.publish.settings import load


@contextmanager
def signed_in(path: Path, team: str | None) -> Iterator[Console]:
    """Yield the console of the settings or the environment, with this team or the one published to.

    Raises `ToolkitError`.
    """
    where = destination(load(path))
    if where is None:
        raise BadInput("nobody is signed in: `chaos signin` first, or set RTK_URL and RTK_TOKEN")
    console = Console(where)
    try:
        console.where = settled(console, team)
        if team is not None and console.where.team != team:
            raise BadInput(f"--team {shown(team)}: expected the id of a team of yours on {console.name}")
        yield console
    finally:
        console.close()
