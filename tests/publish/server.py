"""A small console for tests, strict about the contract: gaps, numbers, repetitions, and what must come first.

It can be told to misbehave: `faults` is asked about each request and may answer with a status, wait, or break the
connection. Its memory outlives a restart, as a database would.
"""

import gzip
import json
import re
import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ORG, TEAM, TOKEN = str(uuid.UUID(int=1)), str(uuid.UUID(int=2)), "a-token-of-alice"
T = f"/api/v1/organizations/{ORG}/teams/{TEAM}"
MOST_BYTES = 4 * 1024 * 1024


@dataclass
class Run:
    """What the console knows of a run."""

    verification: str
    body: dict[str, Any]
    entries: list[dict[str, Any]] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Seen:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    port: int


@dataclass
class Memory:
    """Everything that was told; `lock` guards it."""

    runs: dict[str, Run] = field(default_factory=dict)
    experiments: dict[str, Any] = field(default_factory=dict)
    executions: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def calls(self, pattern: str) -> list[Seen]:
        """The requests whose method and path match."""
        return [each for each in self.seen if re.search(pattern, f"{each.method} {each.path}")]


@dataclass
class Says:
    """An answer to be given."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


BREAK = Says(-1)  # break the connection instead of answering
Faults = Callable[[Seen], "Says | None"]


class ToyConsole:
    """A console at a port of its own."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.tokens = {TOKEN}
        self.stop: str | None = None
        self.accepts: list[int] | None = [1, 2]  # None: it is of a time when consoles did not say
        self.forbids: list[str] | None = None
        self.frozen: list[str] | None = []  # the safeguards in force; None: of a time when records were not told
        self.version: str | None = None  # what it says that it is of; None: it is of a time when consoles did not say
        self.teams = [{"id": TEAM, "name": "A", "org_id": ORG}]
        self.faults: Faults = lambda _: None
        self.after: Faults = lambda _: None
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "ToyConsole":
        """Listen, at the port of before where there was one."""
        console = self

        class Handler(_Handler):
            toy = console

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def over_tls(self, certificate: Path) -> str:
        """Listen anew, with this certificate; the address."""
        self.down()
        self.start()
        assert self._server
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        return self.url.replace("http:", "https:")

    def down(self) -> None:
        """Go away with all connections, as a killed process does."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def run(self) -> Run:
        """The only run there is."""
        assert len(self.memory.runs) == 1, f"{len(self.memory.runs)} runs"
        return next(iter(self.memory.runs.values()))

    def wait_for(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something is true of the console."""
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, [f"{s.method} {s.path}" for s in self.memory.seen][-10:]
            time.sleep(0.02)

    def answer(self, seen: Seen) -> Says:
        if seen.headers.get("authorization") not in {f"Bearer {token}" for token in self.tokens}:
            return Says(401, {"title": "Unauthorized", "status": 401})
        for pattern, answer in ROUTES:
            if found := re.fullmatch(pattern, f"{seen.method} {seen.path}"):
                with self.memory.lock:
                    return answer(self, seen, *found.groups())
        return Says(404, {"title": "Not found", "status": 404})

    def organizations(self, seen: Seen) -> Says:
        return Says(200, [{"id": ORG, "name": "Org", "teams": self.teams}])

    def known_teams(self, seen: Seen) -> Says:
        return Says(200, self.teams)

    def open_run(self, seen: Seen, verification: str, run: str) -> Says:
        self._check(uuid.UUID(run).version == 7, f"{run} is no UUIDv7")
        uuid.UUID(verification)
        self._check({"plan", "experiment", "client"} <= seen.body.keys(), f"PUT with {list(seen.body)}")
        new = run not in self.memory.runs
        self.memory.runs.setdefault(run, Run(verification, seen.body))
        ids = {"experiment_id": str(uuid.UUID(int=7)), "execution_id": str(uuid.uuid5(uuid.UUID(int=7), run))}
        told = {"id": run, "accepts": self.accepts, **ids}
        return Says(
            201 if new else 200,
            {key: value for key, value in told.items() if value},
            {"Content-Location": f"{self.url}/api/Org/A/runs/{run}"},
        )

    def record(self, seen: Seen, verification: str, run: str) -> Says:
        known = self.memory.runs.get(run)
        if known is None:
            return Says(404, {"title": "There is no such run"})
        first, entries = seen.body["from"], seen.body["entries"]
        self._check(len(entries) <= 10_000, "more than 10,000 entries")
        known.calls.append((time.monotonic(), len(entries)))
        if first > len(known.entries):
            return Says(409, {"next": len(known.entries)})
        for offset, entry in enumerate(entries):
            n = first + offset
            self._check(entry["n"] == n, f"entry {entry['n']} sent as {n}")
            if n < len(known.entries):
                self._check(known.entries[n] == entry, f"entry {n} is another one now")
            else:
                known.entries.append(entry)
        frozen = {} if self.frozen is None else {"safeguards": self.frozen}
        return Says(202, {"next": len(known.entries), "stop": self.stop, **frozen})

    def end(self, seen: Seen, verification: str, run: str) -> Says:
        known = self.memory.runs.get(run)
        if known is None:
            return Says(404)
        self._check(known.entries[-1]["kind"] == "end", "an end before the record's own")
        self._check({"journal", "insight"} <= seen.body.keys(), "an end without journal and insight")
        known.ends.append(seen.body)
        return Says(200, {})

    def experiment(self, seen: Seen) -> Says:
        name = str(uuid.uuid4())
        self.memory.experiments[name] = seen.body["experiment"]
        return Says(201, {"id": name})

    def create(self, seen: Seen, experiment: str) -> Says:
        self._check(experiment in self.memory.experiments, f"an execution of {experiment}, which is unknown")
        name = str(uuid.UUID(seen.body["id"]))
        if self.memory.executions.get(name, {}).get("status") in (None, "running"):
            self.memory.executions[name] = seen.body["journal"]
        return Says(201, {"id": name}, {"Content-Location": f"{self.url}/api/Org/A/executions/{name}"})

    def update(self, seen: Seen, experiment: str, execution: str) -> Says:
        if execution not in self.memory.executions:
            return Says(404)
        self.memory.executions[execution] = seen.body["journal"]
        return Says(204)

    def fetch(self, seen: Seen, experiment: str, execution: str) -> Says:
        found = self.memory.executions.get(execution)
        place = {"Content-Location": f"{self.url}/api/Org/A/executions/{execution}"}
        return Says(200, {"id": execution, "journal": found}, place) if found else Says(404)

    def event(self, seen: Seen, experiment: str, execution: str) -> Says:
        self._check(execution in self.memory.executions, "an event of an unknown execution")
        self._check(seen.headers["content-type"] == "application/cloudevents+json", seen.headers["content-type"])
        self._check(isinstance(seen.body["data"], str), "data is no JSON string")
        self.memory.events.append((execution, seen.body))
        return Says(201, {})

    def policies(self, seen: Seen, experiment: str, execution: str) -> Says:
        names = [{"id": str(uuid.uuid4()), "name": name} for name in self.forbids or []]
        return Says(200, {"allowed": self.forbids is None, "policies": names})

    def _check(self, good: bool, problem: str) -> None:
        if not good:
            self.memory.problems.append(problem)


