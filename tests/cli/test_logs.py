"""The log while a run goes on: through a queue, without secrets, and put back afterwards."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaoslib.log import LogFormatter

from rtk.cli.logs import Logs, prepare_handlers
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
