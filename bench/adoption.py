"""Processes whose parents end become ours: the CPU time of a guardian or a daemon is ours then, not the weather's."""

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 10.0


@contextmanager
def adopting() -> Iterator[None]:
    """Become the parent of processes whose parents end, and at the end wait for those that have ended by then."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def wait_for_end(pid: int) -> None:
    """Wait until an adopted process has ended, at most 10 s."""
    patience = time.monotonic() + PATIENCE_S
    with suppress(ChildProcessError):
        while Path(f"/proc/{pid}").exists() and os.waitpid(pid, os.WNOHANG)[0] == 0 and time.monotonic() < patience:
            time.sleep(0.01)
