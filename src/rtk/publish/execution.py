"""Telling a console of a `chaos run`: what happens is put into a queue, and a thread of its own sends it.

The journal is kept on disk until the console has it, so that nothing is lost when the console is away.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.publish import legacy_api, spool
from rtk.publish.console import Console
from rtk.publish.http_transport import NoAnswer
from rtk.publish.patience import Patience
from rtk.publish.pending_sender import is_left, leave_behind
from rtk.publish.safeguards import Safeguards
from rtk.verify.places import new_run_id, runs_directory
from rtk.verify.record import plain
from rtk.verify.redact import Redactor

MOST_EVENTS = 10_000  # that wait at once; the journal has them all in any case

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ControlEvent:
    """Something that happened, as the Chaos Toolkit's controls are told of it; `at` is seconds since the epoch."""

    kind: str
    context: Any
    state: Any
    at: float


class ExecutionPublisher:
    """One execution and its console."""

    def __init__(
        self,
        console: Console,
        clock: Clock,
        redact: Redactor,
        journal: Mapping[str, Any],
        safeguards: Safeguards | None = None,
        on_known: Callable[[spool.Kept], None] = lambda _: None,
    ) -> None:
        """`journal` is that of a run that begins; `on_known` is told once the console has given its ids."""
        self._console = console
        self._clock = clock
        self._redact = redact
        self._safeguards = safeguards
        self._on_known = on_known
        self._queue: SimpleQueue[ControlEvent] = SimpleQueue()
        self._bell = threading.Event()
        self._lock = threading.Lock()
        self._ended: dict[str, Any] | None = None
        self._dead = False
        self._said = False
        self._path = runs_directory() / f"{new_run_id(clock.now())}{spool.SUFFIX}"
        self.kept = spool.Kept(console.where.url, self._redacted(journal))
        self.over = threading.Event()
        self.done = False

    def start(self) -> None:
        """Begin to send."""
        self._clock.spawn(self._work, "rtk-publisher")

    def tell(self, kind: str, context: Any, state: Any = None) -> None:
        """Something happened: noted in microseconds, sent later."""
        if not self._dead and self._queue.qsize() < MOST_EVENTS:
            self._queue.put(ControlEvent(kind, _copy(context), _copy(state), self._clock.now()))
            self._bell.set()

    def end(self, journal: Mapping[str, Any]) -> None:
        """The run has ended, with this journal."""
        self._ended = dict(journal)
        self._bell.set()

    def finish(self, wait_s: float) -> None:
        """Wait until all is sent, so many seconds; what is not is kept, and sent by a process left behind."""
        if self._ended is None:
            self._dead = True
            self._bell.set()
            return
        self._clock.wait(self.over, wait_s)
        if self.done:
            if is_left(self._path.parent, self._console.where.url):
                leave_behind(self._console.where)
            return
        self._keep()
        if not self.over.is_set():
            logger.info("The rest of this execution is published in the background")
            leave_behind(self._console.where)

    def _keep(self) -> None:
        with self._lock:
            assert self._ended is not None
            self.kept.journal = self._redacted(self._ended)
            try:
                spool.keep(self._path, self.kept)
            except OSError as error:
                self._say(f"This execution is neither published nor kept: {error.strerror}")

    def _redacted(self, journal: Mapping[str, Any]) -> dict[str, Any]:
        self._redact.learn()
        whole: dict[str, Any] = self._redact.within(plain(dict(journal)))
        return whole

    def _work(self) -> None:
        try:
            self._patiently(self._open)
            while self._ended is None and not self._dead:
                # Before the queue is emptied: whatever rings while that goes on is not missed.
                self._bell.clear()
                self._send_events()
                self._clock.wait(self._bell)
            if self._ended is not None:
                self._keep()
                self._send_events()
                self._patiently(lambda: spool.send(self._path, self._console))
                self.done = True
        except ToolkitError as error:
            self._say(f"The run goes on, but is not published: {error}; then `chaos publish --pending` sends it")
        except Exception as error:
            logger.debug("publishing failed", exc_info=True)
            self._say(f"Publishing this execution failed with {type(error).__name__}: {self._redact(str(error))}")
        finally:
            self._dead = True
            self._console.close()
            self.over.set()

    def _open(self) -> None:
        running = {**self.kept.journal, "status": "running"}
        if not self.kept.execution_id:
            spool.settle(self.kept, self._console)
            created = legacy_api.create(self._console, self.kept.experiment_id, running, self.kept.key)
            self.kept.execution_id, self.kept.page = created
            self._on_known(self.kept)
            logger.info(f"Execution available at {self.kept.page}")
        if self._safeguards:
            self._safeguards.ask(self._console, self.kept.experiment_id, self.kept.execution_id)

    def _send_events(self) -> None:
        kept = self.kept
        with suppress(Empty):
            while True:
                told = self._queue.get_nowait()
                self._redact.learn()  # another control may have set secrets meanwhile
                context, state = self._redact.within(plain(told.context)), self._redact.within(plain(told.state))
                event = legacy_api.event(told.kind, context, state, told.at)
                self._patiently(
                    partial(legacy_api.tell_event, self._console, kept.experiment_id, kept.execution_id, event)
                )

    def _patiently(self, call: Callable[[], object]) -> None:
        patience = Patience()
        while True:
            try:
                call()
            except NoAnswer as error:
                if self._safeguards:
                    self._safeguards.unknown(str(error), False)
                if patience.tries:
                    self._say(f"The run goes on unpublished for now: {error}. What is not sent is sent later")
                self._clock.wait(threading.Event(), patience.pause(getattr(error, "after", None)))
            except ToolkitError as error:
                if self._safeguards:
                    self._safeguards.unknown(str(error), True)
                raise
            else:
                return

    def _say(self, sentence: str) -> None:
        if not self._said:
            self._said = True
            logger.warning(sentence)


def _copy(value: Any) -> Any:
    """A copy of the outermost level: the Chaos Toolkit adds keys to it while it waits to be sent."""
    if isinstance(value, dict):
        return {key: list(item) if isinstance(item, list) else item for key, item in value.items()}
    return list(value) if isinstance(value, list) else value


def source_of(context: str) -> Path | None:
    """The local file that an experiment was loaded from, None for an address."""
    path = Path(context)
    try:
        return path.absolute() if path.is_file() else None
    except (OSError, ValueError):
        return None
