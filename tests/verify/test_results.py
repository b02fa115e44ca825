"""What a call came to: done, begun, or only prepared."""

import io
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing.pool import ThreadPool
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


def test_a_process_that_works_by_itself_has_begun(process: "subprocess.Popen[bytes]") -> None:
    assert result_of(process, "f") is process


def test_what_the_run_itself_still_works_at_is_not_done() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait, daemon=True)
    thread.start()
    with ThreadPool(1) as pool:
        for returned in (thread, Future[int](), pool.apply_async(over.wait)):
            with pytest.raises(NothingDone, match=r"^f returned a (thread that still runs|promise whose result)"):
                result_of(returned, "f")
        over.set()


def test_what_the_run_itself_has_done_is_a_result() -> None:
    thread = threading.Thread(target=print, args=("",), daemon=True)
    thread.start()
    thread.join()
    future: Future[int] = Future()
    future.set_result(1)
    with ThreadPool(1) as pool:
        answer = pool.apply_async(int)
        answer.wait()
        for done in (thread, future, answer):
            assert result_of(done, "f") is done


def test_a_promise_that_was_broken_says_by_what() -> None:
    future: Future[int] = Future()
    future.set_exception(ValueError("no such host"))
    with ThreadPool(1) as pool:
        answer = pool.apply_async(int, ("x",))
        answer.wait()
        for broken in (future, answer):
            with pytest.raises(NothingDone, match=r"^f returned a future that has failed with ValueError: "):
                result_of(broken, "f")


def test_an_iterator_over_what_was_done_is_a_result() -> None:
    cursor = sqlite3.connect(":memory:").execute("SELECT 1")
    for done in (cursor, io.StringIO("x"), iter([1])):
        assert result_of(done, "f") is done


def test_coroutines_in_a_collection_are_found_and_closed() -> None:
    for within in ([extension.awaits()], {"a": extension.awaits()}):
        with pytest.raises(NothingDone, match="coroutines that nobody awaited"):
            check_within(within, "f")
    check_within([1, "a"], "f")


def test_a_collection_with_what_is_not_done_is_found_out() -> None:
    for within in ([Future[int]()], {"a": threading.Thread()}):
        with pytest.raises(NothingDone, match=r"^f returned a collection with a (promise|thread) "):
            check_within(within, "f")


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
