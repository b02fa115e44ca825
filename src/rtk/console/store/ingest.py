"""`POST T/verifications/{id}/runs/{run}/record`, beside Django: measurements by the ten thousand.

Plain ASGI. A call is let in by `rtk.console.people.gate`, or by what is remembered of its answer.
"""

import asyncio
import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from rtk.console import access
from rtk.console.bodies import Receive, Scope, Send, turned_away
from rtk.console.people import gate
from rtk.console.people.auth_cache import remembered
from rtk.console.sharing import Sharing
from rtk.console.store import lists
from rtk.console.store.commit import Call, Committer
from rtk.console.store.database import connect
from rtk.console.store.intake import MOST_BYTES, DecodedBatch, batch_of
from rtk.console.store.problem import MEDIA_TYPE, Problem, unknown

PATH = re.compile(
    r"/api/v1/organizations/(?P<org>[^/]+)/teams/(?P<team>[^/]+)"
    r"/verifications/(?P<verification>[^/]+)/runs/(?P<run>[^/]+)/record"
)
ROUTE = "api/v1/organizations/{org}/teams/{team}/verifications/{verification}/runs/{run}/record"
END = "/record"
# The calls of a run all have the same address: it is read once, and not kept where somebody made up a long one.
MOST_REMEMBERED, LONGEST_REMEMBERED = 4_096, 512
LARGE, LARGE_PACKED = 256 * 1024, 16 * 1024  # bytes of a body that takes long to read


class Path(NamedTuple):
    """Where a call goes. `run` is None where the address has no id of one."""

    org: str
    team: str
    verification: str
    run: UUID | None


def path_of(scope: Scope) -> Path | None:
    """The call's path, or None when it is for somebody else."""
    if scope["type"] != "http" or not scope["path"].endswith(END):
        return None
    return (_remembered if len(scope["path"]) <= LONGEST_REMEMBERED else _path)(scope["path"])


def _path(address: str) -> Path | None:
    found = PATH.fullmatch(address)
    if found is None:
        return None
    return Path(found["org"], found["team"], found["verification"], lists.id_of(found["run"]))


_remembered = lru_cache(MOST_REMEMBERED)(_path)


