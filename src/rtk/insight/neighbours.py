"""What an insight says of other runs that acted on the same system while its own run went on."""

from collections.abc import Sequence

from rtk.insight.facts import Beside, Neighbour

TOLD = 3  # runs that the sentence names
_HOW = {Beside.FIRST: "was acting", Beside.JOINED: "began to act"}


def said(neighbours: Sequence[Neighbour]) -> str:
    """Return the sentence about them; empty where there is none."""
    if not neighbours:
        return ""
    runs = " and ".join(map(_one, neighbours[:TOLD]))
    more = f", as did {len(neighbours) - TOLD} more" if len(neighbours) > TOLD else ""
    return f"Meanwhile {runs} on the same system{more}, so another run may have caused what this one measured."


def _one(neighbour: Neighbour) -> str:
    run = f"the run {neighbour.run_id}" if neighbour.run_id else "a run of another team"
    title = f' ("{neighbour.title}")' if neighbour.title else ""
    host = f" on {neighbour.host}" if neighbour.host else ""
    return f"{run}{title}{host} {_HOW[neighbour.beside]}"
