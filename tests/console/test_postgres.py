"""The PostgreSQL that comes along, for real: made, started, found again, stopped, and what may be in its way."""

import os
import resource
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rtk.console.cluster import CannotRunDatabase
from rtk.console.owner import owner_of
from rtk.console.postgres import Postgres
from rtk.errors import BadInput
from tests.console.conftest import FOR_TESTS

ROOT = os.geteuid() == 0


@pytest.fixture
def stopped(made: Path) -> Iterator[Postgres]:
    """That cluster, which does not run."""
    server = Postgres(made, FOR_TESTS)
    yield server
    server.stop()


def one(server: Postgres) -> object:
    with server.connect() as connection:
        row = connection.execute("SELECT 1").fetchone()
    return row and row[0]


def test_it_starts_in_a_path_with_a_space_answers_and_stops(stopped: Postgres) -> None:
    assert stopped.start() is True
    assert one(stopped) == 1
    stopped.stop()
    assert stopped.running() is None


def test_what_was_written_is_there_after_a_stop(stopped: Postgres) -> None:
    stopped.start()
    with stopped.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    stopped.stop()
    stopped.start()
    with stopped.connect() as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
        connection.execute("DROP TABLE kept")


def test_a_server_that_runs_is_found_and_not_started_again(stopped: Postgres) -> None:
    stopped.start()
    other = Postgres(stopped.place)
    assert other.start() is False
    assert other.running() == stopped.running()
    other.stop()
    assert stopped.running() is None


def test_of_two_that_start_at_once_one_does(stopped: Postgres) -> None:
    began: list[bool] = []
    others = [Postgres(stopped.place, FOR_TESTS) for _ in range(2)]
    threads = [threading.Thread(target=lambda each=each: began.append(each.start())) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.stop()
    assert sorted(began) == [False, True]


def test_a_killed_server_is_started_again_with_all_that_was_committed(stopped: Postgres) -> None:
    stopped.start()
    with stopped.connect() as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE survivor AS SELECT 7 AS number")
    running = stopped.running()
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    assert stopped.start() is True
    with stopped.connect() as connection:
        assert connection.execute("SELECT number FROM survivor").fetchone() == (7,)
        connection.execute("DROP TABLE survivor")


def test_another_process_with_its_pid_is_neither_taken_for_it_nor_ended(stopped: Postgres) -> None:
    stopped.start()
    told = (stopped.data / "postmaster.pid").read_text().splitlines()
    stopped.stop()
    owner = owner_of(stopped.place)
    with subprocess.Popen(["sleep", "60"], **owner.options()) as other:
        (stopped.data / "postmaster.pid").write_text("\n".join([str(other.pid), *told[1:]]) + "\n")
        assert stopped.running() is None
        stopped.stop()
        assert other.poll() is None
        assert stopped.start() is True
        assert other.poll() is None
        other.kill()


def test_a_zombie_with_its_pid_is_not_taken_for_it(stopped: Postgres) -> None:
    zombie = subprocess.Popen(["true"])
    while Path(f"/proc/{zombie.pid}/stat").exists() and " Z " not in Path(f"/proc/{zombie.pid}/stat").read_text():
        time.sleep(0.01)
    for lock in (stopped.data / "postmaster.pid", stopped.place / "socket" / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{zombie.pid}\n{stopped.data}\n")
        assert stopped.running() is None
        assert stopped.start() is True
        stopped.stop()
    zombie.wait()


def test_a_file_emptied_by_a_power_cut_does_not_keep_it_from_starting(stopped: Postgres) -> None:
    (stopped.data / "postmaster.pid").write_text("")
    assert stopped.start() is True


def test_it_stops_at_once_though_somebody_is_connected(stopped: Postgres) -> None:
    stopped.start()
    connection = stopped.connect()
    began = time.monotonic()
    stopped.stop()
    assert time.monotonic() - began < 10
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_stopping_what_does_not_run_does_nothing(stopped: Postgres) -> None:
    stopped.stop()
    with pytest.raises(CannotRunDatabase, match="no PostgreSQL runs"):
        stopped.url()


def test_its_socket_is_in_a_directory_for_its_user_alone_and_no_port_is_open(stopped: Postgres) -> None:
    stopped.start()
    directory = Path(stopped.socket)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / ".s.PGSQL.5432").stat().st_mode) == 0o700
    with stopped.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.skipif(not ROOT, reason="only root can be somebody else")
