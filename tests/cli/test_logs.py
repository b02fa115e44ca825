"""The log while a run goes on: through a queue, without secrets, and put back afterwards."""

import io
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chaoslib.log import LogFormatter

from rtk.cli.logs import (
    CAPACITY,
    ESCAPED,
    LIMIT,
    READ,
    RELIEVED,
    ROOM,
    Backlog,
    BacklogHandler,
    LoggedLine,
    Logs,
    LogWriter,
    prepare_handlers,
)
from rtk.verify.progress import Progress
from rtk.verify.redact import Redactor

logger = logging.getLogger("chaostoolkit")
REDACT = Redactor({"token": "hush-hush"}, {})


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the Chaos Toolkit's logger writes, with nothing else attached to it."""
    before, level = logger.handlers[:], logger.level
    text = io.StringIO()
    logger.handlers[:] = [logging.StreamHandler(text)]
    logger.setLevel(logging.DEBUG)
    yield text
    logger.handlers[:] = before
    logger.setLevel(level)


def test_no_secret_gets_into_a_line_in_whatever_form_it_comes(stream: io.StringIO) -> None:
    with Logs(REDACT, None, verbose=False):
        logger.info("plain hush-hush")
        logger.warning("as an argument: %s", "hush-hush")
        try:
            raise RuntimeError("hush-hush")
        except RuntimeError:
            logger.exception("with a traceback")
    assert "hush-hush" not in stream.getvalue()
    assert stream.getvalue().count("*****") >= 3


@pytest.mark.parametrize("verbose", [False, True])
def test_debug_lines_are_for_the_verbose(stream: io.StringIO, verbose: bool) -> None:
    with Logs(REDACT, None, verbose=verbose):
        logger.debug("detail")
    assert ("detail" in stream.getvalue()) is verbose


def test_everything_is_as_before_afterwards(stream: io.StringIO) -> None:
    before = logger.handlers[:]
    with Logs(REDACT, None, verbose=False):
        assert logger.handlers != before
    assert (logger.handlers, logger.level) == (before, logging.DEBUG)
    logger.info("again")
    assert stream.getvalue() == "again\n"


def test_on_a_terminal_lines_are_events_of_the_view(stream: io.StringIO) -> None:
    progress = Progress(now=lambda: 2.0, started=0.0)
    with Logs(REDACT, progress, verbose=False):
        logger.info("begun with hush-hush")
    assert progress.last_events() == [(2.0, "begun with *****")]
    assert stream.getvalue() == ""


def test_a_pipe_gets_no_colours(stream: io.StringIO) -> None:
    logger.handlers[0].setFormatter(
        LogFormatter("%(color)s%(levelname)s%(end_color)s] %(message)s", None, {logging.ERROR: "\x1b[31m"})
    )
    prepare_handlers()
    logger.error("plain")
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().endswith("ERROR] plain\n")


def test_a_handler_with_a_form_of_its_own_keeps_it(stream: io.StringIO) -> None:
    logger.handlers[0].setFormatter(logging.Formatter("mine: %(message)s"))
    prepare_handlers()
    logger.error("plain")
    assert stream.getvalue() == "mine: plain\n"


def test_a_log_file_takes_any_letter_whatever_the_locale(stream: io.StringIO, tmp_path: Path) -> None:
    log = tmp_path / "chaostoolkit.log"
    handler = logging.FileHandler(log, encoding="ascii")
    logger.handlers[:] = [handler]
    prepare_handlers()
    logger.info("Prüfung ✓ 検証")
    handler.close()
    assert log.read_text(encoding="utf-8") == "Prüfung ✓ 検証\n"


def test_a_handler_keeps_its_own_level_and_files_get_no_fewer_lines_on_a_terminal(tmp_path: Path) -> None:
    before, level = logger.handlers[:], logger.level
    file, errors = logging.FileHandler(tmp_path / "log"), logging.FileHandler(tmp_path / "errors")
    errors.setLevel(logging.ERROR)
    logger.handlers[:] = [file, errors, logging.StreamHandler(io.StringIO())]
    try:
        with Logs(REDACT, Progress(now=lambda: 0.0, started=0.0), verbose=False):
            logger.info("told")
            logger.error("failed")
    finally:
        logger.handlers[:] = before
        logger.setLevel(level)
        file.close()
        errors.close()
    assert (tmp_path / "log").read_text() == "told\nfailed\n"
    assert (tmp_path / "errors").read_text() == "failed\n"


def line(size: int, level: int = logging.INFO, is_ours: bool = False, text: str = "") -> LoggedLine:
    """A line of so many characters, or of a text."""
    text = text or "x" * min(size, READ)
    return LoggedLine(logging.LogRecord("any", level, "", 0, text, None, None), size, is_ours)


def waiting(backlog: Backlog) -> list[str]:
    """The beginnings of the messages that wait, which wait no longer."""
    found = [backlog.queue.get() for _ in range(backlog.queue.qsize())]
    for each in found:
        backlog.written(each)
    return [each.record.getMessage()[:60] for each in found]


