"""Where the console's log goes: nobody waits for its reader, no line is lost unsaid, no file grows for ever."""

import io
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtk.console.log_stream import LogStream

LIMIT_S = 20.0


class Reader(io.StringIO):
    """What reads the log: nothing, until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.asked = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.asked.set()
        self.reads.wait(LIMIT_S)
        return super().write(text)


def line(text: str) -> logging.LogRecord:
    return logging.LogRecord("rtk", logging.WARNING, "", 0, text, (), None)


@contextmanager
def begun(stream: LogStream) -> Iterator[LogStream]:
    stream.begin()
    try:
        yield stream
    finally:
        stream.end()


def test_nobody_waits_for_a_reader_and_every_line_comes_in_its_order() -> None:
    stream, reader = LogStream(), Reader()
    stream.setStream(reader)
    with begun(stream):
        for number in range(3):
            stream.handle(line(str(number)))  # would hang here, were the reader waited for
        assert reader.asked.wait(LIMIT_S)
        assert reader.getvalue() == ""
        reader.reads.set()
    assert reader.getvalue() == "0\n1\n2\n"


def test_a_reader_that_does_not_keep_up_is_told_how_many_lines_it_did_not_get() -> None:
    stream, reader = LogStream(most_waiting=2), Reader()
    stream.setStream(reader)
    with begun(stream):
        stream.handle(line("first"))
        assert reader.asked.wait(LIMIT_S)
        for number in range(5):
            stream.handle(line(str(number)))
        reader.reads.set()
    said = reader.getvalue().splitlines()
    assert said == ["first", "0", "1", "3 lines were left out: whoever reads this log did not keep up"]


def test_before_it_begins_and_after_its_end_a_line_is_written_at_once() -> None:
    stream, text = LogStream(), io.StringIO()
    stream.setStream(text)
    stream.handle(line("before"))
    assert text.getvalue() == "before\n"
    with begun(stream):
        pass
    stream.handle(line("after"))
    assert text.getvalue() == "before\nafter\n"


def test_a_file_of_ours_is_begun_anew_before_it_fills_the_disk(tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    script = """
import pathlib, sys
from rtk.console.log_stream import begun_anew
log = pathlib.Path(sys.argv[1])
print("x" * 100, file=sys.stderr, flush=True)
print(begun_anew(log, most=1000), begun_anew(log, most=100), file=sys.stderr, flush=True)
print("out", flush=True)
"""
    with log.open("ab") as file:
        subprocess.run([sys.executable, "-c", script, str(log)], stdout=file, stderr=file, check=True)
    assert log.with_suffix(".log.1").read_text() == "x" * 100 + "\n"
    assert log.read_text() == "False True\nout\n"
    assert oct(log.stat().st_mode & 0o777) == "0o600"


def test_a_file_that_is_not_where_the_log_goes_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    log.write_text("kept")
    script = "import pathlib, sys; from rtk.console.log_stream import begun_anew as anew;"
    script += "print(anew(pathlib.Path(sys.argv[1]), 0))"
    said = subprocess.run([sys.executable, "-c", script, str(log)], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
    assert log.read_text() == "kept"
    assert [*tmp_path.iterdir()] == [log]