class Ingest:
    """The application. `allowed` tells the team's id or raises `Problem`; `clock` is in seconds."""

    def __init__(
        self,
        committer: Committer,
        allowed: Callable[[str | None, Path], str] | None = None,
        sharing: Sharing | None = None,
    ) -> None:
        self._committer = committer
        self._sharing = sharing
        # Not in the one thread that such calls share.
        self._allowed = sync_to_async(allowed or ask_the_gate, thread_sensitive=False)
        self._asking: dict[tuple[str | None, str, str], asyncio.Task[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        assert path is not None
        if visit := access.current():
            visit.leads_to(ROUTE, path.run)
        body: Any
        incoming = Incoming(receive)
        try:
            status, body = 202, await self._answer(scope, path, incoming)
        except Problem as problem:
            if not incoming.whole:
                await turned_away(receive, send, problem.status, *_answer(problem.status, problem.as_dict(), problem))
                return
            await _send(send, problem.status, problem.as_dict(), problem)
            return
        await _send(send, status, body)

    async def close(self) -> None:
        """Store what waits, and close the connection."""
        await self._committer.close()

    async def _answer(self, scope: Scope, path: Path, incoming: "Incoming") -> Any:
        if scope["method"] != "POST":
            raise Problem(405, "expected POST")
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization")
        team = await self._let_in(authorization and authorization.decode("latin-1"), path)
        if path.run is None:
            raise unknown("run")
        coding = headers.get(b"content-encoding", b"identity").lower()
        if coding not in (b"identity", b"gzip"):
            raise Problem(415, "Content-Encoding: expected gzip or none", "Content-Encoding")
        packed = coding == b"gzip"
        body = await _body(headers.get(b"content-length", b""), incoming)
        if self._sharing is None or len(body) < (LARGE_PACKED if packed else LARGE):
            batch = _batch(body, packed)
        else:
            self._sharing.senders.prove(scope)  # it was let in
            # By turns, and beside the event loop, which other calls need meanwhile.
            async with self._sharing.large(scope) as thread:
                batch = await asyncio.get_running_loop().run_in_executor(thread, _batch, body, packed)
        return await self._committer.submit(Call(path.run, team, path.verification, batch))

    async def _let_in(self, authorization: str | None, path: Path) -> str:
        caller = remembered.caller(authorization)
        try:
            known = remembered.recall(caller, path.org, path.team, "run")
        except gate.Refused as refused:
            raise Problem(refused.status, str(refused)) from None
        if known:
            team = str(known.id)
        else:
            # The gate is asked once for all calls that wait for the same answer.
            key = (authorization, path.org, path.team)
            if key not in self._asking:
                self._asking[key] = asyncio.create_task(self._allowed(authorization, path))
                self._asking[key].add_done_callback(lambda _: self._asking.pop(key))
            # One caller who goes away does not take the answer from the others.
            team = await asyncio.shield(self._asking[key])
        caller = caller or remembered.caller(authorization)  # whom the gate let in just now
        if (visit := access.current()) and caller:
            visit.is_by(caller.user, caller.token)
        return team


def ask_the_gate(authorization: str | None, path: Path) -> str:
    """The id of the team, for who may run in it. Raises `Problem`."""
    close_old_connections()
    try:
        caller = remembered.authenticate(authorization)
        if caller is None:
            raise gate.unauthorized(authorization)
        return str(remembered.team_for(caller, path.org, path.team, "run").id)
    except gate.Unauthorized as nobody:
        raise Problem(401, str(nobody), challenge=nobody.challenge) from None
    except gate.Refused as refused:
        raise Problem(refused.status, str(refused)) from None
    except DatabaseError:
        raise Problem(503, "the database cannot be reached: send it again in a moment") from None
    finally:
        close_old_connections()


def application(sharing: Sharing | None = None) -> Ingest:
    """The application of this process."""
    return Ingest(Committer(connect), sharing=sharing)


class Incoming:
    """A call's body as it comes; `whole` once no more does."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.whole = False

    async def part(self) -> bytes:
        """The next part, empty at the end. Raises `Problem` when the caller is gone."""
        while not self.whole:
            message = await self._receive()
            self.whole = not message.get("more_body", False)
            if message["type"] == "http.disconnect":
                raise Problem(400, "the connection ended before the body did")
            if part := message.get("body", b""):
                return bytes(part)
        return b""


async def _body(length: bytes, incoming: Incoming) -> bytes:
    if length.isdigit() and int(length) > MOST_BYTES:
        raise _too_large()
    first = await incoming.part()
    if incoming.whole and len(first) <= MOST_BYTES:
        return first  # as most come: in one part
    body = bytearray(first)
    while len(body) <= MOST_BYTES and (part := await incoming.part()):
        body += part
    if len(body) > MOST_BYTES:
        raise _too_large()
    return bytes(body)


def _batch(body: bytes, packed: bool) -> DecodedBatch:
    if not packed:
        return batch_of(body)
    # 31 is gzip alone, with its check sum.
    unzip = zlib.decompressobj(wbits=31)
    try:
        # No more is made of a body than a call may have, however small it came.
        whole = unzip.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise Problem(400, "the body is not gzip, as Content-Encoding says") from None
    if len(whole) > MOST_BYTES:
        raise _too_large()
    if not unzip.eof:
        raise Problem(400, "the body breaks off: its gzip has no end")
    return batch_of(whole)


def _too_large() -> Problem:
    return Problem(413, f"the body is larger than {MOST_BYTES // 1024 // 1024} MiB: send fewer entries a call")


async def _send(send: Send, status: int, body: Any, problem: Problem | None = None) -> None:
    data, headers = _answer(status, body, problem)
    length = (b"content-length", str(len(data)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": data})


def _answer(status: int, body: Any, problem: Problem | None = None) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    kind = b"application/json" if status < 400 else MEDIA_TYPE.encode()
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    if status in (429, 503):
        headers.append((b"retry-after", b"1"))
    if problem is not None and status == 401:
        headers.append((b"www-authenticate", problem.challenge.encode()))
    if status == 405:
        headers.append((b"allow", b"POST"))
    return msgspec.json.encode(body), headers
