"""A data directory of PostgreSQL: made once, checked before each start, with who is let in written anew each time."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rtk.console.owner import Owner
from rtk.errors import BadInput, ToolkitError

USER = DATABASE = "rtk"
WORKER = "rtk_console"  # as whom the console works, who does not own the audit log
_PARTIAL = "new-database-"


class CannotRunDatabase(ToolkitError):
    """PostgreSQL could not be made, started or reached."""


def first_line(error: BaseException) -> str:
    """What an error says first."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def make(data: Path, programs: Path, owner: Owner) -> None:
    """Make an empty cluster in `data`, whole and on the disk or not at all. Raises CannotRunDatabase."""
    try:
        if data.exists() and any(data.iterdir()):
            raise CannotRunDatabase(f"{str(data)!r} is not empty and holds no whole database; move it away")
        for left in data.parent.glob(f"{_PARTIAL}*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=data.parent))
        try:
            owner.give(partial)
            initdb = str(programs / "bin" / "initdb")
            # Without --no-sync initdb flushes file by file, which takes twice as long as all at once at the end.
            options = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale-provider=builtin"]
            locale = ["--builtin-locale=C.UTF-8", "--locale=C", "--auth=reject", f"--username={USER}"]
            _run([initdb, "-D", str(partial), *options, *locale], partial, owner)
            _run([initdb, "-D", str(partial), "--sync-only"], partial, owner)
            partial.rename(data)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise CannotRunDatabase(f"PostgreSQL's files could not be made in {str(data)!r}: {error.strerror}") from None


def check(data: Path, programs: Path) -> None:
    """Refuse a cluster of another major release of PostgreSQL, which could not read it. Raises BadInput."""
    theirs = (data / "PG_VERSION").read_text().strip()
    ours = programs.name.removeprefix("pginstall")
    if theirs != ours:
        raise BadInput(
            f"the database in {str(data)!r} is of PostgreSQL {theirs}, this release brings {ours}: "
            "write 'rtk backup' with the release that made it, then 'rtk restore' with this one in an empty directory"
        )


def admit(data: Path, owner: Owner) -> None:
    """Let in whom the cluster belongs to and who starts it, by the socket alone, and nobody else."""
    # By `peer` the system itself says who is at the other end of the socket: no password lies anywhere.
    roles = (USER, WORKER)
    _write(data / "pg_hba.conf", "".join(f"local all {role} peer map=rtk\n" for role in roles), owner)
    names = sorted({owner.name, pwd.getpwuid(os.geteuid()).pw_name})
    known = [f'rtk "{name}" {role}\n' for name in names for role in roles]
    _write(data / "pg_ident.conf", "".join(known), owner)


def _write(path: Path, text: str, owner: Owner) -> None:
    path.write_text(text)
    path.chmod(0o600)
    owner.give(path)


def _run(command: list[str], data: Path, owner: Owner) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run(
        command, cwd=data.parent, env=environ, capture_output=True, text=True, check=False, **owner.options()
    )
    if done.returncode != 0:
        told = [line for line in done.stderr.splitlines() if "error:" in line or "FATAL:" in line]
        reason = re.split("error:|FATAL:", told[0])[-1].strip() if told else done.stderr[-200:].strip()
        raise CannotRunDatabase(f"PostgreSQL's files could not be made in {str(data.parent)!r}: {reason}")
