"""Publishing a run while it goes on: a thread of its own that follows the record, and never holds the run up."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.publish.console import Console
from rtk.publish.delivery import Delivery, Opened, PermanentRefusal
from rtk.publish.http_transport import NoAnswer
from rtk.publish.patience import Patience
from rtk.publish.upload_state import AlreadyPublishing, Marker

EVERY_S = 0.25  # how often the record is looked at while the run goes on: who follows it sees it within a second
BEGINNING_S = 0.05  # the same until the console knows of the run: its safeguards are waited for
BEAT_S = 1.25  # a run that has nothing to tell says at least that it is there, and hears of a Stop or a freeze
QUIET_TRIES = 1  # a connection that breaks once is nothing to speak of

logger = logging.getLogger(__name__)


class Publisher:
    """Tells the console of one run. Whatever the console does, the run does not notice."""

    def __init__(
        self,
        path: Path,
        console: Console,
        clock: Clock,
        on_stop: Callable[[str], None] = lambda _: None,
        on_open: Callable[[Opened], None] = lambda _: None,
        on_failure: Callable[[str, bool], None] = lambda *_: None,
        on_safeguards: Callable[[list[str]], None] = lambda _: None,
        patience: Patience | None = None,
    ) -> None:
        """`path` is the record's. `on_failure` takes why the console does not answer as it should, and whether that is
        final; `on_safeguards` takes the names of those in force, none or some, with each answer that has them."""
        self._path = path
        self.console = console
        self._clock = clock
        self._on_stop = on_stop
        self._on_open = on_open
        self._on_failure = on_failure
        self._on_safeguards = on_safeguards
        self._patience = patience or Patience()
        self._bell = threading.Event()
        self._finishing = threading.Event()
        self._stopped = False
        self._said = False
        self._heard = clock.monotonic()
        self.over = threading.Event()
        self.done = False

    def start(self) -> None:
        """Begin to follow the record."""
        self._clock.spawn(self._work, "rtk-publisher")

    def finish(self, wait_s: float) -> bool:
        """The record is complete: send what is left within so many seconds; whether all of it was."""
        self._finishing.set()
        self._bell.set()
        self._clock.wait(self.over, wait_s)
        return self.done

    def _work(self) -> None:
        try:
            with Marker(self._path, self.console.where.url) as marker:
                marker.begin()
                delivery = Delivery(self._path, self.console, marker, self._stop, self._on_open, self._on_safeguards)
                while not delivery.done:
                    # Before the record is looked at: whatever rings while that goes on is not missed.
                    self._bell.clear()
                    self._clock.wait(self._bell, self._pause(delivery))
                self.done = delivery.done
        except (OSError, AlreadyPublishing) as error:
            self._say(f"Nothing of this run can be published: {error or 'another process does so'}")
        except ToolkitError as error:
            self._on_failure(str(error), True)
            then = "" if isinstance(error, PermanentRefusal) else "; then `chaos publish --pending` sends it"
            self._say(f"The run goes on, but is not published any further: {error}{then}")
        except Exception as error:
            logger.debug("publishing failed", exc_info=True)
            self._say(
                f"Publishing this run failed ({type(error).__name__}: {error}); `chaos publish --pending` sends it"
            )
        finally:
            self.console.close()
            self.over.set()

    def _pause(self, delivery: Delivery) -> float:
        """Do one thing; how long to wait before the next one (seconds)."""
        beat = self._clock.monotonic() - self._heard >= BEAT_S
        try:
            busy = delivery.step(beat)
        except NoAnswer as error:
            self._on_failure(str(error), False)
            if self._patience.tries >= QUIET_TRIES:
                self._say(f"The run goes on unpublished for now: {error}. What is not sent is sent later")
            return self._patience.pause(getattr(error, "after", None))
        if busy:
            self._heard = self._clock.monotonic()
            self._patience.rest()
        if not delivery.opened:
            return BEGINNING_S
        return 0.0 if busy and self._finishing.is_set() else EVERY_S

    def _stop(self, reason: str) -> None:
        if not self._stopped:
            self._stopped = True
            self._on_stop(reason)

    def _say(self, sentence: str) -> None:
        if not self._said:
            self._said = True
            logger.warning(sentence)
