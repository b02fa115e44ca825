"""The log while a run goes on: no handler works on the measuring path, and no secret gets into a line.

Neither a measurement nor an undo waits for a line: what is logged is put into a backlog, and one thread redacts, cuts
and writes it.
"""

import logging
import math
import time
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple

from chaoslib.log import LogFormatter

from rtk.figures import count
from rtk.log import OURS, TOOLKIT
from rtk.printable import printable
from rtk.verify.progress import Progress
from rtk.verify.redact import Redactor

LINE = "[%(asctime)s %(levelname)s] %(message)s"
LIMIT = 10_000  # characters of a message that are shown
READ = 50_000  # characters of a message that are redacted, which takes up to a microsecond for each
ROOM = 10_000  # characters that a secret written in any way may take up at the least
ESCAPED = 6  # so many times as long as in hexadecimal a secret is at the most: a byte may take twelve, as in &amp;quot;
CAPACITY = 2_000_000  # characters of lines that wait to be written
DETAILS = 1_000_000  # of them, and details of others have no room
RELIEVED = 500_000  # as few as this again, and there is room for details
FLUSH_S = 2.0  # how long a run that has ended goes on to write what others logged


class LoggedLine(NamedTuple):
    """A line on its way: what is kept of its message, and how long that was."""

    record: logging.LogRecord
    length: int
    is_ours: bool

    @property
    def kept(self) -> int:
        """The characters of it that are kept."""
        return min(self.length, READ)


class Backlog:
    """The lines that nobody has written yet, in the order in which they came.

    What others log has a bound there, details a lower one: memory and the end of a run do not depend on how much that
    is. Lines of ours always have room.
    """

    def __init__(self) -> None:
        self.queue: SimpleQueue[Any] = SimpleQueue()
        self._came = 0  # characters: counted by whoever adds, under the lock of the handler
        self._gone = 0  # counted by the one thread that writes
        self._left_out = 0

    def add(self, line: LoggedLine) -> None:
        """Add a line, unless there is no room for it."""
        waiting = self._came - self._gone
        if self._left_out and waiting <= RELIEVED:
            self._put(self.gap())
        room = CAPACITY
        if line.record.levelno <= logging.DEBUG:
            # Once details were left out they are until much of what waits is written: else the log had many gaps.
            room = RELIEVED if self._left_out else DETAILS
        if line.is_ours or waiting < room:
            self._put(line)
        else:
            self._left_out += 1

    def written(self, line: LoggedLine) -> None:
        """Take note that a line has left."""
        self._gone += line.kept

    def gap(self, more: int = 0) -> LoggedLine:
        """Return a line that tells how many were left out since the last such line, and `more`."""
        number, self._left_out = self._left_out + more, 0
        text = f"Left out here: {count(number, 'line')}, since more was logged than could be written"
        told = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "msg": text}
        return LoggedLine(logging.makeLogRecord(told), len(text), is_ours=True)

    @property
    def has_gap(self) -> bool:
        """Return whether lines were left out that no later line reports yet."""
        return bool(self._left_out)

    def _put(self, line: LoggedLine) -> None:
        self._came += line.kept
        self.queue.put(line)


class BacklogHandler(QueueHandler):
    """Puts lines into a backlog. Who logs never waits for what a line costs: that is up to the thread that writes."""

    def __init__(self, backlog: Backlog, redact: Redactor) -> None:
        super().__init__(backlog.queue)
        self._backlog = backlog
        self._redact = redact

    def handle(self, record: logging.LogRecord) -> bool:
        try:
            prepared = self.prepare(record)  # now: what its arguments are may change
            self._redact.learn()  # also now: a control may set a secret, and take it away again
        except Exception:  # noqa: BLE001 - as logging does where a line cannot be formatted
            self.handleError(record)
            return True
        whole = str(prepared.msg)
        prepared.msg = prepared.message = whole[:READ]
        line = LoggedLine(prepared, len(whole), record.name.partition(".")[0] in OURS)
        self.acquire()  # for as long as it takes to count; logging renews it in a fork
        try:
            self._backlog.add(line)
        finally:
            self.release()
        return True


