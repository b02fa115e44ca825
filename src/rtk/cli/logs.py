"""The log while a run goes on: no handler works on the measuring path, and no secret gets into a line."""

import logging
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from chaoslib.log import LogFormatter

from rtk.log import TOOLKIT
from rtk.verify.progress import Progress
from rtk.verify.redact import Redactor

LINE = "[%(asctime)s %(levelname)s] %(message)s"


class _Redacting(QueueHandler):
    """Puts lines into a queue, without the secrets in them, and with the id of the run that they are of."""

    def __init__(self, queue: "SimpleQueue[Any]", redact: Redactor, run_id: str) -> None:
        super().__init__(queue)
        self._redact = redact
        self._run_id = run_id

    def prepare(self, record: logging.LogRecord) -> Any:
        prepared = super().prepare(record)
        self._redact.learn()
        prepared.msg = prepared.message = self._redact(str(prepared.msg))
        prepared.run_id = self._run_id
        return prepared


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
        queue: SimpleQueue[Any] = SimpleQueue()
        self._listener = QueueListener(queue, *handlers, respect_handler_level=True)
        self._handler = _Redacting(queue, redact, run_id)
        self._level = logging.DEBUG if verbose else logging.INFO

    def __enter__(self) -> None:
        self._logger.handlers[:] = [self._handler]
        self._logger.setLevel(self._level)
        self._listener.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._listener.stop()
        self._logger.handlers[:], level = self._before
        self._logger.setLevel(level)
