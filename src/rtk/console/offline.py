"""What commands do with a console's database, whether the console runs or not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from rtk.console import options
from rtk.console.place import DataDirectory, private
from rtk.console.postgres import Postgres
from rtk.console.up import check_own, check_settings, database
from rtk.errors import BadInput


@contextmanager
def reached(place: DataDirectory) -> Iterator[ModuleType]:
    """`rtk.console.inside` with the database of a console: of the one that runs, else started meanwhile.

    Raises InUse while a console is starting.
    """
    if place.told():
        _sign(place)
        url = place.database_url()
        if url:
            check_own(url)
        inside = _django()
        if not url:
            inside.point_at(Postgres(place.path))
        try:
            yield inside
        finally:
            inside.close_connections()
        return
    place.prepare()
    with place.alone():
        _sign(place)
        check_settings()
        with database(place, _django) as inside:
            yield inside


def _sign(place: DataDirectory) -> None:
    os.environ["RTK_SECRET_KEY"] = options.text("RTK_SECRET_KEY") or place.key()


def _django() -> ModuleType:
    from rtk.console import inside

    return inside


def provision(place: DataDirectory, email: str, organization: str, team: str, token_file: Path) -> bool:
    """Make what is missing of a user, an organization, a team and a token; the token goes to `token_file`, mode 0600.

    False when the file had a good token already, so that nothing changed in it. Raises BadInput.
    """
    kept = ""
    try:
        kept = token_file.read_text().strip()
    except FileNotFoundError:
        pass  # a token is made for it
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"cannot read {str(token_file)!r}: {reason}; expected a file for a token") from None
    with reached(place) as inside:
        token = inside.provisioned(email, organization, team, kept)
    if token == kept:
        return False
    write_private(token_file, f"{token}\n")
    return True


def sign_in_link(place: DataDirectory, email: str, to: str = "/") -> str:
    """A link with which a user signs in at the console that runs from `place`. Raises BadInput, also when none does."""
    told = place.told()
    if not told:
        raise BadInput(f"no console runs from {str(place.path)!r}; 'rtk up' starts it")
    os.environ.update(RTK_PUBLIC_URL=str(told["url"]))
    with reached(place) as inside:
        return str(inside.sign_in_link(email, to))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises BadInput."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "w", opener=private) as file:
            file.write(text)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BadInput(f"cannot write {str(path)!r}: {error.strerror}") from None
