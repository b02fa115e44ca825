"""`rtk up` and everything about a console that runs, by the real commands on a real data directory."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from rtk.console.console_process import ConsoleEnd, stop
from rtk.console.console_status import status
from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres
from rtk.console.server import listen
from tests.console.commands import Rtk, get, refused, url_in
from tests.console.conftest import place

pytestmark = pytest.mark.timeout(300)
PATIENCE = 60.0  # seconds
PROVISION = ("provision", "--email", "a@example.org", "--organization", "Acme", "--team", "Web", "--token-file")


@pytest.fixture(scope="module")
def rtk() -> Iterator[Rtk]:
    """Commands about one data directory, made once by the tests below."""
    with place() as directory:
        commands = Rtk(Path(directory) / "a data directory")
        yield commands
        commands.run("down")


@pytest.fixture
def up(rtk: Rtk) -> str:
    """The address of its console, which runs."""
    if not status(DataDirectory(rtk.data)).answers:
        done = rtk.run("up", "--detach", "--port", 0)
        assert done.returncode == 0, done.stderr
    return str(DataDirectory(rtk.data).told()["url"])


@pytest.fixture
def down(rtk: Rtk) -> None:
    """Its console does not run."""
    stop(DataDirectory(rtk.data))


def until(true: Callable[[], bool], limit: float = PATIENCE) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_the_first_time_it_says_where_it_is_and_how_the_first_user_signs_up(rtk: Rtk) -> None:
    done = rtk.run("up", "--detach", "--port", 0)
    assert done.returncode == 0, done.stderr
    url = url_in(done.stdout)
    assert url.startswith("http://localhost:")
    link = done.stdout.splitlines()[-1].strip()
    assert link.startswith(f"{url}/welcome/")
    with requests.Session() as browser:
        browser.trust_env = False
        page = browser.get(link, timeout=30)
    assert (page.status_code, 'type="password"' in page.text) == (200, True)


def test_it_answers_and_says_how_it_is(rtk: Rtk, up: str) -> None:
    assert get(f"{up}/health")[0] == 200
    done = rtk.run("status")
    assert done.returncode == 0
    assert f"console   {up}, answers\n" in done.stdout
    assert "database  PostgreSQL in the data directory, process " in done.stdout


def test_what_it_writes_is_for_its_owner_alone(rtk: Rtk, up: str) -> None:
    files = [path for path in rtk.data.iterdir() if path.is_file()]
    assert {"console.json", "console.log", "database.log", "secret-key"} <= {path.name for path in files}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_second_one_is_refused_and_told_where_the_first_is(rtk: Rtk, up: str) -> None:
    for words in (("up", "--port", 0), ("up", "--port", 0, "--detach")):
        assert f"already, at {up}; 'rtk down' stops it" in refused(rtk.run(*words))


def test_machines_get_a_token_once_with_the_console_running(rtk: Rtk, up: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    assert rtk.run(*PROVISION, file).stdout == f"{file}: a new token\n"
    token = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rtk.run(*PROVISION, file).stdout == f"{file}: its token is still good\n"
    assert file.read_text().strip() == token
    status, body = get(f"{up}/api/v1/organizations", Authorization=f"Bearer {token}")
    assert (status, '"Acme"' in body) == (200, True)


def test_a_command_that_would_use_another_database_than_the_console_is_refused(rtk: Rtk, up: str, data: Path) -> None:
    another = Rtk(rtk.data, {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"})
    for words in (("backup", data), (*PROVISION, data)):
        assert refused(another.run(*words)).endswith("uses the database in its data directory; unset DATABASE_URL here")


def test_provisioning_refuses_what_it_cannot_use(rtk: Rtk, up: str, tmp_path: Path) -> None:
    assert "cannot read" in refused(rtk.run(*PROVISION, tmp_path / "x", "--token-file", "/dev/null/x"))
    wrong = (
        "provision",
        "--email",
        "nobody",
        "--organization",
        "Acme",
        "--team",
        "Web",
        "--token-file",
        tmp_path / "x",
    )
    assert "nobody" in refused(rtk.run(*wrong))
    assert not (tmp_path / "x").exists()


def test_its_database_is_started_again_when_it_died(rtk: Rtk, up: str) -> None:
    running = Postgres(rtk.data).running()
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    until(lambda: (now := Postgres(rtk.data).running()) is not None and now.pid != running.pid and now.ready)
    until(lambda: get(f"{up}/health")[0] == 200)


def test_after_a_kill_it_comes_up_again_with_the_database_that_stayed(rtk: Rtk, up: str) -> None:
    os.kill(int(DataDirectory(rtk.data).told()["pid"]), signal.SIGKILL)
    until(lambda: not DataDirectory(rtk.data).in_use())
    stayed = Postgres(rtk.data).running()
    assert stayed is not None
    assert "console   not running" in status(DataDirectory(rtk.data)).lines
    assert rtk.run("up", "--detach", "--port", 0).returncode == 0
    assert Postgres(rtk.data).running() == stayed


def test_what_a_running_console_holds_is_backed_up_and_comes_back(rtk: Rtk, up: str, tmp_path: Path) -> None:
    assert rtk.run(*PROVISION, tmp_path / "token").returncode == 0
    held = _everything(rtk)
    done = rtk.run("backup", tmp_path / "b.dump")
    assert (done.returncode, " MiB" in done.stdout) == (0, True), done.stderr
    assert "already, at" in refused(rtk.run("restore", "--yes", tmp_path / "b.dump"))
    rtk.run("down")
    with _database(rtk) as connection:
        connection.execute("TRUNCATE people_user CASCADE; DROP TABLE store_measurement; CREATE TABLE since (n int)")
    done = rtk.run("restore", "--yes", tmp_path / "b.dump")
    assert done.returncode == 0, done.stderr
    assert _everything(rtk) == held


@contextmanager
def _database(rtk: Rtk) -> Iterator["psycopg.Connection[Any]"]:
    """Its database, whether the console runs or not."""
    server = Postgres(rtk.data)
    started = server.start()
    try:
        with server.connect() as connection:
            yield connection
    finally:
        if started:
            server.stop()


def _everything(rtk: Rtk) -> dict[str, int]:
    """How many rows each of its tables has."""
    with _database(rtk) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counts = [connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for (name,) in names]
        return {name: row[0] for (name,), row in zip(names, counts, strict=True) if row}


def test_machines_get_a_token_with_the_console_not_running(rtk: Rtk, down: None, tmp_path: Path) -> None:
    done = rtk.run(*PROVISION, tmp_path / "another")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'another'}: a new token\n"), done.stderr
    assert Postgres(rtk.data).running() is None


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ('{"status": "newer tables"}', "answers, but a newer release changed the tables of its database: end it"),
        ('{"status": "no database"}', "answers, but its database takes no write within a second"),
        ("5", "does not answer"),
        ("[[", "does not answer"),
    ],
)
def test_the_status_says_what_a_console_says_that_is_not_ready(tmp_path: Path, answer: str, says: str) -> None:
    here = DataDirectory(tmp_path)
    here.prepare()
    with here.alone(), socket.create_server(("127.0.0.1", 0)) as door:
        told = {"url": "http://localhost", "pid": 1, "version": "0", "started": datetime.now(UTC).isoformat()}
        here.tell(port=door.getsockname()[1], **told)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(status, here)
            there, _ = door.accept()
            there.recv(65_536)
            there.sendall(f"HTTP/1.1 503 No\r\nContent-Length: {len(answer)}\r\n\r\n{answer}".encode())
            there.close()
            found = asked.result()
    assert not found.answers
    assert found.lines[0] == f"console   http://localhost, {says}"


def test_down_ends_a_database_that_a_killed_console_left(rtk: Rtk, down: None) -> None:
    left = Postgres(rtk.data)
    left.start()
    assert "database  PostgreSQL in the data directory, process " in "\n".join(status(DataDirectory(rtk.data)).lines)
    assert rtk.run("down").stdout == "stopped\n"
    assert left.running() is None


def test_in_the_foreground_it_ends_in_order_and_with_0(rtk: Rtk, down: None) -> None:
    with rtk.begin("up", "--port", "0") as process:
        assert process.stdout is not None
        url = url_in(process.stdout.readline())
        assert get(f"{url}/health")[0] == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert "Traceback" not in process.stdout.read()
    assert Postgres(rtk.data).running() is None


def test_ended_while_it_starts_it_leaves_no_database(rtk: Rtk, down: None) -> None:
    with rtk.begin("up", "--port", "0") as process:
        until(lambda: Postgres(rtk.data).running() is not None)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode in (0, 130), "Traceback" in said) == (True, False), said
    assert Postgres(rtk.data).running() is None


def test_down_ends_the_console_and_its_database(rtk: Rtk, up: str) -> None:
    assert rtk.run("down").stdout == "stopped\n"
    assert Postgres(rtk.data).running() is None
    done = rtk.run("status")
    assert (done.returncode, "console   not running" in done.stdout) == (1, True)
    assert rtk.run("down").stdout == f"no console runs from {rtk.data}\n"


def test_down_is_done_where_the_console_ends_by_itself_just_then(tmp_path: Path) -> None:
    place_of_it = DataDirectory(tmp_path)
    place_of_it.prepare()
    gone = subprocess.Popen(["true"])
    gone.wait()
    with ExitStack() as held:
        held.enter_context(place_of_it.alone())
        place_of_it.tell(pid=gone.pid)
        release = threading.Timer(0.1, held.close)
        release.start()
        assert stop(place_of_it) is ConsoleEnd.ENDED
        release.join()


_GOES_ON = """
import signal, sys, threading, time
from pathlib import Path
from rtk.console.place import DataDirectory
import os
place, ending = DataDirectory(Path(sys.argv[1])), threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ending.set() if sys.argv[2] == "lets go" else None)
threading.Thread(target=time.sleep, args=(600,)).start()  # a request under way: Python waits for it at its end
with place.alone():
    place.tell(pid=os.getpid())
    print("there", flush=True)
    while not ending.wait(0.05):
        pass
