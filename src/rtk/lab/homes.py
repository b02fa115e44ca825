"""What of the machine is somebody's own, wherever it lies: homes, and directories of state, data and secrets.

A home may lie below a directory that instances are lent, such as /opt/home. There it is covered, whoever's it is.
"""

import os
import pwd
from collections.abc import Iterable, Mapping
from pathlib import Path

from rtk.errors import BadInput

NAMED_BY = (
    "HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "RTK_DATA",
    "TMPDIR",
)
_SHARED = ("/opt/home", "/usr/home", "/usr/local/home", "/nix/home", "/gnu/home")  # of people no list names
_PROGRAMS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share")
# An instance without these could run nothing. Users of the system, such as `daemon`, have some of them as a home.
_SYSTEM = frozenset(
    {Path("/"), *(Path("/", part) for part in ("etc", "gnu", "gnu/store", "nix", "nix/store", "sys", "usr", "var"))}
    | {Path(base, part) for base in ("/", "/usr", "/usr/local") for part in _PROGRAMS}
    | {Path("/usr/local")}
)


def private(
    lent: Iterable[Path], environ: Mapping[str, str] = os.environ, homes: Iterable[str] | None = None
) -> list[Path]:
    """Return the directories below what is lent that are somebody's own, as they lie; none is within another."""
    if homes is None:
        homes = [user.pw_dir for user in pwd.getpwall()]
    places = [*(environ.get(name, "") for name in NAMED_BY), *homes, *_SHARED]
    # Ours is covered also where what a variable names is a directory of the system.
    places += [f"{environ[name]}/rtk" for name in NAMED_BY[1:] if environ.get(name)]
    found = {Path(place).resolve() for place in places if place.startswith("/")} - _SYSTEM
    lent = list(lent)
    below = sorted(place for place in found if any(place.is_relative_to(each) for each in lent))
    # Where this user may not look, nor may the instance: `isdir` says no there.
    below = [place for place in below if os.path.isdir(place)]  # noqa: PTH112  Path.is_dir would raise
    return [place for place in below if not any(other in found for other in place.parents)]


def refuse_system_home(environ: Mapping[str, str] = os.environ) -> None:
    """Raise BadInput where the user's home is a directory that instances cannot do without."""
    home = Path(environ.get("HOME") or Path.home()).resolve()
    if home in _SYSTEM - {Path("/")}:
        raise BadInput(
            f"HOME is {str(home)!r}, which instances need to be lent whole, so they could read what is yours in it; "
            "expected a directory of your own"
        )
