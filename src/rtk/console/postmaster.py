"""What PostgreSQL writes into postmaster.pid, and whether the process it names really is that PostgreSQL.

A pid that exists is not enough: after a crash or in a container another process soon has the same one, which must
neither be taken for the database nor be sent a signal.

What cannot be looked at, as when this process may open no more files, raises OSError: it says nothing of the server.
Taken for one that is gone, a server would lose its lock file, and end.
"""

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_GONE = (FileNotFoundError, ProcessLookupError)


class Postmaster(NamedTuple):
    """A running database: its process, the directory of its socket, and whether it takes connections."""

    pid: int
    socket: str
    ready: bool


def postmaster(data: Path) -> Postmaster | None:
    """The database that runs in the data directory `data`; None when none does."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError, IndexError):
        return None
    if not is_postgres(pid, data):
        return None
    socket = lines[4] if len(lines) > 4 else ""
    return Postmaster(pid, socket, ready=bool(socket) and len(lines) > 7 and lines[7].strip() == "ready")


def is_in_the_way(lock: Path, data: Path) -> bool:
    """Whether a lock file that no server of `data` keeps would stop PostgreSQL from starting.

    It does when another process has its pid by now, or nobody has taken note yet that the server ended, and when
    nothing is in it, as after a power cut.
    """
    try:
        pid = int(lock.read_text().split()[0])
        if pid > 0:
            os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return not is_postgres(pid, data)
    except (ValueError, IndexError, OverflowError):
        return True
    return not is_postgres(pid, data)


def is_postgres(pid: int, data: Path) -> bool:
    """Whether a process is the PostgreSQL of that data directory: its command names both. A zombie is not."""
    if _PROC.is_dir():
        try:
            line = (_PROC / str(pid) / "cmdline").read_bytes()
        except (*_GONE, PermissionError):
            return False
        program, *words = [part.decode(errors="replace") for part in line.split(b"\0")]
    else:
        # Without /proc a command comes as one line; the launcher writes the data directory between -D and -c.
        ps = ["ps", "-o", "args=", "-p", str(pid)]
        listed = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
        program, _, rest = listed.partition(" -D ")
        words = [rest.partition(" -c ")[0]] if rest else []
    return Path(program).name == "postgres" and str(data) in words


def children_in(data: Path) -> list[int]:
    """Processes of a PostgreSQL that work in the data directory, such as those whose postmaster was killed.

    Always empty where there is no /proc.
    """
    found = []
    for entry in _PROC.glob("[0-9]*"):
        with suppress(*_GONE, PermissionError):
            if (entry / "cwd").readlink() == data and (entry / "cmdline").read_bytes().startswith(b"postgres"):
                found.append(int(entry.name))
    return found
