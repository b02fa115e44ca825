"""Taking connections in, some at a time: whoever opens them faster than they can be served keeps nobody waiting.

The event loop's own server goes on for as long as another connection waits, and does nothing else meanwhile: 200
clients that opened connections and left at once held every page for ten seconds.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

AT_ONCE = 64  # taken in, or turned away, before everybody else has a turn
WORTH_A_PAUSE_S = 0.1  # where the process has no file left, or no memory


class Acceptor:
    """Accepts at a listening socket; it stands where uvicorn has a server of the event loop.

    `refusal` of an address is what is sent to one that is turned away, empty where it is taken in.
    """

    def __init__(
        self, listening: socket.socket, make: Callable[[], asyncio.Protocol], refusal: Callable[[str], bytes]
    ) -> None:
        self._listening = listening
        self._make = make
        self._refusal = refusal
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Begin to accept."""
        self._pause = None
        self._listening.setblocking(False)
        self._loop.add_reader(self._listening.fileno(), self._accept)

    def close(self) -> None:
        """Accept nothing more."""
        if self._pause:
            self._pause.cancel()
        self._loop.remove_reader(self._listening.fileno())

    async def wait_closed(self) -> None:
        """Wait for those that are just being taken in."""
        await asyncio.gather(*self._tasks)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                accepted, peer = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # no file is left for it, or no memory: it would be asked for again at once
                self._loop.remove_reader(self._listening.fileno())
                self._pause = self._loop.call_later(WORTH_A_PAUSE_S, self.begin)
                return
            if refusal := self._refusal(str(peer[0]) if isinstance(peer, tuple) else ""):
                with accepted, suppress(OSError):
                    accepted.setblocking(False)
                    accepted.send(refusal)
            else:
                task = self._loop.create_task(self._take_in(accepted))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _take_in(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(self._make, accepted)
        except OSError:  # it has gone already
            accepted.close()
