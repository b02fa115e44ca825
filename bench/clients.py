"""Three ways to time the same call: our probe, `requests`, and the `curl` command."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.places import environment

OURS, REQUESTS, CURL = "time_http_call", "requests", "curl"
Client = Callable[[str], float]


@contextmanager
def clients() -> Iterator[dict[str, Client]]:
    """Each client as a function from an address to the milliseconds it reports; each in its own process."""
    with _process(OURS) as ours, _process(REQUESTS) as theirs:
        yield {OURS: ours, REQUESTS: theirs, CURL: _curl}


@contextmanager
def _process(name: str) -> Iterator[Client]:
    command = [sys.executable, "-m", "bench.clients", name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, back = process.stdin, process.stdout

        def call(url: str) -> float:
            to.write(f"{url}\n")
            to.flush()
            return float(back.readline())

        try:
            yield call
        finally:
            process.kill()


def _curl(url: str) -> float:
    command = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{time_total}", url]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment())
    return 1000 * float(done.stdout)


def _ours() -> Client:
    from chaoscloud.probes.http import time_http_call  # noqa: PLC0415 - each process imports its own client only

    return time_http_call


def _requests() -> Client:
    import requests  # noqa: PLC0415 - as above

    def call(url: str) -> float:
        began = time.monotonic()
        requests.get(url, timeout=10)
        return 1000 * (time.monotonic() - began)

    return call


def main() -> None:
    """Call each address that comes in; say the milliseconds."""
    call = {OURS: _ours, REQUESTS: _requests}[sys.argv[1]]()
    for line in sys.stdin:
        print(call(line.strip()), flush=True)


if __name__ == "__main__":
    main()