class LogWriter(QueueListener):
    """Writes the lines of a backlog, in one thread, without the secrets in them and with the id of their run."""

    def __init__(
        self,
        backlog: Backlog,
        handlers: list[logging.Handler],
        redact: Redactor,
        run_id: str,
        now: Callable[[], float],
    ) -> None:
        super().__init__(backlog.queue, *handlers, respect_handler_level=True)
        self._backlog = backlog
        self._redact = redact
        self._run_id = run_id
        self._now = now
        self._until = math.inf
        self._left_out = 0

    def handle(self, record: Any) -> None:
        """Write a line; once the time for that is over, only if it is ours."""
        line: LoggedLine = record
        self._backlog.written(line)
        if not line.is_ours and self._now() > self._until:
            self._left_out += 1
            return
        try:
            line.record.msg = line.record.message = self._shown(line)
            line.record.run_id = self._run_id
            super().handle(line.record)
        except Exception:  # noqa: BLE001 - one line that cannot be written must not be the last one
            logging.Handler().handleError(line.record)

    def stop(self) -> None:
        """Write what is left, of what others logged as much as a bounded time allows."""
        self._until = self._now() + FLUSH_S
        super().stop()
        if self._left_out or self._backlog.has_gap:
            self.handle(self._backlog.gap(self._left_out))

    def _shown(self, line: LoggedLine) -> str:
        """The message without secrets, cut where it is long.

        Nobody knows half a secret: it is redacted before it is cut. Of one too long to be redacted as a whole, the end
        of what was redacted is not shown either, as far as a secret that goes on after it may reach.
        """
        text = self._redact(line.record.msg)
        if line.length <= LIMIT:
            return text
        text = self._redact(printable(text))  # those that only show once control characters are gone
        if line.length > READ:
            text = text[: max(0, len(text) - max(ROOM, ESCAPED * self._redact.longest))]
        return (
            text if line.length <= READ and len(text) <= LIMIT else f"{text[:LIMIT]}… cut, {line.length:,} characters"
        )


class _ToProgress(logging.Handler):
    """Shows lines among the live view's events, where the terminal belongs to the view."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        self._progress.event(record.getMessage())


def prepare_handlers() -> None:
    """Make the Chaos Toolkit's handlers write what files and pipes can hold: any letter, and no colour codes."""
    for handler in logging.getLogger(TOOLKIT).handlers:
        stream = getattr(handler, "stream", None)
        if isinstance(handler.formatter, LogFormatter) and not (stream and stream.isatty()):
            handler.setFormatter(LogFormatter(LINE, "%Y-%m-%d %H:%M:%S", {}))
        if isinstance(handler, logging.FileHandler):  # the Chaos Toolkit leaves its encoding to the locale
            handler.encoding = "utf-8"
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class Logs:
    """While in force, the Chaos Toolkit's log goes through a queue, from `info` on unless `verbose`.

    The Chaos Toolkit logs five lines a probe at debug level into a file, which costs more than the probe.
    """

    def __init__(self, redact: Redactor, progress: Progress | None, verbose: bool, run_id: str = "") -> None:
        """Lines of JSON tell `run_id`."""
        self._logger = logging.getLogger(TOOLKIT)
        self._before = (self._logger.handlers[:], self._logger.level)
        handlers = self._logger.handlers[:]
        if progress:  # the terminal belongs to the live view
            files = logging.FileHandler
            handlers = [h for h in handlers if isinstance(h, files) or not isinstance(h, logging.StreamHandler)]
            handlers.append(_ToProgress(progress))
        backlog = Backlog()
        self._writer = LogWriter(backlog, handlers, redact, run_id, time.monotonic)
        self._handler = BacklogHandler(backlog, redact)
        self._level = logging.DEBUG if verbose else logging.INFO

    def __enter__(self) -> None:
        self._logger.handlers[:] = [self._handler]
        self._logger.setLevel(self._level)
        self._writer.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._writer.stop()
        self._logger.handlers[:], level = self._before
        self._logger.setLevel(level)
