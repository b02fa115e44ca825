"""Hold the systems of a run, here and on its console, from before it begins until its undo is proven."""

import getpass
import logging
import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.figures import duration
from rtk.insight.facts import Neighbour
from rtk.verify.beside import joined
from rtk.verify.holders import Held, HoldingRun, holder, systems
from rtk.verify.holds import Grip, LocalHold, take
from rtk.verify.places import record_path
from rtk.verify.systems import System, node

AGAIN_S = 1.0  # between two tries of a run that waits

logger = logging.getLogger(__name__)


class GaveUp(ToolkitError):
    """A person did not want to wait any longer."""

    exit_code = 128 + signal.SIGINT


class Elsewhere(Protocol):
    """A console, which knows the holds of runs on other machines."""

    def take(self, hold: LocalHold, alongside: bool) -> tuple[HoldingRun, ...]:
        """Take a hold; who stands in the way. Nobody does where it cannot be asked."""

    def joined(self) -> list[Neighbour]:
        """Return the runs that have begun beside this one."""

    def release(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class HoldOptions:
    """What to do when another run holds the system: wait so many seconds, or run beside it."""

    wait_s: float = 0.0
    alongside: bool = False


class Holding:
    """What one run holds. Entered right before it begins; raises `Held` there where it may not."""

    def __init__(self, hold: LocalHold, choice: HoldOptions, clock: Clock, elsewhere: Elsewhere | None = None) -> None:
        self._hold = hold
        self._choice = choice
        self._clock = clock
        self._elsewhere = elsewhere
        self._grip: Grip | None = None
        self.first: list[Neighbour] = []

    def __enter__(self) -> "Holding":
        """Take hold, within the time that there is for it. A run that acts on nothing holds nothing."""
        if not self._hold.systems:
            return self
        try:
            ends, said = self._clock.monotonic() + self._choice.wait_s, False
            while holders := self._tried():
                if self._clock.monotonic() >= ends:
                    raise Held(holders)
                if not said:
                    at_most = duration(self._choice.wait_s)
                    logger.warning(f"Waiting, at most {at_most}, for {_acting(holders[0])}")
                said = True
                self._clock.wait(threading.Event(), AGAIN_S)  # an event that nobody sets: only time is to pass
        except KeyboardInterrupt:
            self.end(proven=True)
            raise GaveUp("interrupted while waiting for another run; nothing has begun") from None
        return self

    def lines(self) -> list[str]:
        """Return what is said of it when the run begins."""
        if not self._hold.systems:
            return []
        return [f"Meanwhile no other run may act on {systems([each.told for each in self._hold.systems])}"]

    def joined(self) -> list[Neighbour]:
        """Return the runs that have begun beside this one since, here and elsewhere."""
        if self._grip is None:
            return []
        found = [*joined(self._hold.run), *(self._elsewhere.joined() if self._elsewhere else [])]
        return list({each.run_id or each.since: each for each in found}.values())

    def end(self, proven: bool) -> None:
        """The run has ended; let go where its undo is proven."""
        if self._grip:
            self._grip.release(proven)
            if proven and self._elsewhere:
                self._elsewhere.release()
        self._grip = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let go of it where the run did not even begin."""
        path = record_path(self._hold.run)
        self.end(proven=not path.exists() or not path.stat().st_size)

    def _tried(self) -> tuple[HoldingRun, ...]:
        """Return the other runs that hold the system, here and on the console."""
        self._hold = replace(self._hold, since=self._clock.now())
        got = take(self._hold, self._choice.alongside)
        if not isinstance(got, Grip):
            return got
        others = self._elsewhere.take(self._hold, self._choice.alongside) if self._elsewhere else ()
        if others and not self._choice.alongside:
            got.release(proven=True)
            return others
        self._grip = got
        here = {each.run for each in got.holders}  # a console knows those of this machine as well
        beside = [*got.holders, *(each for each in others if each.run not in here)]
        self.first = [each.neighbour() for each in beside]
        for each in beside:
            logger.warning(f"Going on beside {_acting(each)}")
        return ()


def _acting(one: HoldingRun) -> str:
    return f"{holder(one)}: it also acts on {systems(one.shared)}"


def hold_of(run_id: str, title: str, now: float, acts_on: tuple[System, ...]) -> LocalHold:
    """Return the hold that a run of this process wants."""
    user = ""
    with suppress(OSError, KeyError, ImportError):
        user = getpass.getuser()
    return LocalHold(run_id, title, now, node(), user, os.getpid(), acts_on)