ROUTES: list[tuple[str, Callable[..., Says]]] = [
    (r"HEAD /", lambda toy, seen: Says(200)),
    (r"GET /api/v1/organizations", ToyConsole.organizations),
    (rf"GET /api/v1/organizations/{ORG}/teams", ToyConsole.known_teams),
    (rf"PUT {T}/verifications/([^/]+)/runs/([^/]+)", ToyConsole.open_run),
    (rf"POST {T}/verifications/([^/]+)/runs/([^/]+)/record", ToyConsole.record),
    (rf"POST {T}/verifications/([^/]+)/runs/([^/]+)/end", ToyConsole.end),
    (rf"POST {T}/experiments", ToyConsole.experiment),
    (rf"POST {T}/experiments/([^/]+)/executions", ToyConsole.create),
    (rf"PUT {T}/experiments/([^/]+)/executions/([^/]+)", ToyConsole.update),
    (rf"GET {T}/experiments/([^/]+)/executions/([^/]+)", ToyConsole.fetch),
    (rf"POST {T}/experiments/([^/]+)/executions/([^/]+)/events", ToyConsole.event),
    (rf"GET {T}/experiments/([^/]+)/executions/([^/]+)/policies", ToyConsole.policies),
]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break are what is tested here."""


class _Handler(BaseHTTPRequestHandler):
    toy: ToyConsole
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.toy._open.add(self.connection)

    def finish(self) -> None:
        self.toy._open.discard(self.connection)
        super().finish()

    def log_message(self, *_: Any) -> None:
        """Nothing is told."""

    def serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        data = gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw
        self.toy._check(len(data) <= MOST_BYTES or "/record" not in self.path, "more than 4 MiB")
        seen = Seen(self.command, self.path, headers, json.loads(data) if data else None, self.client_address[1])
        self.toy.memory.seen.append(seen)
        says = self.toy.faults(seen) or self.toy.answer(seen)
        if says is not BREAK:
            says = self.toy.after(seen) or says
        self.respond(says)

    def respond(self, says: Says) -> None:
        if says is BREAK:  # with a reset, so that nobody takes it for an ending
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        body = b"" if says.body is None else json.dumps(says.body).encode()
        self.send_response(says.status)
        version = {"RTK-Version": self.toy.version} if self.toy.version else {}
        for key, value in {"Content-Type": "application/json", **version, **says.headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_HEAD = serve  # noqa: N815 - the names the base looks for