def test_root_hands_it_to_nobody_and_opens_no_directory(stopped: Postgres) -> None:
    before = stat.S_IMODE(stopped.place.parent.stat().st_mode)
    stopped.start()
    running = stopped.running()
    assert running is not None
    assert Path(f"/proc/{running.pid}").stat().st_uid == owner_of(stopped.place).uid != 0
    assert stat.S_IMODE(stopped.place.parent.stat().st_mode) == before
    assert stat.S_IMODE(stopped.data.stat().st_mode) == 0o700


@pytest.mark.skipif(not ROOT, reason="only root can be somebody else")
def test_another_user_is_not_let_in_even_where_they_reach_the_socket(stopped: Postgres) -> None:
    stopped.start()
    Path(stopped.socket).chmod(0o711)
    (Path(stopped.socket) / ".s.PGSQL.5432").chmod(0o777)
    command = [str(stopped.program("psql")), "-h", stopped.socket, "-U", "rtk", "-c", "SELECT 1"]
    tried = subprocess.run(command, user=1, group=1, extra_groups=[], capture_output=True, text=True, check=False)
    assert tried.returncode != 0
    assert "Peer authentication failed" in tried.stderr


@pytest.mark.skipif(not ROOT, reason="an ordinary user's database is run by that user")
def test_a_role_is_let_in_also_by_a_server_that_an_older_release_started(stopped: Postgres) -> None:
    stopped.start()
    with stopped.connect() as connection:
        connection.execute("CREATE ROLE rtk_console LOGIN")
        (stopped.data / "pg_hba.conf").write_text("local all rtk peer map=rtk\n")
        connection.execute("SELECT pg_reload_conf()")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        refused_at_last(stopped)
    stopped.let_in("rtk_console")
    stopped.connect(user="rtk_console").close()
    with stopped.connect() as connection:
        connection.execute("DROP ROLE rtk_console")


def refused_at_last(server: Postgres) -> None:
    """A server reads its files again a moment after it was asked to."""
    for _ in range(500):
        server.connect(user="rtk_console").close()
        time.sleep(0.02)


def test_a_place_that_the_databases_user_cannot_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(BadInput, match=r"cannot enter .*choose another directory with --data"):
        Postgres(tmp_path / "data").start()


def test_a_long_path_has_its_socket_elsewhere_and_it_is_cleared_away(made: Path) -> None:
    long = made.parent / ("long" * 25)
    made.rename(long)
    try:
        server = Postgres(long, FOR_TESTS)
        server.start()
        directory = Path(server.socket)
        assert not directory.is_relative_to(long)
        assert one(server) == 1
        server.stop()
        assert not directory.exists()
    finally:
        long.rename(made)


def test_a_cluster_of_another_release_is_refused_with_the_way_out(stopped: Postgres) -> None:
    version = stopped.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("13\n")
    try:
        with pytest.raises(BadInput, match=r"is of PostgreSQL 13, .*'rtk backup'"):
            stopped.start()
    finally:
        version.write_text(ours)


def test_what_keeps_it_from_starting_is_said_in_one_sentence(made: Path) -> None:
    server = Postgres(made, {"shared_buffers": "a lot"})
    with pytest.raises(CannotRunDatabase, match=r"PostgreSQL does not start: .*shared_buffers") as told:
        server.start()
    assert "\n" not in str(told.value)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot use the data directory"):
        Postgres(tmp_path / "file" / "data").start()


def test_nothing_of_the_environment_reaches_it(stopped: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    stopped.start()
    assert (Path(stopped.socket) / ".s.PGSQL.5432").exists()


def test_a_server_that_cannot_be_looked_at_is_left_alone(postgres: Postgres) -> None:
    running = postgres.running()
    another = Postgres(postgres.place)
    owner = another._prepare()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(CannotRunDatabase, match="cannot be started: Too many open files"):
            another._ready(owner)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (postgres.data / "postmaster.pid").exists()
    assert postgres.running() == running
