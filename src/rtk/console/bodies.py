"""The largest body of a request: a larger one is refused before it reaches memory or disk."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Limited:
    """An application around another that gets at most `most` bytes of a body; who sends more is answered 413."""

    def __init__(self, inner: Application, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if _declared(scope) > self._most:
            await self._refuse(send)
            return
        taken = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # To the inner application it looks as if the client had gone, so that it gives up without an answer.
            return message if taken <= self._most else {"type": "http.disconnect"}

        await self._inner(scope, counted, send)
        if taken > self._most:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        detail = f"the body is larger than {self._most / 2**20:g} MiB"
        problem = {"type": "about:blank", "title": "Content Too Large", "status": 413, "detail": detail}
        body = msgspec.json.encode(problem)
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        # What is left of the body would be taken for the next request.
        headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _declared(scope: Scope) -> int:
    found = dict(scope.get("headers", ())).get(b"content-length", b"0")
    return int(found) if found.isdigit() else 0