def filled(backlog: Backlog, size: int) -> list[LoggedLine]:
    """Lines of ours of that size together, which wait in a backlog."""
    lines = [line(READ, is_ours=True) for _ in range(size // READ)]
    for each in lines:
        backlog.add(each)
    return lines


@pytest.mark.parametrize(
    ("level", "is_ours", "size", "is_kept"),
    [
        (logging.DEBUG, False, CAPACITY // 2 - READ, True),
        (logging.DEBUG - 5, False, CAPACITY // 2, False),
        (logging.DEBUG, False, CAPACITY // 2, False),
        (logging.INFO, False, CAPACITY // 2, True),
        (logging.INFO, False, CAPACITY - READ, True),
        (logging.INFO, False, CAPACITY, False),
        (logging.DEBUG, True, 2 * CAPACITY, True),
    ],
)
def test_details_of_others_are_left_out_first_and_lines_of_ours_never(
    level: int, is_ours: bool, size: int, is_kept: bool
) -> None:
    backlog = Backlog()
    before = len(filled(backlog, size))
    backlog.add(line(10, level, is_ours))
    assert backlog.queue.qsize() == before + is_kept
    assert backlog.has_gap is not is_kept


def test_a_line_counts_with_what_is_kept_of_it() -> None:
    backlog = Backlog()
    backlog.add(line(CAPACITY))
    backlog.add(line(1, text="kept"))
    assert waiting(backlog)[1:] == ["kept"]


def test_where_lines_were_left_out_the_next_one_that_has_room_again_says_how_many() -> None:
    backlog = Backlog()
    lines = filled(backlog, CAPACITY)
    for _ in range(1_234):
        backlog.add(line(1))
    for each in lines[: (CAPACITY - RELIEVED) // READ - 1]:
        backlog.written(each)
    backlog.add(line(1, logging.DEBUG))  # a little room is none for details
    backlog.written(lines[-1])
    backlog.add(line(1, logging.DEBUG, text="after"))
    assert waiting(backlog)[len(lines) :] == [
        "Left out here: 1,235 lines, since more was logged than could be written"[:60],
        "after",
    ]
    assert not backlog.has_gap


def test_where_all_was_written_meanwhile_the_next_line_says_so_as_well() -> None:
    backlog = Backlog()
    filled(backlog, CAPACITY)
    backlog.add(line(1))
    waiting(backlog)
    backlog.add(line(1, text="after"))
    assert waiting(backlog) == ["Left out here: 1 line, since more was logged than could be written"[:60], "after"]


def test_what_was_left_out_at_the_end_is_added_to_what_was_before() -> None:
    backlog = Backlog()
    filled(backlog, CAPACITY)
    backlog.add(line(1))
    backlog.add(line(1))
    assert backlog.gap(3).record.getMessage().startswith("Left out here: 5 lines,")


@pytest.mark.parametrize(
    ("name", "is_ours"), [("rtk", True), ("rtk.verify.run", True), ("chaoscloud.aws", True), ("acme.rtk", False)]
)
def test_a_line_is_ours_by_the_package_that_logged_it(name: str, is_ours: bool) -> None:
    backlog = Backlog()
    assert BacklogHandler(backlog, REDACT).handle(logging.makeLogRecord({"name": name, "levelno": 20, "msg": "told"}))
    assert backlog.queue.get().is_ours is is_ours, name


def test_a_line_that_cannot_be_made_is_dealt_with_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    handler = BacklogHandler(Backlog(), REDACT)
    assert handler.handle(logging.makeLogRecord({"name": "acme", "msg": "%d", "args": ("no number",)}))
    assert "TypeError" in capsys.readouterr().err


def test_whoever_logs_does_not_wait_for_the_line_before(stream: io.StringIO) -> None:
    go_on = threading.Event()

    class Slow(Redactor):
        def __call__(self, text: str) -> str:
            go_on.wait(30)
            return super().__call__(text)

    told = {"state": "before"}
    with Logs(Slow({"token": "hush-hush"}, {}), None, verbose=True):
        logger.info("first hush-hush")
        logger.info("second %s", told)
        told["state"] = "after"
        assert stream.getvalue() == ""
        go_on.set()
    assert stream.getvalue() == "first *****\nsecond {'state': 'before'}\n"


def test_a_line_that_does_not_fit_its_arguments_keeps_no_other_from_being_written(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logger, "propagate", False)  # as it is in a command
    with Logs(REDACT, None, verbose=False):
        logger.info("a number: %d", "none")
        logger.info("next")
    assert stream.getvalue() == "next\n"
    assert "Logging error" in capsys.readouterr().err


def test_a_line_that_cannot_be_redacted_is_not_written_and_the_next_one_is(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(Redactor):
        def __call__(self, text: str) -> str:
            if text == "bad":
                raise RecursionError
            return super().__call__(text)

    with Logs(Failing({}, {}), None, verbose=False):
        logger.info("bad")
        logger.info("next")
    assert stream.getvalue() == "next\n"
    assert "RecursionError" in capsys.readouterr().err


def test_once_its_time_is_over_the_end_writes_lines_of_ours_only_and_says_so(stream: io.StringIO) -> None:
    stopping, times = threading.Event(), [0.0]

    def now() -> float:
        stopping.set()
        return times.pop() if times else 2.1

    class Waiting(logging.StreamHandler[io.StringIO]):
        def emit(self, record: logging.LogRecord) -> None:
            stopping.wait(30)
            super().emit(record)

    backlog = Backlog()
    writer = LogWriter(backlog, [Waiting(stream)], REDACT, "", now)
    backlog.add(line(1, is_ours=True, text="first"))
    backlog.add(line(1, text="not ours"))
    backlog.add(line(1, is_ours=True, text="last"))
    writer.start()
    writer.stop()
    assert stream.getvalue() == "first\nlast\nLeft out here: 1 line, since more was logged than could be written\n"


def test_what_others_logged_is_written_in_the_time_that_there_is(stream: io.StringIO) -> None:
    backlog = Backlog()
    writer = LogWriter(backlog, [logging.StreamHandler(stream)], REDACT, "", iter([0.0, 2.0, 2.0]).__next__)
    backlog.add(line(1, is_ours=True, text="first"))
    writer.start()
    writer.stop()
    writer.handle(line(1, text="not ours"))
    assert stream.getvalue() == "first\nnot ours\n"


def test_a_line_tells_the_run_that_it_is_of(stream: io.StringIO) -> None:
    logger.handlers[0].setFormatter(logging.Formatter("%(run_id)s %(message)s"))
    with Logs(REDACT, None, verbose=False, run_id="7"):
        logger.info("told")
    assert stream.getvalue() == "7 told\n"


def shown(text: str, redact: Redactor = REDACT) -> str:
    """What the log has of a message."""
    written = io.StringIO()
    LogWriter(Backlog(), [logging.StreamHandler(written)], redact, "", lambda: 0.0).handle(
        line(len(text), text=text[:READ])
    )
    return written.getvalue().removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * LIMIT, "x" * LIMIT),
        ("\x07" + "x" * (LIMIT - 1), "\x07" + "x" * (LIMIT - 1)),
        ("\x07x", "\x07x"),
        ("hush-hush " * 1_500, "***** " * 1_500),
        ("x" * (LIMIT + 1), f"{'x' * LIMIT}… cut, 10,001 characters"),
        (f"{'x' * (LIMIT - 5)}hush-hush", f"{'x' * (LIMIT - 5)}*****"),
        ("x" * READ, f"{'x' * LIMIT}… cut, 50,000 characters"),
        ("x" * 2 * READ, f"{'x' * LIMIT}… cut, 100,000 characters"),
        ("\x1b[1m" * 20_000, "… cut, 80,000 characters"),
        ("x\x1b[1m" * LIMIT, "x" * LIMIT),
    ],
)
def test_a_long_message_is_cut_and_says_how_long_it_was(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "secret", ["Sesame-opens-1", "Sesame-opens-" * 5, "".join(f"Sésame {number} öffnet " for number in range(60))]
)
@pytest.mark.parametrize("write", [str, "\x1b[0m".join, lambda text: text.encode().hex()])
@pytest.mark.parametrize("end", [LIMIT, READ])
def test_no_cut_shows_half_a_secret(secret: str, write: Callable[[str], str], end: int) -> None:
    told, redact = write(secret), Redactor({"token": secret}, {})
    for before in range(end - len(told) + 1, end, max(1, len(told) // 4)):
        for ahead in ("-" * before, (f"{told} " * (before // (len(told) + 1) + 1))[-before:]):
            found = shown(f"{ahead}{told} and more{'-' * READ}", redact)
            start = found.find("*****") if ahead[0] != "-" else 0
            assert not any(each in found[max(0, start) :] for each in (told[:4], secret[:4])), before


def test_of_a_message_too_long_to_be_redacted_the_end_is_left_out_as_far_as_a_secret_may_reach() -> None:
    secret = "k" * 3_000
    reach = ESCAPED * 2 * len(secret)
    assert shown("-" * (READ + 1), Redactor({"token": secret}, {})) == f"{'-' * LIMIT}… cut, 50,001 characters"
    text = "hush-hush " * READ
    assert len(shown(text, Redactor({"token": secret, "short": "hush-hush"}, {}))) < LIMIT
    assert reach > ROOM


@pytest.mark.parametrize(("length", "left"), [(3_500, 8_000), (4_166, 8), (5_000, 0)])
def test_what_is_not_shown_of_it_is_twelve_characters_for_each_byte_of_the_longest_secret(
    length: int, left: int
) -> None:
    redact = Redactor({"token": "k" * length}, {})
    assert shown("-" * 60_000, redact) == f"{'-' * left}… cut, 60,000 characters"


def test_what_is_not_shown_of_it_is_ten_thousand_characters_at_the_least() -> None:
    secret = "Sesame-opens-this-very-door-30"
    text = secret * 1_500 + "-" * 5_000
    assert shown(text + "more", Redactor({"token": secret}, {})) == f"{'*****' * 500}… cut, 50,004 characters"
