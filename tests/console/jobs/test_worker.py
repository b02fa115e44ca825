"""`rtk worker`, by the real command."""

import signal
from pathlib import Path

from rtk.console.postgres import Postgres
from tests.console.commands import Rtk, refused

KEY = "k" * 50


def test_without_a_database_that_it_shares_it_is_refused(data: Path) -> None:
    assert refused(Rtk(data).run("worker")) == (
        "a worker shares a PostgreSQL with consoles; expected its address in DATABASE_URL "
        "(a console with the database that comes along does all work itself)"
    )


def test_without_their_key_it_is_refused(data: Path) -> None:
    said = refused(Rtk(data).run("worker", DATABASE_URL="postgresql://rtk@127.0.0.1:1/rtk"))
    assert said.startswith(f"there is no secret key in {str(data)!r}; expected that of the consoles in RTK_SECRET_KEY")


def test_it_is_at_work_until_it_is_told_to_end(postgres: Postgres, data: Path) -> None:
    with postgres.connect("postgres") as server:
        server.execute("CREATE DATABASE worked")
    url = postgres.url().replace("@/rtk?", "@/worked?")
    try:
        worker = Rtk(data, {"DATABASE_URL": url, "RTK_SECRET_KEY": KEY}).begin("worker")
        assert worker.stdout
        assert worker.stdout.readline() == "The worker is at work. Ctrl-C ends it.\n"
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=30)
        assert (worker.returncode, said) == (0, "")
        with postgres.connect("worked") as database:
            assert database.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)
    finally:
        with postgres.connect("postgres") as server:
            server.execute("DROP DATABASE worked WITH (FORCE)")
