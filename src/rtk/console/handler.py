"""Django's handler of requests, which answers each in one thread, once the request has its turn there.

Django's own goes from the event loop to a thread and back for a request's beginning, for its view, for its end, and
wherever one of its layers is not asynchronous; our views all are not. That took half of a short request's time. Before
its turn a request waits with its body here and takes no thread: see `rtk.console.sharing`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache, partial
from time import thread_time
from typing import IO, Any, cast

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import FileResponse, HttpRequest
from django.urls import ResolverMatch, resolve, set_script_prefix

from rtk.console.api.answers import refused
from rtk.console.bodies import size_of
from rtk.console.connections import STREAM
from rtk.console.sharing import Sharing
from rtk.console.store.problem import Problem
from rtk.console.streaming import KeptThreads, in_turn

MOST_REMEMBERED, LONGEST_REMEMBERED = 1_024, 512  # addresses that were looked up, and characters of one


class Handler(ASGIHandler):
    """Answers a request in the thread of its turn. What streams goes on in the event loop, without a turn."""

    def __init__(self, sharing: Sharing, kept: KeptThreads) -> None:
        super().__init__()
        self._sharing = sharing
        self._kept = kept
        self._remembered = lru_cache(MOST_REMEMBERED)(resolve)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request. Only what streams has use of Django's context of a thread: it has one of its own."""
        await self.handle(scope, receive, send)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for an asynchronous one
        """All layers are synchronous."""
        super().load_middleware(is_async=False)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return where a request leads, which is the same for everybody.

        Django tries one pattern after another, which took an eighth of a short call's time.
        """
        path = request.path_info
        match = (self._remembered if len(path) <= LONGEST_REMEMBERED else resolve)(path)
        request.resolver_match = match
        return match

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        leaving = partial(self.listen_for_disconnect, receive)
        try:
            with await self.read_body(receive) as body:
                try:
                    # The turn of a thread is as long as the view, not as long as its answer is taken.
                    async with self._sharing.turn(scope, size_of(scope), leaving) as thread:
                        response = await self._in(thread, scope, body)
                except Problem as problem:
                    response = refused(problem)
                    if not scope["path"].startswith("/api/"):  # a person reads it, not a program
                        response.content = problem.detail.encode()
                        response["Content-Type"] = "text/plain; charset=utf-8"
                if response.streaming:
                    await self._stream(response, leaving, send)
                else:
                    await self.send_response(response, send)
        except RequestAborted:
            return  # nobody is there to be answered

    async def _in(self, thread: Executor, scope: Any, body: IO[bytes]) -> Any:
        """The answer, made in a thread."""
        if not scope["path"].endswith(STREAM):
            context = copy_context()
            return await asyncio.get_running_loop().run_in_executor(thread, context.run, self._answered, scope, body)
        # A view that is asynchronous goes back to the event loop, to which asgiref's own way leads: it costs as much
        # as all else that is done there for a short call. The types say which executor it is to be; any will do.
        given = cast("ThreadPoolExecutor", thread)
        async with self._kept.one():
            return await sync_to_async(self._answered, thread_sensitive=False, executor=given)(scope, body)

    def _answered(self, scope: Any, body: IO[bytes]) -> Any:
        """The answer, with the request at its end; of one that streams, its beginning.

        Django gives the thread's connection to the database back where a request begins and where it ends.
        """
        began = thread_time()
        set_script_prefix(scope.get("root_path", ""))
        request_started.send(sender=type(self), scope=scope)
        try:
            request, refusal = self.create_request(scope, body)
            response: Any = refusal if request is None else self.get_response(request)
            if request is not None and (person := _person(request)) is not None:
                self._sharing.senders.prove(scope, person)
                self._sharing.took(scope, thread_time() - began)
            if isinstance(response, FileResponse):
                response.block_size = self.chunk_size
            if not response.streaming:
                response.close()
            elif not response.is_async:
                response.streaming_content = in_turn(response.streaming_content)
            return response
        finally:
            close_old_connections()

    async def _stream(self, response: Any, leaving: Callable[[], Coroutine[Any, Any, object]], send: Any) -> None:
        """Send what streams until it ends or nobody listens any more."""
        async with self._kept.one():
            sending, going = asyncio.create_task(self.send_response(response, send)), asyncio.create_task(leaving())
            try:
                await asyncio.wait((sending, going), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sending.cancel()
                going.cancel()
                # Nothing may read the response any more when it is closed.
                await asyncio.gather(sending, going, return_exceptions=True)
                await sync_to_async(response.close)()
            if not sending.cancelled():
                sending.result()  # raises what went wrong in the stream


def _person(request: Any) -> Any:
    """The id of who was found to be good by a token or a session: ninja says so in `auth`, Django in `user`."""
    if auth := getattr(request, "auth", None):
        return auth.user.pk
    user: Any = getattr(request, "user", None)
    return user.pk if user is not None and getattr(user, "is_authenticated", False) else None
