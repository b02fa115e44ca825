"""Sending what could not be sent while it happened: records and executions that a console has only in part."""

import json
import os
import subprocess
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from rtk import helper
from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.publish import spool
from rtk.publish.console import Console, ConsoleRefused
from rtk.publish.delivery import FOR_GOOD, Delivery, PermanentRefusal
from rtk.publish.destination import Destination
from rtk.publish.http_transport import NoAnswer, Send
from rtk.publish.legacy_api import page_of
from rtk.publish.patience import Patience
from rtk.publish.upload_state import SUFFIX, AlreadyPublishing, Marker, PublishingProgress, progress_of
from rtk.verify.lock import is_held
from rtk.verify.places import SUFFIX as RECORD
from rtk.verify.places import new_run_id, runs_directory
from rtk.verify.record import is_finished

SENDING = "rtk.cli.publisher_entrypoint"
TAKEN_S = 0.2  # how often to look whether another process is done with a record
SENDER_S = 120.0  # how long a process that was left behind goes on trying

_left_behind: list["subprocess.Popen[bytes]"] = []  # they outlive this process, and nobody waits for them


@dataclass
class Sent:
    """What came of sending: `sent` runs and executions, `left` ones and those refused for good, with their reasons."""

    sent: list[str]
    left: dict[str, str]
    dropped: dict[str, str] = field(default_factory=dict)


def waiting(directory: Path, url: str) -> list[Path]:
    """The records of which the console at `url` has only a part, oldest first; those of runs at work are not."""
    found = []
    for marker in sorted(directory.glob(f"*{SUFFIX}")):
        record, progress = marker.with_suffix(RECORD), progress_of(marker)
        with suppress(OSError):
            if not record.exists():  # pruned: nothing is left to be sent
                marker.unlink()
                continue
            left = progress is not None and progress.url == url and is_unsent(record)
            if left and not is_held(record) and is_finished(record):
                found.append(record)
    return found


def is_left(directory: Path, url: str) -> bool:
    """Whether anything of earlier runs or executions waits to be sent to the console at `url`."""
    return bool(waiting(directory, url)) or any(True for _ in spool.waiting(directory, url))


def is_unsent(record: Path) -> bool:
    """Return whether a console, whichever it is, has only a part of a record and may take the rest."""
    marker = record.with_suffix(SUFFIX)
    progress = progress_of(marker)
    if progress is None:
        return marker.exists()  # damaged: nobody knows
    return not (progress.done or progress.refused)


class PendingSender:
    """Sends what waits, one after another, until there is no more patience."""

    def __init__(self, where: Destination, clock: Clock, patience_s: float, send: Send | None = None) -> None:
        """`patience_s` is how long in all a console that does not answer is asked again (seconds)."""
        self.where = where
        self._clock = clock
        self._until = clock.monotonic() + patience_s
        self._send = send

    def all(self, directory: Path) -> Sent:
        """Everything that waits."""
        done = Sent([], {})
        for path in waiting(directory, self.where.url):
            self._try(done, path, self.record)
        for path in spool.waiting(directory, self.where.url):
            self._try(done, path, self.execution)
        return done

    def _try(self, done: Sent, path: Path, send: Callable[[Path], object]) -> None:
        try:
            send(path)
            done.sent.append(path.stem)
        except PermanentRefusal as error:
            done.dropped[path.stem] = str(error)
        except AlreadyPublishing:
            done.left[path.stem] = "another process is publishing it"
        except (ToolkitError, OSError) as error:
            done.left[path.stem] = str(error)

    def record(self, record: Path, again: bool = False, remade: bool = False, as_new: bool = False) -> str:
        """Send the rest of a record; its page. With `again` from its beginning, `as_new` of a new verification.

        Raises `ToolkitError`, `AlreadyPublishing`.
        """
        with self._taken(record) as marker:
            if as_new:
                run = new_run_id(self._clock.now())  # under its own the console may know it already
                marker.progress = PublishingProgress(self.where.url, verification=str(uuid.uuid4()), run=run)
            elif again or marker.progress.url != self.where.url:  # another console knows nothing of it
                marker.progress = PublishingProgress(self.where.url)
            console = Console(self.where, self._send)
            try:
                opened: list[str] = []
                delivery = Delivery(
                    record, console, marker, on_open=lambda told: opened.append(page_of(told.answer)), remade=remade
                )
                self._patiently(lambda: delivery.done or not delivery.step())
                return next(iter(opened), "")
            finally:
                console.close()

    def _taken(self, record: Path) -> Marker:
        """Return the marker once another process that publishes the record has let go of it.

        Raises `AlreadyPublishing`.
        """
        while True:
            try:
                return Marker(record, self.where.url)
            except AlreadyPublishing:
                if self._clock.monotonic() + TAKEN_S > self._until:
                    raise
            self._clock.wait(threading.Event(), TAKEN_S)

    def execution(self, path: Path) -> None:
        """Send an execution that was kept; one that is refused for good is set aside. Raises `ToolkitError`."""
        console = Console(self.where, self._send)
        try:
            self._patiently(lambda: spool.send(path, console))
        except ConsoleRefused as error:
            if error.status in FOR_GOOD and not error.curable:
                raise PermanentRefusal(f"{error}; it stays here, in {spool.set_aside(path)}", error.status) from None
            raise
        finally:
            console.close()

    def patiently_with(self, call: Callable[[Console], str]) -> str:
        """What a call on the console gives, tried again as long as there is patience. Raises `ToolkitError`."""
        console, found = Console(self.where, self._send), list[str]()

        def step() -> bool:
            found.append(call(console))
            return True

        try:
            self._patiently(step)
        finally:
            console.close()
        return found[-1]

    def _patiently(self, step: Callable[[], bool]) -> None:
        patience = Patience()
        while True:
            try:
                if step():
                    return
                patience.rest()
            except NoAnswer as error:
                pause = patience.pause(getattr(error, "after", None))
                if self._clock.monotonic() + pause > self._until:
                    raise
                self._clock.wait(threading.Event(), pause)


def leave_behind(where: Destination) -> None:
    """Leave a process behind that sends what waits, once this one has ended. The token goes over its pipe only."""
    environ = {key: value for key, value in os.environ.items() if key != "RTK_RUN_ID"}
    with suppress(OSError):
        process = subprocess.Popen(
            helper.command(SENDING),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environ,
            cwd="/",
        )
        assert process.stdin
        process.stdin.write(json.dumps({**where.as_dict(), "directory": str(runs_directory())}).encode())
        process.stdin.close()
        _left_behind.append(process)


def received(text: bytes) -> tuple[Destination, Path]:
    """What `leave_behind` sent."""
    told = json.loads(text)
    directory = Path(told.pop("directory"))
    return replace(Destination("", ""), **told), directory
