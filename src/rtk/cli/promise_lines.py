"""What `rtk standing` asks of the console, and the lines it prints."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rtk.errors import BadInput
from rtk.experiment.wording import shown
from rtk.publish.console import Console, settled
from rtk.publish.destination import destination
from rtk.publish.settings import load
from rtk.publish.standings import ToldStanding, standings
from rtk.report.text import plain

LONGEST = 2_000
_EXPECTED = "a verification with an objective, not archived"


def asked(path: Path, objective: str | None, verification: str | None, team: str | None) -> list[ToldStanding]:
    """Return how promises stand, at least one. Raises `ToolkitError`."""
    where = destination(load(path))
    if where is None:
        raise BadInput("nobody is signed in: `chaos signin` first, or set RTK_URL and RTK_TOKEN")
    console = Console(where)
    try:
        console.where = settled(console, team)
        if team is not None and console.where.team != team:
            raise BadInput(f"--team {shown(team)}: expected the id of a team of yours on {console.name}")
        found = standings(console, objective, verification)
    finally:
        console.close()
    if not found:
        raise BadInput(f"nothing that was asked for promises anything on {console.name}: expected {_EXPECTED}")
    return found


def lines(found: Sequence[ToldStanding]) -> Iterator[str]:
    """Yield what is said of each, the name first."""
    for place, each in enumerate(found):
        if place:
            yield ""
        yield f"{plain(each.verification)} ({plain(each.objective)})"
        yield from (f"  {plain(sentence, LONGEST)}" for sentence in each.says)
        if each.url:
            yield f"  {plain(each.url, LONGEST)}"
