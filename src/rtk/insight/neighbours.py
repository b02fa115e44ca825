"""What an insight says of other runs that acted on the same system while its own run went on."""

from collections.abc import Sequence

from rtk.insight.facts import Beside, Neighbour

TOLD = 3  # runs that the sentence names
_HOW = {Beside.FIRST: "was acting", Beside.JOINED: "began to act"}


def said(neighbours: Sequence[Neighbour]) -> str:
    """Return the sentence about them; empty where there is none."""
    if not neighbours:
        return ""
    runs = []
    for each in neighbours[:TOLD]:
        run = f"the run {each.run_id}" if each.run_id else "a run of another team"
        title = f' ("{each.title}")' if each.title else ""
        host = f" on {each.host}" if each.host else ""
        runs.append(f"{run}{title}{host} {_HOW[each.beside]}")
    more = f", as did {len(neighbours) - TOLD} more" if len(neighbours) > TOLD else ""
    told = " and ".join(runs)
    return f"Meanwhile {told} on the same system{more}, so another run may have caused what this one measured."
