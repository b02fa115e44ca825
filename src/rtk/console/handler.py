"""Django's handler of requests, with one change of threads a request.

Before that change it waits for its turn, with its body here and no thread taken: see `rtk.console.sharing`.

Django's own goes from the event loop to a thread and back for a request's beginning, for the view, for the end, and
wherever one of its layers is not asynchronous; our views all are not. That took half of a short request's time.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from rtk.console.api.answers import refused
from rtk.console.sharing import Sharing
from rtk.console.store.problem import Problem


class Handler(ASGIHandler):
    """Serves a request in the thread of its turn; what streams goes on in the event loop and the context's thread."""

    def __init__(self, sharing: Sharing) -> None:
        super().__init__()
        self._sharing = sharing

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for an asynchronous one
        """All layers are synchronous."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            size = body.seek(0, os.SEEK_END)
            body.seek(0)
            try:  # the turn of a thread is as long as the view, not as long as its answer is taken
                async with self._sharing.turn(scope, size) as thread, ThreadSensitiveContext(executor=thread):
                    response = await sync_to_async(self._answered)(scope, body)
            except Problem as problem:
                await self.send_response(_turned_away(scope, problem), send)
                return
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    def _answered(self, scope: Any, body: IO[bytes]) -> Any:
        """The whole answer, its request at an end; of one that streams, its beginning."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        if request is not None and _is_of_somebody(request):
            self._sharing.senders.prove(scope)
        response._handler_class = type(self)  # noqa: SLF001 - whom its end is told to be of, as Django does it
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming and not response.is_async:
            response.streaming_content = in_turn(response.streaming_content)
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send what streams until it ends or nobody listens any more."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await sync_to_async(response.close)()
        if not sending.cancelled():
            sending.result()  # raises what went wrong in the stream


def _is_of_somebody(request: Any) -> bool:
    """Whether a token or a session was found to be good: ninja says so in `auth`, for sessions Django in `user`."""
    return bool(getattr(request, "auth", None)) or bool(getattr(getattr(request, "user", None), "is_authenticated", 0))


def _turned_away(scope: Any, problem: Problem) -> HttpResponse:
    answer = refused(problem)
    if not scope["path"].startswith("/api/"):
        answer.content, answer["Content-Type"] = problem.detail.encode(), "text/plain; charset=utf-8"
    return answer


async def in_turn(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The parts of what streams from a file, each read in the request's thread when its turn has come."""
    left = iter(parts)
    following: Callable[..., Awaitable[bytes | None]] = sync_to_async(next)
    while (part := await following(left, None)) is not None:
        yield part
