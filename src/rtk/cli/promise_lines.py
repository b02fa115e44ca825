"""What `rtk standing` asks of the console, and the lines it prints."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rtk.cli.console_access import signed_in
from rtk.errors import BadInput
from rtk.publish.standings import ToldStanding, standings
from rtk.report.text import plain

LONGEST = 2_000
_EXPECTED = "a verification with an objective, not archived"


def asked(path: Path, objective: str | None, verification: str | None, team: str | None) -> list[ToldStanding]:
    """Return how promises stand, at least one. Raises `ToolkitError`."""
    with signed_in(path, team) as console:
        found, name = standings(console, objective, verification), console.name
    if not found:
        raise BadInput(f"nothing that was asked for promises anything on {name}: expected {_EXPECTED}")
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
