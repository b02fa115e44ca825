"""Who stands in the way of a run that acts on the same system, and the sentence that says so and what to do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from rtk.errors import ToolkitError
from rtk.experiment.wording import argument, listed, one_line
from rtk.insight.facts import Beside, Neighbour

REFUSED = 6
TOLD = 3  # systems that a sentence names


class HoldState(StrEnum):
    """Why a hold stands, or that it does not."""

    RUNNING = "running"
    UNDOING = "undoing"
    DIED = "died"
    NOT_RESTORED = "not restored"
    UNKNOWN = "unknown"
    OVER = "over"


class HoldingRun(Struct, frozen=True):
    """A run that holds what another one wants: since when (seconds since the epoch), and what both act on.

    `run` is empty where that is another team's. `console` is the name of the console that knows it; empty for a run
    of this machine.
    """

    run: str
    title: str
    since: float
    host: str
    user: str
    standing: HoldState
    shared: tuple[str, ...]
    pid: int | None = None
    console: str = ""

    def neighbour(self) -> Neighbour:
        """Return it as the record of a run that goes on beside it tells of it."""
        return Neighbour(self.run, self.title, self.host, self.since, Beside.FIRST)


class Held(ToolkitError):
    """Another run acts on the same system, so that this one is refused before anything begins."""

    exit_code = REFUSED

    def __init__(self, holders: Sequence[HoldingRun]) -> None:
        super().__init__(refusal(holders))
        self.holders = tuple(holders)


def refusal(holders: Sequence[HoldingRun]) -> str:
    """Return why a run is refused, and what its user can do."""
    first, *others = holders
    at = f" on {one_line(first.host)}" if first.console and first.host else ""
    if not first.run:
        way_out = "wait for it with --wait 10m, ask the other teams of your organization to release it"
    elif first.standing in (HoldState.RUNNING, HoldState.UNDOING):
        doing = "is still running" if first.standing is HoldState.RUNNING else "is being undone"
        way_out = f"it {doing}: wait for it with --wait 10m"
    elif first.standing is HoldState.DIED:
        way_out = f"it died before it was undone: undo it with `chaos recover --run {argument(first.run)}`{at}"
    elif first.standing is HoldState.NOT_RESTORED:
        way_out = f"it ended without being restored: put that right, then {_release(first, at)}"
    else:
        unknown = "its record is gone, so nobody knows whether it was undone"
        way_out = f"{unknown}: check the system, then {_release(first, at)}"
    more = f" (and {len(others)} more)" if others else ""
    return (
        f"refused, because another run acts on the same system: {holder(first)}{more}, also acts on "
        f"{systems(first.shared)}; {way_out}, or run beside it with --alongside"
    )


def holder(one: HoldingRun) -> str:
    """Return who holds it, since when and where, on one line, whatever its record or its console says."""
    run = f"the run {one_line(one.run)}" if one.run else "a run of another team"
    title = f' ("{one_line(one.title)}")' if one.title else ""
    since = datetime.fromtimestamp(one.since, UTC).strftime(", begun %Y-%m-%d %H:%M:%S UTC") if one.since else ""
    who = f" by {one_line(one.user)}" if one.user else ""
    host = f" on {one_line(one.host)}" if one.host else ""
    process = f", process {one.pid}" if one.pid else ""
    return f"{run}{title}{since}{who}{host}{process}"


def systems(shared: Sequence[str]) -> str:
    """Return what both act on, on one line."""
    told = [*map(one_line, shared[:TOLD]), *(["more"] if len(shared) > TOLD else [])]
    return listed(told) if told else "the same"


def _release(one: HoldingRun, at: str) -> str:
    page = ", or on its page" if one.console else ""
    return f"release its hold with `chaos recover --forget {argument(one.run)}`{at}{page}"
