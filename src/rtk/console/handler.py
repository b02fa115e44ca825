"""Django's handler of requests, which answers each in one thread, once the request has its turn there.

Django's own goes from the event loop to a thread and back wherever one of its layers is not asynchronous; our views
all are not. That took a good part of a short request's time. Before its turn a request waits with its body here and
takes no thread: see `rtk.console.sharing`.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpResponse

from rtk.console.api.answers import refused
from rtk.console.bodies import size_of
from rtk.console.sharing import Sharing
from rtk.console.store.problem import Problem
from rtk.console.streaming import in_turn


class Handler(ASGIHandler):
    """Answers a request in the thread of its turn. What streams goes on in the event loop, without a turn."""

    def __init__(self, sharing: Sharing) -> None:
        super().__init__()
        self._sharing = sharing

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for an asynchronous one
        """All layers are synchronous."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> Any:
        """Return the answer: of one that streams, its beginning."""
        try:
            # The turn of a thread is as long as the view, not as long as its answer is taken.
            async with (
                self._sharing.turn(request.scope, size_of(request.scope)) as thread,
                ThreadSensitiveContext(executor=thread),
            ):
                response = await _to_its_end(sync_to_async(self._answered)(request))
        except Problem as problem:
            return _turned_away(request.path, problem)
        if response.streaming and not response.is_async:
            response.streaming_content = in_turn(response.streaming_content)
        return response

    def _answered(self, request: Any) -> Any:
        """The answer, in the thread of the turn, which has no connection to the database before and after it."""
        close_old_connections()
        try:
            response = self.get_response(request)
        finally:
            close_old_connections()  # Django does so too, but in whichever thread the answer's end is noticed
        if _is_of_somebody(request):
            self._sharing.senders.prove(request.scope)
        return response


async def _to_its_end(work: Awaitable[Any]) -> Any:
    """What comes of work that is in a thread until its end, also when the caller has gone: so long the turn lasts."""
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise


def _is_of_somebody(request: Any) -> bool:
    """Whether a token or a session was found to be good: ninja says so in `auth`, for sessions Django in `user`."""
    return bool(getattr(request, "auth", None)) or bool(getattr(getattr(request, "user", None), "is_authenticated", 0))


def _turned_away(path: str, problem: Problem) -> HttpResponse:
    answer = refused(problem)
    if not path.startswith("/api/"):
        answer.content, answer["Content-Type"] = problem.detail.encode(), "text/plain; charset=utf-8"
    return answer
