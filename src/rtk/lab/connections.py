"""A server whose connections are bounded: in number, and in how long somebody may take to say what they want.

A connection that waits, for the whole head of a request or between two of them, makes way where there is no other
room for a new one. So nobody keeps others out by connections on which nothing comes.
"""

import contextlib
import math
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any

HEAD_S = 10.0  # from the first byte of a connection to the last one of its head
MOST = 500
LOOK_S = 1.0  # between two looks for who took too long
RESET = struct.pack("ii", 1, 0)  # to linger for no time, which ends a connection with a reset


class BoundedServer(ThreadingHTTPServer):
    """Answers each connection in a thread, at most `most` at once. Its handlers say when somebody waits no longer."""

    daemon_threads = True
    most = MOST
    head_s = HEAD_S

    def __init__(self, *given: Any, clock: Callable[[], float] = time.monotonic, **more: Any) -> None:
        self._clock = clock
        self._open: set[socket.socket] = set()
        self._waiting: dict[socket.socket, float] = {}  # until when, the longest first
        self._let_go: set[socket.socket] = set()
        self._book = threading.Lock()
        self._next_look = -math.inf
        super().__init__(*given, **more)

    def took(self, connection: socket.socket) -> bool:
        """Note that this one is being answered from now on; false where it was let go before."""
        with self._book:
            return self._waiting.pop(connection, None) is not None

    def waits(self, connection: socket.socket) -> None:
        """Note that this one was answered, and may ask again whenever it likes while there is room."""
        with self._book:
            self._waiting[connection] = math.inf

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, or close it at once where all others are being answered."""
        with self._book:
            refused = len(self._open) >= self.most and not self._waiting
            if not refused:
                if len(self._open) >= self.most:
                    self._end(next(iter(self._waiting)))
                self._open.add(request)
                self._waiting[request] = self._clock() + self.head_s
        if refused:
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Let go of those that took too long. Called between connections, and at least as often as the server polls."""
        super().service_actions()
        now = self._clock()
        if now >= self._next_look:
            self._next_look = now + LOOK_S
            with self._book:
                for late in [each for each, until in self._waiting.items() if until <= now]:
                    self._end(late)

    def shutdown_request(self, request: Any) -> None:
        """End a connection; one that was let go without an end in order, which a relay between would wait behind."""
        with self._book:
            torn = request in self._let_go
        if torn:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def close_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        with self._book:
            self._open.discard(request)
            self._waiting.pop(request, None)
            self._let_go.discard(request)
        super().close_request(request)

    def _end(self, connection: socket.socket) -> None:
        """Have the thread of a connection find that nothing more comes. It closes it."""
        del self._waiting[connection]
        self._open.discard(connection)
        self._let_go.add(connection)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.shutdown(socket.SHUT_RD)
