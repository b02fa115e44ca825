"""What a run has to do with the console, from its first line to its last; nothing at all where it is not published."""

import logging
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.insight.stops import StopCause
from rtk.publish.console import Console
from rtk.publish.console_holds import ConsoleHolds
from rtk.publish.delivery import Opened
from rtk.publish.destination import Destination, destination
from rtk.publish.http_transport import Send
from rtk.publish.learned_outages import Lesson
from rtk.publish.legacy_api import page_of
from rtk.publish.pending_sender import is_left, leave_behind
from rtk.publish.publisher import Publisher
from rtk.publish.safeguards import RunForbidden, Safeguards
from rtk.publish.settings import feature
from rtk.verify.readiness import Ready
from rtk.verify.stop import StopRequest

WAIT_S, WAIT_IN_CI_S = 2.0, 30.0  # how long the command waits for its publisher at the end

logger = logging.getLogger(__name__)


class PublishingSession:
    """One run and its console."""

    def __init__(self, where: Destination, clock: Clock, safeguards: bool | None, send: Send | None = None) -> None:
        """`safeguards`: True they must be asked, None they are asked, False they are not."""
        self.where = where
        self._clock = clock
        self._send = send
        self._wanted = safeguards
        self._safeguards: Safeguards | None = None
        self._publisher: Publisher | None = None
        self._path = Path()
        self.page = ""  # the run's, for a person to open; empty until the console has answered

    @property
    def refused(self) -> bool:
        """Whether a safeguard kept the conditions from being applied."""
        return bool(self._safeguards and self._safeguards.refused)

    def holds(self, team: str | None) -> ConsoleHolds:
        """What runs of other machines hold; `team` is the one that the run's document names."""
        return ConsoleHolds(self.where, team, self._clock, self._send)

    def lesson(self, team: str | None) -> Lesson:
        """What the console has learned of outages; `team` is the one that the run's document names."""
        return Lesson(self.where, team, self._clock, self._send)

    def start(self, path: Path, stop: StopRequest) -> None:
        """Follow the record of a run that is about to begin."""
        self._path = path
        if self._wanted is not False:
            self._safeguards = Safeguards(
                self._clock, bool(self._wanted), lambda why, _late: stop.request(StopCause.SAFEGUARD, why)
            )
        self._publisher = Publisher(
            path,
            Console(self.where, self._send),
            self._clock,
            on_stop=partial(stop.request, StopCause.CONSOLE),
            on_open=self._opened,
            on_failure=self._safeguards.unknown if self._safeguards else lambda *_: None,
            on_safeguards=self._safeguards.hear if self._safeguards else lambda _: None,
        )
        self._publisher.start()

    def before_conditions(self, guard: Ready) -> "Ready":
        """What the first condition waits for: the guardian, then the safeguards."""
        return _Both(guard, self._safeguards) if self._safeguards else guard

    def _opened(self, opened: Opened) -> None:
        console = self._publisher and self._publisher.console
        assert console
        self.page = page_of(opened.answer)
        logger.info(f"Published at {self.page}" if self.page else f"Published to {console.name}")
        if opened.foreign:
            team = console.where.team_name or console.where.team
            logger.warning(f"The verification is of a team you are not in: its run is published to your team {team!r}")
        experiment, execution = opened.answer.get("experiment_id"), opened.answer.get("execution_id")
        if not self._safeguards:
            return
        if experiment and execution:
            self._safeguards.ask(console, str(experiment), str(execution))
        else:
            self._safeguards.unknown(f"{console.name} did not say which execution this is", True)

    def finish(self, wait_s: float) -> None:
        """Wait for what is left to be sent, so many seconds; then leave the rest to a process of its own."""
        assert self._publisher
        done = self._publisher.finish(wait_s)
        if not done and not self._publisher.over.is_set():
            logger.info("The rest of this run is published in the background")
            leave_behind(self.where)
        elif done and is_left(self._path.parent, self.where.url):
            leave_behind(self.where)


class _Both:
    def __init__(self, guard: Ready, safeguards: Safeguards) -> None:
        self._guard, self._safeguards = guard, safeguards

    def ready(self) -> None:
        self._guard.ready()
        self._safeguards.ready()


def session_of(
    settings: Mapping[str, Any], clock: Clock, publish: bool, environ: Mapping[str, str] = os.environ
) -> PublishingSession | None:
    """Return the session of a run, None where nothing is to be published.

    Raises `RunForbidden` when safeguards must be asked.
    """
    try:
        safeguards = feature(settings, "safeguards")
        wanted = publish and feature(settings, "publish") is not False
        where = destination(settings, environ) if wanted or safeguards else None
    except ToolkitError as error:
        logger.warning(f"Nothing is published: {error}")
        return None
    if safeguards and not (wanted and where):
        why = "nobody is signed in" if wanted else "the run is not published"
        raise RunForbidden(
            f"safeguards are enabled, but cannot be asked: {why}; `chaos disable safeguards` runs without"
        )
    return PublishingSession(where, clock, safeguards) if wanted and where else None


def wait_of(told: float | None, hurried: bool, environ: Mapping[str, str] = os.environ) -> float:
    """How long to wait at the end (seconds): as told, else 2, or 30 where the CI variable is set."""
    whole = told if told is not None else WAIT_IN_CI_S if environ.get("CI") else WAIT_S
    return min(whole, WAIT_S) if hurried else whole
