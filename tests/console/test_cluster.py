"""What a cluster is made with, and who is let in."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from rtk.console.cluster import CannotRunDatabase, admit, first_line, make
from rtk.console.owner import owner_of
from rtk.console.postgres import Postgres


def test_only_the_socket_lets_in_and_only_two_users(tmp_path: Path) -> None:
    owner = owner_of(tmp_path)
    admit(tmp_path, owner)
    lets_in = (tmp_path / "pg_hba.conf").read_text().splitlines()
    assert lets_in == ["local all rtk peer map=rtk", "local all rtk_console peer map=rtk"]
    me = pwd.getpwuid(os.geteuid()).pw_name
    lines = (tmp_path / "pg_ident.conf").read_text().splitlines()
    roles = ("rtk", "rtk_console")
    assert lines == [f'rtk "{name}" {role}' for name in sorted({owner.name, me}) for role in roles]
    assert stat.S_IMODE((tmp_path / "pg_hba.conf").stat().st_mode) == 0o600


def test_text_is_utf8_and_sorts_the_same_on_every_machine(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        encoding, provider = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider FROM pg_database WHERE datname = current_database()"
        ).fetchall()[0]
        checksums = connection.execute("SHOW data_checksums").fetchone()
    assert (encoding, provider, checksums) == ("UTF8", "b", ("on",))


def test_a_cluster_is_not_made_over_anything(postgres: Postgres) -> None:
    with pytest.raises(CannotRunDatabase, match=r"database' is not empty and holds no whole database") as told:
        make(postgres.data, postgres.program("initdb").parents[1], owner_of(postgres.place))
    assert "\n" not in str(told.value)


def test_why_a_cluster_cannot_be_made_is_one_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    (programs / "bin").mkdir(parents=True)
    script = "#!/bin/sh\ntouch $2/half\necho 'initdb: error: no space left' >&2\nexit 1\n"
    (programs / "bin" / "initdb").write_text(script)
    (programs / "bin" / "initdb").chmod(0o755)
    (tmp_path / "new-database-of-one-that-was-killed").mkdir()
    owner = owner_of(tmp_path)._replace(other=False)
    with pytest.raises(CannotRunDatabase, match=r"files could not be made in .*: no space left$"):
        make(tmp_path / "database", programs, owner)
    assert {path.name for path in tmp_path.iterdir()} == {"programs"}


def test_of_an_error_the_first_line_that_says_something_is_told() -> None:
    assert first_line(ValueError("\n  this \nthat")) == "this"
    assert first_line(ValueError()) == "ValueError"
