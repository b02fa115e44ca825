"""A secret that turns up everywhere it can is in nothing that is kept: no file of the run, no log, no table."""

import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rtk.report.write import FORMATS
from rtk.verify.redact import MASK
from tests.journey.real import Real
from tests.publish.given_away import NEVER_TOLD, given_away
from tests.publish.home import Home

pytestmark = pytest.mark.timeout(900)
TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Asked", self.path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is told."""


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a server that answers with what it was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def rows(connection: "psycopg.Connection[Any]") -> Iterator[tuple[str, str]]:
    """Every row of every table, as text; bytes are unpacked."""
    for schema, table in connection.execute(TABLES).fetchall():
        for row in connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))):
            yield f"{schema}.{table}", " ".join(map(_text, row))


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return json.dumps(value, default=str, ensure_ascii=False)
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return str(value.decode(errors="replace"))


def files(directory: Path, sources: tuple[Path, ...]) -> dict[str, str]:
    """What is in the files below a directory that are not the secrets' own."""
    found = [path for path in directory.rglob("*") if path.is_file() and path not in sources]
    return {str(path): path.read_text(errors="replace") for path in found}


def test_a_secret_is_in_no_file_log_or_table(real: Real, echo: str, tmp_path: Path) -> None:
    environ = {"RTK_URL": real.url, "RTK_TOKEN": real.token, "CI": "1"}
    home = Home(tmp_path, environ, flags=("--log-file", "run.log", "--log-file-level", "debug"))
    source = tmp_path / given_away(home, echo)
    controls = home.write("c.json", {"c": {"provider": {"type": "python", "module": "chaoscloud.controls"}}})
    reports = [word for form in FORMATS for word in ("--report", f"report{form}")]
    verified = home.chaos("--verbose", "verify", *reports, source.name)
    assert "Verdict" in verified.out, verified.out
    kept = files(tmp_path, (source,)) | {"what verify printed": verified.out}
    executed = home.chaos("run", "--control-file", controls, source.name)
    assert "Execution available at" in executed.out, executed.out
    assert home.chaos("publish", "--pending").code == 0
    logs = {path.name: path.read_text(errors="replace") for path in real.rtk.data.glob("*.log*")}
    with real.postgres.connect() as connection:
        stored = list(rows(connection))
    whole = "\n".join(text for _, text in stored)
    assert all(word in whole for word in ("argument", "failing", "X-Asked", MASK)), "the runs are not there"
    assert {"journal.json", "report.html", "run.log"} <= {Path(name).name for name in kept}
    for where, text in (*kept.items(), *logs.items(), *stored):
        for secret in (*NEVER_TOLD, real.token):
            assert secret not in text, f"{where}: {secret} in {text[:2000]}"
