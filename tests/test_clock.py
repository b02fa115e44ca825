"""A thread that never begins is given up: nobody waits for it for ever, and it does nothing later."""

import contextvars
import threading
import time
from collections.abc import Callable

import pytest

from rtk.clock import START_S, SystemClock

VALUE = contextvars.ContextVar("VALUE", default="unset")


def test_a_thread_sees_what_its_maker_set_and_keeps_no_process_alive() -> None:
    done, seen = threading.Event(), list[tuple[str, bool]]()

    def work() -> None:
        seen.append((VALUE.get(), threading.current_thread().daemon))
        done.set()

    VALUE.set("mine")
    SystemClock().spawn(work, "rtk-test")
    assert done.wait(5)
    assert seen == [("mine", True)]


def test_a_thread_that_dies_before_it_begins_is_refused_in_time_and_never_runs() -> None:
    started, ran = list[Callable[[], None]](), list[str]()

    def lost(run: Callable[[], None], _: tuple[()]) -> int:  # as CPython does where the memory for it is lacking
        started.append(run)
        return 1

    clock, took = SystemClock(lost), list[float]()
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(RuntimeError, match="can't start new thread"):
            clock.spawn(lambda: ran.append("ran"), "rtk-test")
        took.append(time.monotonic() - began)
    for late in started:
        late()
    assert ran == []
    assert sum(took) <= START_S + 1.0, "only the first one is waited for"
