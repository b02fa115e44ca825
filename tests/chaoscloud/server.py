"""A web server on loopback that does what a path asks of it, and remembers what it was asked."""

import json
import socket
import ssl
import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """`asked` holds every request in order of arrival; `opened` counts connections."""

    listener: socket.socket
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    opened: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    open: set[socket.socket] = field(default_factory=set)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.opened += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def end(self) -> None:
        self.ended.set()
        for connection in (self.listener, *list(self.open)):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self, connection: socket.socket) -> None:
        self.open.add(connection)
        try:
            with connection, suppress(OSError, ValueError):
                if self.tls is None:
                    self._talk(connection)
                else:
                    with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                        self._talk(wrapped)
        finally:
            self.open.discard(connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while not self.ended.is_set():
                request = _read(stream)
                self.asked.append(request)
                for part in self._answer(request):
                    connection.sendall(part)

    def _answer(self, request: Asked) -> Iterator[bytes]:
        """The answer in parts; an OSError ends the connection after what was already sent."""
        half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
        match request.target.split("?", 1)[0].strip("/").split("/"):
            case ["status", code]:
                yield _whole(int(code))
            case ["wait", ms]:
                self.ended.wait(float(ms) / 1000)
                yield _whole(200)
            case ["bytes", count, *_]:
                yield _whole(200, b"x" * int(count))
            case ["answer", code, body, *_]:
                yield _whole(int(code), urlsafe_b64decode(body))
            case ["hang" | "drop" | "stall" | "short" as how, *_]:
                yield half if how in {"stall", "short"} else b""
                self.ended.wait(60 if how in {"hang", "stall"} else 0)
                raise ConnectionError
            case _:
                yield self._redirect(request)

    def _redirect(self, request: Asked) -> bytes:
        path, _, query = request.target.partition("?")
        match path.strip("/").split("/"):
            case ["redirect", left, ms]:
                self.ended.wait(float(ms) / 1000)
                return _whole(302, to=f"/redirect/{int(left) - 1}/{ms}" if int(left) > 1 else f"/wait/{ms}")
            case ["see-other"]:
                return _whole(303, to="/status/200")
            case ["elsewhere"]:
                return _whole(302, to=query)
            case ["cookie"] if "signed=in" not in request.headers.get("cookie", ""):
                return _whole(302, to="/cookie", more="Set-Cookie: signed=in\r\n")
        return _whole(200)


def _read(stream: BinaryIO) -> Asked:
    method, target, _ = stream.readline().decode("utf-8").split()
    lines = iter(lambda: stream.readline().decode("utf-8").strip(), "")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(method, target, headers, stream.read(int(headers.get("content-length", 0))))


def _whole(status: int, body: bytes = b"ok", to: str = "", more: str = "") -> bytes:
    location = f"Location: {to}\r\n" if to else ""
    return f"HTTP/1.1 {status} Told\r\n{location}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server in threads of its own, gone with all its connections at the end."""
    server = Server(socket.create_server(("127.0.0.1", 0), backlog=128), tls)
    accepting = threading.Thread(target=server.accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.end()
        for thread in (accepting, *server.threads):
            thread.join(10)


def told(server: Server) -> Asked:
    """The last request that arrived."""
    return server.asked[-1]


def parsed(server: Server) -> Any:
    """The JSON body of the last request."""
    return json.loads(told(server).body)