"""


@pytest.mark.parametrize("how", ["lets go", "stays"])
def test_down_kills_what_goes_on_whether_it_let_go_of_the_data_directory_or_not(tmp_path: Path, how: str) -> None:
    place_of_it = DataDirectory(tmp_path)
    place_of_it.prepare()
    command = [sys.executable, "-c", _GOES_ON, str(tmp_path), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        try:
            assert stop(place_of_it, patience=0.3) is ConsoleEnd.KILLED
            assert process.wait(1) == -signal.SIGKILL
        finally:
            process.kill()
    assert stop(place_of_it) is ConsoleEnd.NONE_RAN


@pytest.mark.parametrize("words", [("up",), ("up", "--detach")])
def test_a_port_in_use_is_refused_before_a_database_is_made(data: Path, words: tuple[str, ...]) -> None:
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        said = refused(Rtk(data).run(*words, "--port", port))
    assert said == f"port {port} of 127.0.0.1 is in use by another program; choose another with --port"
    assert not (data / "database").exists()


def test_a_database_of_ones_own_is_used_and_left_running(rtk: Rtk, postgres: Postgres, data: Path) -> None:
    with postgres.connect("postgres") as connection:
        connection.execute("CREATE DATABASE own")
    url = postgres.url().replace("@/rtk?", "@/own?")
    own = Rtk(data, {"DATABASE_URL": url})
    try:
        done = own.run("up", "--detach", "--port", 0)
        assert done.returncode == 0, done.stderr
        assert get(f"{url_in(done.stdout)}/health")[0] == 200
        assert "database  your own, named by DATABASE_URL" in Rtk(data).run("status").stdout
        assert "name it in DATABASE_URL" in refused(Rtk(data).run("backup", data / "b"))
        assert "name it in DATABASE_URL" in refused(Rtk(data).run(*PROVISION, data / "token"))
        assert not (data / "database").exists()
        assert own.run("down").stdout == "stopped\n"
    finally:
        stop(DataDirectory(data))
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM people_user").fetchone() == (0,)


def test_a_database_that_does_not_take_any_text_is_refused(postgres: Postgres, data: Path) -> None:
    with postgres.connect("postgres") as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    said = refused(Rtk(data, {"DATABASE_URL": postgres.url().replace("@/rtk?", "@/latin?")}).run("up", "--port", "0"))
    assert said.startswith("the database of DATABASE_URL has the encoding LATIN1; expected UTF8")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "the PostgreSQL of DATABASE_URL cannot be used: "),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL is not understood"),
        (
            {"RTK_PUBLIC_URL": "https://example.org/rtk"},
            "RTK_PUBLIC_URL is 'https://example.org/rtk'; expected",
        ),
        ({"RTK_PUBLIC_URL": "https://[x"}, "RTK_PUBLIC_URL is 'https://[x'; expected an address"),
        ({"RTK_OIDC_ISSUER": "https://id.example.org"}, "RTK_OIDC_ISSUER is set and RTK_OIDC_CLIENT_ID is not"),
        ({"RTK_HOST": "0.0.0.0"}, "unsafe beyond this machine: over plain http"),
        ({"RTK_PORT": "eight"}, "RTK_PORT is 'eight'; expected a whole number"),
        ({"RTK_MAIL_URL": "mail"}, "RTK_MAIL_URL is not understood"),
        ({"RTK_HOST": "192.0.2.1", "RTK_INSECURE_COOKIES": "yes"}, "cannot listen on 192.0.2.1"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_one_sentence(data: Path, environ: dict[str, str], said: str) -> None:
    assert refused(Rtk(data, {"RTK_PORT": "0", **environ}).run("up")).startswith(said)
    assert not (data / "database").exists()


def test_all_that_is_unsafe_is_said_also_by_one_that_was_to_run_by_itself(data: Path) -> None:
    done = Rtk(data, {"RTK_PORT": "0", "RTK_DEBUG": "yes"}).run("up", "--detach", "--host", "0.0.0.0")
    assert done.returncode == 1
    lines = [line.strip().removeprefix("rtk: ") for line in done.stderr.splitlines()]
    assert [line.split(" ")[4] for line in lines] == ["RTK_DEBUG", "over"]


def test_help_has_every_setting(data: Path) -> None:
    from rtk.console.options import OPTIONS

    said = Rtk(data).run("up", "--help").stdout
    assert all(option.name in said for option in OPTIONS)
