"""Nothing that this process writes to a terminal or a log file holds a secret, whoever wrote it."""

import io
import logging
import sys
import threading
import traceback

import click
import pytest

from rtk.cli.masks import Masks
from rtk.errors import BadInput
from rtk.printable import printable
from rtk.verify.redact import Redactor

SECRET = "hush-hush"
logger = logging.getLogger("chaostoolkit")


def masks() -> Masks:
    return Masks(Redactor({"token": SECRET}, {}))


def test_what_an_extension_prints_has_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    with masks():
        print("one", SECRET)
        sys.stderr.writelines([f"two {SECRET}\n"])
        logging.getLogger("of.an.extension").warning("three %s", SECRET)
        click.echo(f"four {SECRET}", err=True)
        told = capsys.readouterr()
    assert SECRET not in "".join(told)
    assert "one" in told.out
    assert all(word in told.err for word in ("two", "four"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_traceback_of_a_thread_has_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)

    def breaks() -> None:
        raise RuntimeError(SECRET)

    with masks():
        thread = threading.Thread(target=breaks)
        thread.start()
        thread.join()
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert SECRET not in told


def test_lines_and_tracebacks_of_the_log_have_no_secret_also_those_that_come_late(log: io.StringIO) -> None:
    with masks():
        logger.info("an argument: %s", SECRET)
        try:
            raise RuntimeError(SECRET)
        except RuntimeError:
            logger.debug("with a traceback", exc_info=True)
    logger.info("of a thread that comes back late: %s", SECRET)
    assert SECRET not in log.getvalue()
    assert log.getvalue().count("*****") == 3


def test_what_an_extension_adds_to_a_line_has_no_secret(log: io.StringIO) -> None:
    logger.handlers[0].setFormatter(logging.Formatter("%(message)s %(token)s"))
    with masks():
        logger.info("added", extra={"token": SECRET})
    assert log.getvalue() == "added *****\n"


@pytest.mark.parametrize("order", ["\x1b[0m", "\x9b0m"])
def test_no_secret_shows_once_what_a_terminal_would_obey_is_taken_out(order: str) -> None:
    said = masks()(f"it was hush-{order}hush")
    assert SECRET not in printable(said)
    assert said == "it was *****"


def test_a_refusal_that_goes_through_has_no_secret() -> None:
    with pytest.raises(BadInput, match=r"^it was \*\*\*\*\*$"), masks():
        raise BadInput(f"it was {SECRET}")


def test_the_traceback_of_an_error_nobody_expected_has_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        with masks():
            raise KeyError(SECRET)
    except KeyError:
        traceback.print_exc()
    told = capsys.readouterr().err
    assert "KeyError" in told
    assert SECRET not in told


def test_a_stream_is_what_it_was_in_everything_else(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with masks():
        assert sys.stdout.isatty() is before.isatty()
        assert sys.stdout.encoding == before.encoding
        assert sys.stdout.write(SECRET) == len(SECRET)
    assert sys.stdout is before
    assert capsys.readouterr().out == "*****"
