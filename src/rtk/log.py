"""How a line of a log is written, as text for people or as JSON for what collects logs, and where those of a run go.

What a line tells beside its message are fields: whatever was given to the logger as `extra` and is a single value.
"""

import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from rtk.printable import printable

TOOLKIT = "chaostoolkit"  # the name of its logger
OURS = ("rtk", "chaoscloud")
_OWN = frozenset(
    {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
)  # the last is uvicorn's, for terminals


_SINGLE = (str, int, float)  # what a field may be
_BLANK = vars(logging.makeLogRecord({}))  # what every record begins with, in this order


class LogFormat(StrEnum):
    """The forms of a log."""

    TEXT = "text"
    JSON = "json"


def fields(record: logging.LogRecord) -> list[tuple[str, Any]]:
    """Return what a line tells beside its message."""
    own = islice(vars(record).items(), len(_BLANK), None)  # what was given follows what every record has
    return [(name, value) for name, value in own if name not in _OWN and (value is None or isinstance(value, _SINGLE))]


def record_of(logger: str, level: int, message: str, told: Mapping[str, Any]) -> logging.LogRecord:
    """Return what a logger would log with these fields as its `extra`, but for where in the code and in which thread.

    Nobody reads those of a line that is logged for each request, and to find them out took half of its time.
    """
    record = logging.LogRecord.__new__(logging.LogRecord)
    created = time.time()
    said = {"name": logger, "levelno": level, "levelname": logging.getLevelName(level), "msg": message, "args": ()}
    vars(record).update(_BLANK, **said, created=created, msecs=created % 1 * 1000, **told)
    return record


class TextLine(logging.Formatter):
    """Writes the time, the level, the logger and the message, then `name=value` for each field that has one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._second = (0, "")  # the last one of which a line told, and how it is written

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - see below
        """Return when a line was logged, as logging writes it. A busy console logs many lines within a second."""
        if datefmt:
            return super().formatTime(record, datefmt)
        second, written = self._second
        if second != int(record.created):
            second = int(record.created)
            written = time.strftime(self.default_time_format, self.converter(second))
            self._second = (second, written)
        return f"{written},{int(record.msecs):03d}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging calls it
        """Return the line without a traceback."""
        told = "".join([f" {name}={value}" for name, value in fields(record) if value is not None])
        line = printable(super().formatMessage(record) + told)
        return line.replace("\n", "\n    ")  # a message of several lines cannot pass for several messages


class JsonLine(logging.Formatter):
    """Writes an object: `time` in UTC, `level`, `logger`, `message`, the fields, and `exception` with a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **dict(fields(record)),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            told["exception"] = record.exc_text
        return json.dumps(told)


def formatter(of: LogFormat) -> logging.Formatter:
    """Return what writes lines of a form."""
    return JsonLine() if of is LogFormat.JSON else TextLine()


class ToToolkit(logging.Handler):
    """Hands lines of our loggers to the Chaos Toolkit's, so that its handlers, levels and options hold for them."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Hand a line over without a lock: the handlers that it goes to have their own, and nobody waits for two."""
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line over."""
        toolkit = logging.getLogger(TOOLKIT)
        if toolkit.isEnabledFor(record.levelno):
            toolkit.handle(record)


_TO_TOOLKIT = ToToolkit()


def join_toolkit() -> None:
    """See to it that our lines are in the Chaos Toolkit's log, where it keeps one: in the commands of `chaos`."""
    if not logging.getLogger(TOOLKIT).handlers:
        return
    for name in OURS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)  # the Chaos Toolkit's own level decides
        logger.propagate = False
        logger.addHandler(_TO_TOOLKIT)  # one that is there already is not added again
