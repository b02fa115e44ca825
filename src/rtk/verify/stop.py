"""Why a run ends before its time, and how urgently. The first reason counts; nothing ever blocks a rollback."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from chaoslib.exceptions import InterruptExecution

from rtk.errors import CannotRecord
from rtk.insight.stops import StopCause, Stopping

INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
CTRL_C_S = 0.2  # how much later than a process a run may hear of the signal that both were sent
_BY_SHELLS = 128  # and the signal's number: how a shell tells that what it ran was ended by one


class StopRequest:
    """A request to stop. `asked` is set by the first one, `hurry` by the second: pauses and recovery are cut."""

    def __init__(self, on_request: Callable[[], None] = lambda: None) -> None:
        self.asked = threading.Event()
        self.hurry = threading.Event()
        self.why: Stopping | None = None
        self.signal: int | None = None
        self.rollbacks = True
        self.on_request = on_request

    @property
    def reason(self) -> str | None:
        """The first reason, in one sentence."""
        return self.why.sentence if self.why else None

    @property
    def is_complete(self) -> bool:
        """Whether what was to be known is known, so that the run ends as one does whose time is over."""
        return self.why is not None and self.why.cause.completes and self.signal is None

    @property
    def is_cut(self) -> bool:
        """Whether the run is to end although there was more to be known."""
        return self.asked.is_set() and not self.is_complete

    def request(self, cause: StopCause, detail: str, signum: int | None = None) -> None:
        """Ask the run to stop: no further condition, then undo, then the verdict."""
        if self.asked.is_set() and signum is not None:
            self.hurry.set()
        if self.signal is None:
            self.signal = signum
        if self.why is None:
            self.why = Stopping(cause, detail)
        self.asked.set()
        self.on_request()


@contextmanager
def signals_stop(stop: StopRequest, to_the_end: bool = False) -> Iterator[None]:
    """While this lasts, signals ask the run to stop instead of ending the process in the middle of it.

    With `to_the_end` they are ignored afterwards: the process is about to exit with a code of its own.
    """
    heard: SimpleQueue[int | None] = SimpleQueue()

    def listen() -> None:
        for signum in iter(heard.get, None):
            if signum in INTERRUPTING:
                stop.request(StopCause.SIGNAL, signal.Signals(signum).name, signum)
                continue
            # What the Chaos Toolkit's exit_gracefully() and exit_ungracefully() send to their own process.
            stop.rollbacks = stop.rollbacks and signum == signal.SIGUSR1
            # The signal does not tell who asked to leave, but the one control of chaostoolkit-addons that does so can.
            control = sys.modules.get("chaosaddons.controls.safeguards")
            safeguard = getattr(getattr(control, "guardian", None), "triggered_by", None)
            who = f'the safeguard "{safeguard}"' if safeguard else "an activity or a control that asked to exit"
            stop.request(StopCause.LEFT, who, signal.SIGINT)

    # A handler interrupts the main thread anywhere, also where it holds an event's lock: so the handler only
    # puts into a queue that is made for this, and a thread of its own does the rest.
    numbers = (*INTERRUPTING, signal.SIGUSR1, signal.SIGUSR2)
    before = {number: signal.signal(number, lambda signum, _: heard.put(signum)) for number in numbers}
    threading.Thread(target=listen, name="rtk-signals", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if to_the_end else handler)
        heard.put(None)


def was_signalled(run: Mapping[str, Any]) -> bool:
    """Whether a probe's process ended by a signal that interrupts, as its exit code tells."""
    output = run.get("output")
    status = output.get("status") if isinstance(output, dict) else None
    return isinstance(status, int) and (-status in INTERRUPTING or status - _BY_SHELLS in INTERRUPTING)


def cause_of(error: Exception) -> StopCause:
    """Return what an error that ends a run stands for."""
    if isinstance(error, InterruptExecution):
        return StopCause.CONTROL
    if isinstance(error, CannotRecord):
        return StopCause.RECORD
    return StopCause(getattr(error, "stop_cause", StopCause.NOT_READY))
