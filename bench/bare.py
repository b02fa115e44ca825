"""The yardstick for lateness: a loop that sleeps until each due time and does nothing else."""

import json
import subprocess
import sys
import time

from bench.places import environment


def lateness_ms(every: float, seconds: float) -> list[float]:
    """How late each wake-up of such a loop was, in a process of its own."""
    command = [sys.executable, "-m", "bench.bare", str(every), str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment())
    return [1000 * late for late in json.loads(done.stdout)]


def main() -> None:
    """The loop itself."""
    every, seconds = float(sys.argv[1]), float(sys.argv[2])
    start, late = time.monotonic() + every, []
    for slot in range(round(seconds / every)):
        due = start + slot * every
        time.sleep(max(0.0, due - time.monotonic()))
        late.append(time.monotonic() - due)
    print(json.dumps(late))


if __name__ == "__main__":
    main()
