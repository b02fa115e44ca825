"""Those who are told: a web server and a mail server, real ones, that keep what came and answer as they are told."""

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Request(NamedTuple):
    """What came to a web server."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class WebReceiver(ThreadingHTTPServer):
    """A web server; `answers` are the statuses it answers next, the last one for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Web)
        self.came: list[Request] = []
        self.answers = [204]
        self.answered: list[tuple[float, Request, int]] = []  # when, what, and with which status
        self.content = b""
        self.location = ""
        self.silent = threading.Event()  # set: nothing is answered until it is cleared

    @property
    def url(self) -> str:
        """The address of a webhook."""
        return f"http://127.0.0.1:{self.server_port}/hooks/secret-path"


class _Web(BaseHTTPRequestHandler):
    server: WebReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = Request(self.path, dict(self.headers), body)
        self.server.came.append(request)
        while self.server.silent.is_set():
            threading.Event().wait(0.02)
        answers = self.server.answers
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.server.answered.append((time.monotonic(), request, status))
        try:
            self.wfile.write(self.server.content)
        except OSError:
            return  # whoever asked reads no further

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class MailReceiver(socketserver.ThreadingTCPServer):
    """A mail server without TLS or accounts. `refusing`: it takes nobody's mail."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.came: list[str] = []
        self.refusing = False


class _Mail(socketserver.StreamRequestHandler):
    server: MailReceiver

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line.partition(" ")[0].upper()
            if command == "DATA":
                self._say("354 go on")
                self.server.came.append(self._letter())
                self._say("250 kept")
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("550 no" if command == "RCPT" and self.server.refusing else "250 fine")

    def _letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines).replace("\r\n", "\n")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """A server that serves."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
