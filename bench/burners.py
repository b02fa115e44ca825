"""Processes that burn CPU on purpose: twice as many as there are cores."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.places import environment

COUNT = 2 * (os.cpu_count() or 1)
LONGEST_S = 1200.0
SETTLE_S = 0.5
_PR_SET_PDEATHSIG = 1


@contextmanager
def burning(count: int) -> Iterator[None]:
    """Burn that many cores for as long as this lasts; at most 20 minutes, and never beyond this process."""
    command = [sys.executable, "-m", "bench.burners", str(os.getpid())]
    burners = [subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment()) for _ in range(count)]
    try:
        time.sleep(SETTLE_S)
        yield
    finally:
        for burner in burners:
            burner.kill()
        for burner in burners:
            burner.wait()


def main() -> None:
    """Burn until the starter ends, or the longest time is over."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        return  # it ended before we could ask to be told
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        pass


if __name__ == "__main__":
    main()
