"""The first reason to stop counts, the second signal hurries, and signals are obeyed by a thread of their own."""

import os
import signal
import threading
import time

import pytest

from rtk.insight.stops import StopCause
from rtk.verify.stop import INTERRUPTING, StopRequest, signals_stop


def test_the_first_reason_and_the_first_signal_count() -> None:
    rung: list[int] = []
    stop = StopRequest(lambda: rung.append(1))
    stop.request(StopCause.CONTROL, "enough")
    stop.request(StopCause.SIGNAL, "SIGTERM", 15)
    stop.request(StopCause.SIGNAL, "SIGINT", 2)
    assert (stop.reason, stop.signal, len(rung)) == ("stopped: enough", 15, 3)
    assert stop.asked.is_set()


def test_a_second_signal_hurries_and_a_second_rule_does_not() -> None:
    stop = StopRequest()
    stop.request(StopCause.CONTROL, "one rule")
    stop.request(StopCause.CONTROL, "another rule")
    assert not stop.hurry.is_set()
    stop.request(StopCause.SIGNAL, "SIGINT", 2)
    assert stop.hurry.is_set()


def heard(stop: StopRequest) -> bool:
    until = time.monotonic() + 60
    while not stop.asked.is_set() and time.monotonic() < until:
        time.sleep(0.01)
    return stop.asked.is_set()


@pytest.mark.parametrize("number", INTERRUPTING)
def test_a_signal_asks_to_stop_and_its_handler_is_put_back(number: signal.Signals) -> None:
    before, stop = signal.getsignal(number), StopRequest()
    with signals_stop(stop):
        os.kill(os.getpid(), number)
        assert heard(stop)
    assert (stop.signal, stop.reason) == (number, f"interrupted by {number.name}")
    assert signal.getsignal(number) == before
    assert "rtk-signals" not in {t.name for t in threading.enumerate() if not wait_for_end(t)}


def wait_for_end(thread: threading.Thread) -> bool:
    if thread.name == "rtk-signals":
        thread.join(60)
    return not thread.is_alive()


@pytest.mark.parametrize(("number", "rollbacks"), [(signal.SIGUSR1, True), (signal.SIGUSR2, False)])
def test_the_chaos_toolkits_own_exits_are_understood(number: signal.Signals, rollbacks: bool) -> None:
    stop = StopRequest()
    with signals_stop(stop):
        os.kill(os.getpid(), number)
        assert heard(stop)
    assert (stop.rollbacks, stop.signal) == (rollbacks, signal.SIGINT)
