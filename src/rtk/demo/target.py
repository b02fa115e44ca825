"""A small service on loopback whose every answer costs real CPU time, so that CPU load shows in it."""

import argparse
import hashlib
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK_S = 0.05


class Handler(BaseHTTPRequestHandler):
    """Answers every GET after some work."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Work, then answer."""
        _work(WORK_S)
        body = b"ok\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
        """Say nothing."""


def _work(seconds: float) -> None:
    """Use so much CPU time of this thread: what another process takes from it makes it last longer."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        hashlib.sha256(b"reliability" * 1000).digest()


def main() -> None:
    """Serve until the end; says the port on its first line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    server = ThreadingHTTPServer(("127.0.0.1", options.parse_args().port), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)  # noqa: T201 - how the demonstration learns it
    server.serve_forever()


if __name__ == "__main__":
    main()
