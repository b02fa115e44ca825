"""What runs of other machines hold, as far as a console knows: asked before a run begins, never waited for for long."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.figures import chosen_duration
from rtk.insight.facts import Beside, Neighbour
from rtk.publish.console import Console, ConsoleRefused, settled
from rtk.publish.destination import Destination, segment
from rtk.publish.http_transport import Send
from rtk.verify.holders import HoldingRun, HoldState
from rtk.verify.holds import LocalHold

ASKED_S = 3.0  # how long a run waits for an answer before it begins
ENDED_S = 1.0  # and how long at its end

logger = logging.getLogger(__name__)
T = TypeVar("T")


class KeepsNone(ToolkitError):
    """The console is older than holds."""


class ConsoleHolds:
    """One run's hold on a console. Whatever the console does, the run goes on; what could not be asked is said."""

    def __init__(self, where: Destination, team: str | None, clock: Clock, send: Send | None = None) -> None:
        """`team` is the one that the run's document names."""
        self._console = Console(where, send)
        self._team = team
        self._clock = clock
        self._run = ""
        self._held = False

    def take(self, hold: LocalHold, alongside: bool) -> tuple[HoldingRun, ...]:
        """Take it; who stands in the way. Nobody does where the console cannot be asked, which is said."""
        self._run = hold.run
        body = {**hold.as_dict(), "alongside": alongside}
        # A pid means nothing on another machine, and the console takes the time by its own clock.
        del body["pid"], body["since"]
        got, why = self._asked(lambda: self._taken(body), ASKED_S)
        if got is None:
            logger.warning(f"Nobody knows whether a run on another machine acts on the same system: {why}")
        return got or ()

    def joined(self) -> list[Neighbour]:
        """Return the runs that have begun beside this one, as far as the console tells in time."""
        if not self._held:
            return []
        answer, _ = self._asked(lambda: self._console.checked(self._console.call("GET", self._path)), ENDED_S)
        found = []
        for each in (answer.get("joined") if answer else None) or []:
            run, title, host = (str(each.get(key) or "") for key in ("run", "title", "host"))
            found.append(Neighbour(run, title, host, float(each.get("since") or 0.0), Beside.JOINED))
        return found

    def release(self) -> None:
        """Let go of it: its undo is proven."""
        if self._held:
            self._asked(lambda: self._console.call("DELETE", f"{self._path}?proven=true"), ENDED_S)
        self._held = False

    @property
    def _path(self) -> str:
        return f"{self._console.where.base}/holds/{segment(self._run)}"

    def _taken(self, body: dict[str, object]) -> tuple[HoldingRun, ...]:
        self._console.where = settled(self._console, self._team)
        answer = self._console.call("POST", f"{self._console.where.base}/holds", body)
        if answer.status == 404:
            raise KeepsNone(f"{self._console.name} is of a version that keeps no holds")
        standings = {each.value: each for each in HoldState}
        # A console of another version may say less, or why it stands in words of its own.
        holders = tuple(
            HoldingRun(
                str(each.get("run") or ""),
                str(each.get("title") or ""),
                float(each.get("since") or 0.0),
                str(each.get("host") or ""),
                str(each.get("user") or ""),
                standings.get(each.get("standing"), HoldState.UNKNOWN),
                tuple(map(str, each.get("shared") or ())),
                console=self._console.name,
            )
            for each in self._console.checked(answer).get("holders") or []
        )
        self._held = answer.get("held") is True
        return holders

    def _asked(self, ask: Callable[[], T], at_most: float) -> tuple[T | None, str]:
        """What came of asking, or None and why nothing did in time."""
        done, found, why = (
            threading.Event(),
            list[T](),
            [f"{self._console.name} did not answer within {chosen_duration(at_most)}"],
        )

        def work() -> None:
            try:
                found.append(ask())
            except ConsoleRefused as error:  # why is said by the publisher, once
                why[0] = f"{self._console.name} answered {error.status}"
            except ToolkitError as error:
                why[0] = str(error)
            except Exception as error:  # noqa: BLE001 - whatever a console says must not end a run
                why[0] = f"{self._console.name} gave an answer that cannot be read ({type(error).__name__})"
            finally:
                done.set()

        self._clock.spawn(work, "rtk-holding")
        self._clock.wait(done, at_most)
        return (found[0] if found else None), why[0]
