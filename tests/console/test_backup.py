"""Backups: everything in one file and back, all of it or nothing."""

import io
import stat
from pathlib import Path

import pytest

from rtk.console.backup import _copy, _replace, backup, check, restore
from rtk.console.place import DataDirectory, InUse
from rtk.console.postgres import Postgres
from rtk.errors import BadInput, ToolkitError
from tests.console.commands import Rtk
from tests.console.conftest import FOR_TESTS

PEOPLE = (
    "CREATE TABLE people_user (name text); INSERT INTO people_user SELECT 'user ' || n FROM generate_series(1, {}) n"
)


@pytest.fixture
def emptied(made: Path) -> DataDirectory:
    """A data directory with an empty database that does not run."""
    sql(DataDirectory(made), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return DataDirectory(made)


@pytest.fixture
def held(emptied: DataDirectory) -> DataDirectory:
    """The same, with three people in it."""
    fill(emptied, 3)
    return emptied


def fill(made: DataDirectory, people: int) -> None:
    sql(made, f"DROP TABLE IF EXISTS people_user; {PEOPLE.format(people)}")


def sql(made: DataDirectory, statement: str) -> list[tuple[object, ...]]:
    server = Postgres(made.path, FOR_TESTS)
    server.start()
    try:
        with server.connect() as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        server.stop()


def people(made: DataDirectory) -> object:
    return sql(made, "SELECT count(*) FROM people_user")[0][0]


def test_what_was_backed_up_comes_back_and_what_came_since_is_gone(held: DataDirectory, tmp_path: Path) -> None:
    file = tmp_path / "b.dump"
    assert backup(held, file) == file.stat().st_size > 0
    fill(held, 5)
    sql(held, "CREATE TABLE since (n int)")
    restore(held, file)
    assert people(held) == 3
    assert sql(held, "SELECT to_regclass('since')") == [(None,)]


def test_a_backup_is_for_its_owner_alone(held: DataDirectory, tmp_path: Path) -> None:
    backup(held, tmp_path / "b.dump")
    assert stat.S_IMODE((tmp_path / "b.dump").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.dump"]


def test_a_file_that_breaks_off_changes_nothing(held: DataDirectory, tmp_path: Path) -> None:
    fill(held, 50_000)
    whole, half = tmp_path / "b.dump", tmp_path / "half.dump"
    backup(held, whole)
    data = whole.read_bytes()
    half.write_bytes(data[: len(data) * 3 // 4])
    fill(held, 4)
    with pytest.raises(ToolkitError) as told:
        restore(held, half)
    assert "\n" not in str(told.value)
    assert people(held) == 4


@pytest.mark.parametrize("lingers", ["", "exec <&-; sleep 0.5; "])
def test_why_it_was_refused_is_said_however_soon_psql_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lingers: str
) -> None:
    programs = {
        "pg_restore": "exec yes",
        "psql": f"echo 'psql:x: ERROR:  must be owner of schema public' >&2; {lingers}exit 3",
    }
    (tmp_path / "bin").mkdir()
    for name, does in programs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setattr("rtk.console.backup.installed", lambda: tmp_path)
    with pytest.raises(ToolkitError, match=r"could not be restored: must be owner of schema public$"):
        _replace(tmp_path / "b.dump", "postgresql://nobody")


def test_settings_that_older_servers_do_not_know_are_left_out_and_data_is_not() -> None:
    settings = b"SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSET row_security = off;\n"
    data = b"COPY a FROM stdin;\nSET transaction_timeout = 0;\n\\.\n"
    copied = io.BytesIO()
    _copy(io.BytesIO(settings + data), copied)
    assert copied.getvalue() == settings.replace(b"SET transaction_timeout = 0;\n", b"") + data


@pytest.mark.parametrize("content", [b"", b"PGDMP", b"PGDMP and then nonsense", b"SELECT 1;"])
def test_what_is_no_backup_is_refused_before_anything_is_touched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(BadInput, match="is no backup of a console"):
        check(tmp_path / "b")


def test_a_backup_of_something_else_is_refused(emptied: DataDirectory, tmp_path: Path) -> None:
    backup(emptied, tmp_path / "b")
    with pytest.raises(BadInput, match="is no backup of a console"):
        check(tmp_path / "b")


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(held: DataDirectory, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot read .*none"):
        check(tmp_path / "none")
    with pytest.raises(BadInput, match=r"cannot write .*none/b"):
        backup(held, tmp_path / "none" / "b")


def test_where_there_is_no_database_none_is_made_for_a_backup(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no database in"):
        backup(DataDirectory(tmp_path / "data"), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_restored_under_a_console_that_runs(held: DataDirectory, tmp_path: Path) -> None:
    backup(held, tmp_path / "b.dump")
    asked: list[str] = []
    with held.alone(), pytest.raises(InUse):
        restore(DataDirectory(held.path), tmp_path / "b.dump", lambda: asked.append("sure?"))
    assert asked == []


def test_the_command_asks_before_it_replaces(held: DataDirectory, tmp_path: Path) -> None:
    backup(held, tmp_path / "b.dump")
    fill(held, 6)
    rtk = Rtk(held.path)
    refused = rtk.run("restore", tmp_path / "b.dump")
    assert (refused.returncode, people(held)) == (1, 6)
    done = rtk.run("restore", "--yes", tmp_path / "b.dump")
    assert (done.returncode, people(held)) == (0, 3), done.stderr
