"""The web target of an instance: a small server whose answers take real CPU work, so that load shows.

    /              a greeting, at once
    /random/<n>    waits a random time of up to n seconds, then works for `work_s` seconds of CPU; one request works
                   at a time, the others queue, as with one worker process: a loaded CPU makes the queue grow
    /healthz       "ok"

`/` and `/random` are slowed by the `latency` document, which writes "<milliseconds> <until, seconds since the
epoch>" into the file `latency` of the instance's directory.
"""

import hashlib
import random
import re
import resource
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, BinaryIO

from rtk.lab.connections import LOOK_S, BoundedServer

NAME = "web-target"
LONGEST_WAIT_S = 60.0
MOST = 1_000  # connections at once
_SPARE = 32  # files for other things than connections
_worker = ThreadPoolExecutor(1, "worker")


@dataclass(frozen=True, slots=True)
class TargetSite:
    """What a target serves: the instance's id, its directory, the CPU seconds of a `/random` answer."""

    instance_id: str
    directory: Path
    work_s: float


class ErrorResponse(ValueError):
    """A request answered otherwise than with 200: the status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def serve(listener: socket.socket, site: TargetSite) -> None:
    """Answer on an already listening socket until killed."""
    handler = type("Handler", (_TargetHandler,), {"site": site})
    # Each connection is a file; scripts have the bound that the lab was started with.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = TargetServer(("127.0.0.1", 0), handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.most = min(MOST, hard - _SPARE) if hard != resource.RLIM_INFINITY else MOST
    server.serve_forever(poll_interval=LOOK_S)


def work(cpu_s: float) -> None:
    """Use this many seconds of CPU, whatever else the CPU is given: under load it takes longer."""
    start = time.thread_time()
    # Of blocks of this size hashing lets go of the interpreter's lock, so that others are answered meanwhile.
    block = b"x" * 4096
    while time.thread_time() - start < cpu_s:
        block = hashlib.sha256(block).digest() * 128


def latency_s(directory: Path, now: float) -> float:
    """Seconds the `latency` document adds at this moment."""
    try:
        milliseconds, until = (directory / "latency").read_text(encoding="ascii").split()
        return int(milliseconds) / 1000 if now < float(until) else 0.0
    except (OSError, ValueError):
        return 0.0


def reply(path: str, site: TargetSite) -> str:
    """The text that answers a path, after the time it takes."""
    if path == "/healthz":
        return "ok"
    time.sleep(latency_s(site.directory, time.time()))
    if path == "/":
        return f"Hello from {site.instance_id}"
    found = re.fullmatch(r"/random/(\d+(?:\.\d+)?)", path)
    if not found:
        raise ErrorResponse(404, "there are /, /random/<seconds> and /healthz")
    longest = float(found[1])
    if longest > LONGEST_WAIT_S:
        raise ErrorResponse(400, f"at most {LONGEST_WAIT_S:g} seconds, not {found[1]}")
    waited = random.uniform(0, longest)  # noqa: S311  no secret hangs on it
    time.sleep(waited)
    _worker.submit(work, site.work_s).result()
    return f"Waited {waited:.3f} s, then worked"


class TargetServer(BoundedServer):
    """Has room for as many at once as a load that is to be measured has under way."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is logged: whoever goes away before the answer is nobody's fault here."""


class _Lines:
    """What a request is read from. It keeps the last line, by which a head that was cut off is told."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.close = file.close
        self.last = b""

    def readline(self, most: int = -1) -> bytes:
        self.last = self._file.readline(most)
        return self.last


class _TargetHandler(BaseHTTPRequestHandler):
    site: TargetSite
    server: TargetServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.rfile: Any = _Lines(self.rfile)

    def parse_request(self) -> bool:
        understood = super().parse_request()
        # The head of somebody who has gone is nothing to answer: thousands at once would keep others waiting.
        if self.rfile.last.strip() or not self.rfile.last or not self.server.took(self.connection):
            self.close_connection = True
            return False
        return understood

    def handle_one_request(self) -> None:
        super().handle_one_request()
        if not self.close_connection:
            self.server.waits(self.connection)

    def do_GET(self) -> None:
        try:
            status, text = 200, reply(self.path.split("?")[0], self.site)
        except ErrorResponse as refusal:
            status, text = refusal.status, str(refusal)
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name http.server calls
        """Requests are not logged: the measuring side keeps the times."""
