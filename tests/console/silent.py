"""A way to a database by which, once it is told to, nothing comes through any more."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from rtk.console.postgres import Postgres


class Passage:
    """Passes on what comes, both ways; takes it in and says nothing while it is `silent`."""

    def __init__(self, postgres: Postgres) -> None:
        self._to = f"{postgres.django()['HOST']}/.s.PGSQL.{postgres.django()['PORT']}"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.silent = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def parameters(self) -> dict[str, Any]:
        """What psycopg needs to go this way."""
        host, port = self._listening.getsockname()
        return {"host": host, "port": port, "user": "rtk", "dbname": "rtk"}

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                self._open += [near, far]
                far.connect(self._to)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not self.silent.is_set():
                    other.sendall(data)
            other.close()

    def close(self) -> None:
        """End every connection."""
        _end(self._listening)
        self._accepting.join()  # what it takes in at this moment is among those to end, too
        for each in self._open:
            _end(each)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def passage(postgres: Postgres) -> Iterator[Passage]:
    """A way to a database."""
    with ExitStack() as stack:
        made = Passage(postgres)
        stack.callback(made.close)
        yield made
