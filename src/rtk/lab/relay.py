"""The way from a port of the machine to an address in an instance's network, byte by byte, both ways.

One process that is in the network of the cable's other end holds the machine's listening port, which it was handed.
So what a document does to `eth0` is done to everybody who asks the target.
"""

import contextlib
import errno
import os
import resource
import selectors
import socket
from dataclasses import dataclass, field

from rtk.lab.connections import RESET

CHUNK = 64 * 1024
_SPARE = 32  # files of the process for other things than connections


@dataclass(slots=True, eq=False)
class _Way:
    """One direction of a connection: what was read at one end waits until the other takes it."""

    source: socket.socket
    sink: socket.socket
    waiting: bytearray = field(default_factory=bytearray)
    ended: bool = False  # nothing more comes
    told: bool = False  # and the other end knows

    @property
    def wants_to_read(self) -> bool:
        return not self.ended and len(self.waiting) < CHUNK

    def read(self) -> None:
        """Take what came, and hand it on at once where that is possible. Raises OSError."""
        chunk = self.source.recv(CHUNK)
        self.ended = not chunk
        self.waiting += chunk

    def write(self) -> None:
        """Hand on what waits, and the end after it. Raises OSError."""
        if self.waiting:
            with contextlib.suppress(BlockingIOError):
                del self.waiting[: self.sink.send(self.waiting)]
        if self.ended and not self.waiting and not self.told:
            self.told = True
            self.sink.shutdown(socket.SHUT_WR)


class _Passage:
    """A connection from outside and the one that it leads to."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.there, self.back = _Way(client, server), _Way(server, client)
        self.connected = False
        self.asked: dict[socket.socket, int] = {}

    def wanted(self) -> dict[socket.socket, int]:
        """Return what to wait for at either end."""
        if not self.connected:
            return {self.client: 0, self.server: selectors.EVENT_WRITE}
        return {
            self.client: _events(self.there.wants_to_read, bool(self.back.waiting)),
            self.server: _events(self.back.wants_to_read, bool(self.there.waiting)),
        }

    def serve(self, ready: socket.socket, events: int) -> bool:
        """Carry what can be carried; false once both ways are over. Raises OSError."""
        if not self.connected:
            # A connection that failed can be written to as well: only this tells.
            if problem := self.server.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(problem, os.strerror(problem))
            self.connected = True
        elif events & selectors.EVENT_READ:
            (self.there if ready is self.client else self.back).read()
        for way in (self.there, self.back):
            way.write()
        return not (self.there.told and self.back.told)


class Relay:
    """Carries connections of one listening port at a time to one address."""

    def __init__(self, selector: selectors.BaseSelector, address: tuple[str, int]) -> None:
        self._selector, self._address = selector, address
        self._listener: socket.socket | None = None
        self._passages: set[_Passage] = set()
        # As many as the process has files for, once it allows itself as many as it may.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self._most = max(1, (min(hard, 2**16) - _SPARE) // 2)

    def open(self, listener: socket.socket) -> None:
        """Take connections from this port from now on."""
        listener.setblocking(False)
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Let go of the port. Connections go on until either end closes them."""
        if self._listener:
            with contextlib.suppress(KeyError):
                self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self, _: int) -> None:
        assert self._listener is not None, "nothing is accepted without a port"
        try:
            client, _address = self._listener.accept()
        except OSError:  # gone again
            return
        server = socket.socket()
        for end in (client, server):
            end.setblocking(False)
            # Small pieces go on at once: who measures must not see that something is between.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        passage = _Passage(client, server)
        self._passages.add(passage)
        if server.connect_ex(self._address) not in {0, errno.EINPROGRESS}:
            self._end(passage, torn=True)
            return
        self._wait(passage)
        if len(self._passages) >= self._most:  # the others wait in the port's queue
            self._selector.unregister(self._listener)

    def _serve(self, passage: _Passage, ready: socket.socket, events: int) -> None:
        try:
            goes_on = passage.serve(ready, events)
        except BlockingIOError:
            goes_on = True
        except OSError:
            self._end(passage, torn=True)
            return
        if goes_on:
            self._wait(passage)
        else:
            self._end(passage, torn=False)

    def _wait(self, passage: _Passage) -> None:
        for end, events in passage.wanted().items():
            before = passage.asked.get(end, 0)
            if events == before:
                continue
            passage.asked[end] = events
            # A selector takes nobody who waits for nothing.
            if not events:
                self._selector.unregister(end)
                continue
            change = self._selector.modify if before else self._selector.register
            change(end, events, lambda found, end=end: self._serve(passage, end, found))

    def _end(self, passage: _Passage, *, torn: bool) -> None:
        if passage not in self._passages:  # its other end was ready in the same turn
            return
        self._passages.remove(passage)
        for end in (passage.client, passage.server):
            if passage.asked.get(end):
                self._selector.unregister(end)
            # An end in order would look like a whole answer to who waits for the rest.
            if torn:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.close()
        if self._listener and len(self._passages) == self._most - 1:
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)


def _events(read: bool, write: bool) -> int:
    return selectors.EVENT_READ * read | selectors.EVENT_WRITE * write
