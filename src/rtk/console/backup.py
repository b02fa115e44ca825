"""A console's whole database in one file, and back: by PostgreSQL's own pg_dump and pg_restore.

The key that signs sessions and links is not in it: whoever has a backup cannot sign in with it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from rtk.console import options
from rtk.console.binaries import installed
from rtk.console.place import DataDirectory, private
from rtk.console.postgres import Postgres
from rtk.console.up import check_own
from rtk.errors import BadInput, ToolkitError

_BEGINNING = b"PGDMP"  # of every file in pg_dump's custom format
_OF_OURS = "people_user"  # a table that each console has
_EMPTY = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"


class CannotBackUp(ToolkitError):
    """pg_dump, pg_restore or psql did not do it."""


def backup(place: DataDirectory, file: Path) -> int:
    """Write everything into `file`, mode 0600, whole or not at all; its size in bytes. A console may run meanwhile.

    Raises CannotBackUp or BadInput.
    """
    if not holds_data(place):
        raise BadInput(f"there is no database in {str(place.path)!r}; expected the data directory of a console")
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        with open(unfinished, "wb", opener=private) as out, _database(place) as url:
            _run([_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--dbname={url}"], out)
        unfinished.replace(file)
        return file.stat().st_size
    except OSError as error:
        raise BadInput(f"cannot write {str(file)!r}: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def restore(place: DataDirectory, file: Path, sure: Callable[[], object] = lambda: None) -> None:
    """Put everything in `file` in the place of what the database holds, in one transaction: all of it or nothing.

    `sure` is called before data is replaced; it may raise. Raises InUse while a console runs, BadInput for a file that
    is no backup, CannotBackUp.
    """
    check(file)
    place.prepare()
    with place.alone():
        if holds_data(place):
            sure()
        with _started(place) as url:
            _replace(file, url)


def check(file: Path) -> None:
    """Raise BadInput unless a file is a console's backup, as far as its beginning tells."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(_BEGINNING))
    except OSError as error:
        raise BadInput(f"cannot read {str(file)!r}: {error.strerror}") from None
    if beginning == _BEGINNING:
        with suppress(CannotBackUp):  # cut off, or of something else
            if _OF_OURS in _run([_program("pg_restore"), "--list", str(file)]):
                return
    raise BadInput(f"{str(file)!r} is no backup of a console; expected a file that 'rtk backup' wrote")


def holds_data(place: DataDirectory) -> bool:
    """Whether there is a database, which a restore would replace."""
    return bool(place.database_url()) or (place.path / "database" / "PG_VERSION").exists()


def _replace(file: Path, url: str) -> None:
    """One process writes the file as SQL, another executes it and is killed, which undoes all, when the first fails."""
    read = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    execute = [_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    execute += ["--output=/dev/null", f"--dbname={url}", f"--command={_EMPTY}", "--file=-"]
    with (
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reading,
        subprocess.Popen(execute, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as executing,
    ):
        assert reading.stdout is not None
        assert executing.stdin is not None
        took_all = _passed(partial(_copy, reading.stdout, executing.stdin))
        if not took_all:
            reading.kill()  # psql has ended before it took the rest; it says why
        elif reading.wait() != 0:
            executing.kill()
            _passed(executing.stdin.close)
            raise CannotBackUp(f"{str(file)!r} cannot be read to its end: {_told(reading)}")
        _passed(executing.stdin.close)
        if executing.wait() != 0 or not took_all:
            raise CannotBackUp(f"{str(file)!r} could not be restored: {_told(executing)}")


def _passed(write: Callable[[], object]) -> bool:
    """Write to another process, and return whether it still reads."""
    try:
        write()
    except BrokenPipeError:
        return False
    return True


def _copy(script: IO[bytes], to: IO[bytes]) -> None:
    """Copy what pg_restore writes, without the setting among its first lines that servers before 17 do not know."""
    for line in script:
        if not line.startswith(b"SET transaction_timeout"):
            to.write(line)
        if line.startswith(b"SET row_security"):  # the last of those lines
            break
    shutil.copyfileobj(script, to)


@contextmanager
def _database(place: DataDirectory) -> Iterator[str]:
    """The URL of a console's database: of the one that runs, else started for this."""
    if place.told():
        yield place.database_url() or Postgres(place.path).url()
        return
    place.prepare()
    with place.alone(), _started(place) as url:
        yield url


@contextmanager
def _started(place: DataDirectory) -> Iterator[str]:
    if url := options.text("DATABASE_URL"):
        check_own(url)
        yield url
        return
    postgres = Postgres(place.path)
    try:
        postgres.start()
        yield postgres.url()
    finally:
        postgres.stop()


def _program(name: str) -> str:
    return str(installed() / "bin" / name)


def _run(command: list[str], out: IO[bytes] | None = None) -> str:
    done = subprocess.run(command, stdout=out or subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise CannotBackUp(f"{Path(command[0]).name} failed: {_said(done.stderr.decode(errors='replace'))}")
    return (done.stdout or b"").decode(errors="replace")


def _told(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    return _said(process.stderr.read().decode(errors="replace"))


def _said(text: str) -> str:
    """The first error that a program reported, without its own name."""
    lines = [line for line in text.splitlines() if "error:" in line.lower()] or text.splitlines() or ["no reason given"]
    return re.split("error:", lines[0], maxsplit=1, flags=re.IGNORECASE)[-1].strip()
