"""Who runs the database. PostgreSQL refuses to be run by root, so root hands it to somebody who may do nothing else.

That somebody is the owner of the data directory, where it belongs to another than root, else `nobody`. No user is
made and no directory is opened to others: what cannot be reached is said, or, for the programs, copied beside the data.
"""

import os
import pwd
from pathlib import Path
from typing import Any, NamedTuple

from rtk.errors import BadInput


class Owner(NamedTuple):
    """A user of this machine. `other` when it is not who we are, which only root can have."""

    name: str
    uid: int
    gid: int
    other: bool

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs in order to start a program as this user, with no group besides its own."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}

    def give(self, path: Path) -> None:
        """Make a file or directory this user's."""
        if self.other:
            os.chown(path, self.uid, self.gid)


def owner_of(place: Path) -> Owner:
    """Who is to run the database whose directory is `place`, which need not be there yet.

    Raises BadInput when that is a user without a name, which PostgreSQL refuses as well.
    """
    uid = os.geteuid()
    if uid != 0:
        return _named(uid, other=False)
    theirs = place.stat().st_uid if place.exists() else 0
    return _named(theirs or pwd.getpwnam("nobody").pw_uid, other=True)


def _named(uid: int, *, other: bool) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise BadInput(
            f"the user with the number {uid} has no name on this machine, and PostgreSQL wants one: "
            "add it to /etc/passwd, or name your own PostgreSQL in DATABASE_URL"
        ) from None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, other)
