"""What a call came to: done, begun, or only prepared."""

import io
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from rtk.verify.results import NothingDone, check_within, is_lazy, result_of, sentence_of
from tests.verify import extension


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", b"bytes", {"a": 1}, [1], (1,), {1}, object()])
def test_a_value_is_itself(value: Any) -> None:
    assert result_of(value, "f") is value


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that works on until the test is over."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


def test_what_works_by_itself_has_begun(process: "subprocess.Popen[bytes]") -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait, daemon=True)
    thread.start()
    future: Future[int] = Future()
    for begun in (process, thread, future):
        assert result_of(begun, "f") is begun
    over.set()


def test_an_iterator_over_what_was_done_is_a_result() -> None:
    cursor = sqlite3.connect(":memory:").execute("SELECT 1")
    for done in (cursor, io.StringIO("x"), iter([1])):
        assert result_of(done, "f") is done


def test_coroutines_in_a_collection_are_found_and_closed() -> None:
    for within in ([extension.awaits()], {"a": extension.awaits()}):
        with pytest.raises(NothingDone, match="coroutines that nobody awaited"):
            check_within(within, "f")
    check_within([1, "a"], "f")


def test_a_future_that_was_cancelled_did_nothing() -> None:
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(NothingDone, match=r"^f returned a future that was cancelled$"):
        result_of(future, "f")


def test_a_process_of_multiprocessing_counts_once_it_is_started() -> None:
    from multiprocessing import get_context

    with pytest.raises(NothingDone, match="a process that was never started"):
        result_of(get_context("spawn").Process(target=print), "f")


def test_only_a_function_whose_body_would_not_run_is_lazy() -> None:
    class Called:
        def __call__(self) -> Iterator[int]:
            yield 1

    assert is_lazy(extension.generates) == is_lazy(Called()) == "a generator"
    assert is_lazy(extension.generates_later) == "an async generator"
    for each in (extension.awaits, extension.async_object, extension.remember, len, dict):
        assert is_lazy(each) is None


def test_what_is_no_ordinary_error_is_named() -> None:
    assert sentence_of(ValueError("two\nlines")) == "two lines"
    assert sentence_of(ValueError()) == "ValueError"
    assert sentence_of(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert sentence_of(extension.Panic("out of bounds")) == "Panic: out of bounds"
