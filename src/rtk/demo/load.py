"""Loads this machine's CPUs, until it is stopped or its time is over: the demonstration's condition and its undo.

python -m rtk.demo.load start --for 60 --pids load.pids
python -m rtk.demo.load stop --pids load.pids
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

BURNERS_PER_CPU = 3
GONE_S = 5.0

_BURN = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"


def start(seconds: float, pids: Path) -> None:
    """Begin to load every CPU, and return."""
    count = BURNERS_PER_CPU * (os.cpu_count() or 1)
    command = [sys.executable, "-c", _BURN, str(seconds)]
    quiet = subprocess.DEVNULL
    burners = [
        subprocess.Popen(command, start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet) for _ in range(count)
    ]
    pids.write_text("\n".join(str(burner.pid) for burner in burners))
    for burner in burners:
        burner.returncode = 0  # they are meant to outlive this process
    print(f"{count} processes load {os.cpu_count()} CPUs for at most {seconds:g} s")  # noqa: T201 - the output


def stop(pids: Path) -> int:
    """End them, and make sure that they are gone; 1 when one is not. A second call does nothing."""
    running = [int(pid) for pid in pids.read_text().split()] if pids.exists() else []
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    patience = time.monotonic() + GONE_S
    while left := [pid for pid in running if _alive(pid)]:
        if time.monotonic() > patience:
            print(f"still alive: {left}", file=sys.stderr)  # noqa: T201 - the output
            return 1
        time.sleep(0.02)
    pids.unlink(missing_ok=True)
    print(f"ended {len(running)} processes")  # noqa: T201 - the output
    return 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def main() -> int:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=["start", "stop"])
    options.add_argument("--for", dest="seconds", type=float, default=60.0, help="seconds")
    options.add_argument("--pids", type=Path, default=Path("load.pids"))
    given = options.parse_args()
    if given.what == "stop":
        return stop(given.pids)
    start(given.seconds, given.pids)
    return 0


if __name__ == "__main__":
    sys.exit(main())
