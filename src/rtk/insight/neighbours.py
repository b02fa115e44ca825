"""What an insight says of other runs that acted on the same system while its own run went on."""

from collections.abc import Sequence

from rtk.insight.facts import Beside, Neighbour
from rtk.insight.words import listing

_HOW = {Beside.FIRST: "was acting", Beside.JOINED: "began to act"}


def said(neighbours: Sequence[Neighbour]) -> str:
    """Return the sentence about them; empty where there is none."""
    if not neighbours:
        return ""
    runs = listing(tuple(_one(each) for each in neighbours))
    return f"Meanwhile {runs} on the same system, so that what is seen may be the doing of another run."


def _one(neighbour: Neighbour) -> str:
    run = f"the run {neighbour.run_id}" if neighbour.run_id else "a run of another team"
    title = f' ("{neighbour.title}")' if neighbour.title else ""
    host = f" from {neighbour.host}" if neighbour.host else ""
    return f"{run}{title} {_HOW[neighbour.beside]}{host}"
