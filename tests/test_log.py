"""How lines of logs are written, and that those of a run are in the Chaos Toolkit's."""

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.log import LogFormat, TextLine, ToToolkit, fields, formatter, record_of

SRC = Path(__file__).parents[1] / "src"


def record(message: str, *args: object, level: int = logging.WARNING, **extra: Any) -> logging.LogRecord:
    """A line of the logger `rtk.part`."""
    return logging.getLogger("rtk.part").makeRecord("rtk.part", level, "part.py", 1, message, args, None, extra=extra)


def test_a_line_of_text_tells_its_fields_behind_the_message() -> None:
    line = formatter(LogFormat.TEXT).format(record("%s sent", 3, run_id="r-1", token_id=None, took=0.5))
    assert line.endswith(" WARNING rtk.part: 3 sent run_id=r-1 took=0.5")


def test_a_line_of_json_is_one_object_with_its_fields() -> None:
    told = json.loads(formatter(LogFormat.JSON).format(record("%s sent", 3, run_id="r-1", token_id=None)))
    assert told.pop("time").endswith("+00:00")
    assert told == {"level": "warning", "logger": "rtk.part", "message": "3 sent", "run_id": "r-1", "token_id": None}


def test_the_time_of_a_line_is_written_as_logging_writes_it() -> None:
    ours, theirs = TextLine(), logging.Formatter()
    for moment in (1_700_000_000.25, 1_700_000_000.999, 1_700_000_001.0, 1_700_000_000.0):
        line = record("x")
        line.created, line.msecs = moment, 1000 * (moment % 1)
        assert ours.formatTime(line) == theirs.formatTime(line)
    assert ours.formatTime(line, "%Y") == theirs.formatTime(line, "%Y")


@pytest.mark.parametrize("form", LogFormat)
def test_a_record_that_is_made_at_little_cost_is_written_as_any_other(form: LogFormat) -> None:
    told = {"request_id": "a", "status": 200, "user_id": None}
    usual = logging.getLogger("x").makeRecord("x", logging.INFO, "", 0, "said", (), None, extra=told)
    made = record_of("x", logging.INFO, "said", told)
    made.created, made.msecs = usual.created, usual.msecs
    assert formatter(form).format(made) == formatter(form).format(usual)
    assert vars(made).keys() - told.keys() <= vars(usual).keys()


def test_what_is_no_single_value_is_no_field() -> None:
    assert dict(fields(record("x", request=object(), many=[1], one="1"))) == {"one": "1"}


@pytest.mark.parametrize("form", LogFormat)
def test_a_traceback_belongs_to_its_line(form: LogFormat) -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError as error:
        line = record("it failed")
        line.exc_info = (RuntimeError, error, error.__traceback__)
    written = formatter(form).format(line)
    assert "RuntimeError: broken" in written
    if form is LogFormat.JSON:
        assert "RuntimeError: broken" in json.loads(written)["exception"]


@given(st.text())
def test_whatever_a_message_holds_it_is_one_line_of_json_and_begins_one_line_of_text(message: str) -> None:
    written = formatter(LogFormat.JSON).format(record("%s", message))
    assert "\n" not in written
    assert json.loads(written)["message"] == message
    text = TextLine().format(record("%s", message))
    assert all(line.startswith("    ") for line in text.split("\n")[1:])
    assert "\x1b" not in text


def test_our_lines_obey_the_level_of_the_chaos_toolkit() -> None:
    toolkit, text = logging.getLogger("chaostoolkit"), io.StringIO()
    before, level = toolkit.handlers[:], toolkit.level
    toolkit.handlers[:] = [logging.StreamHandler(text)]
    toolkit.setLevel(logging.INFO)
    try:
        for each in (logging.DEBUG, logging.INFO):
            ToToolkit().emit(record(f"at {each}", level=each))
    finally:
        toolkit.handlers[:] = before
        toolkit.setLevel(level)
    assert text.getvalue() == "at 20\n"


def test_a_line_of_any_module_of_ours_is_in_the_chaos_toolkits_log_once(log: io.StringIO) -> None:
    logging.getLogger("rtk.verify.run").info("of a run")
    logging.getLogger("chaoscloud.controls").warning("of a control")
    assert log.getvalue() == "of a run\nof a control\n"


def test_every_module_that_logs_has_a_logger_of_its_own_name() -> None:
    given = re.compile(r"^_?\w+ = logging\.getLogger\((.*?)\)", re.MULTILINE)
    for path in SRC.rglob("*.py"):
        module = ".".join(path.relative_to(SRC).with_suffix("").parts)
        for name in given.findall(path.read_text()):
            assert name in ("__name__", f'"{module}"'), f"{module}: {name}"
