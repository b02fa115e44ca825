"""Whether a console is of another version than this toolkit, and what to update then.

Both are updated at different times. A console says its version with every answer; one that does not is older than that.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import rtk

HEADER = "rtk-version"
# Bounded, as whatever answers there wrote it: it is shown, and its parts become numbers.
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,4}(?:[A-Za-z0-9.+-]{0,60})")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


class Age(StrEnum):
    """A console's version, compared with this toolkit's."""

    SAME = "same"
    OLDER = "older"
    NEWER = "newer"
    OTHER = "other"  # of the same release, from another state of its source


def told(headers: Mapping[str, str]) -> str:
    """Return the version that an answer names; empty where it names none. Names of headers are in lower case."""
    version = headers.get(HEADER, "")
    return version if _VERSION.fullmatch(version) else ""


def age_of(version: str, ours: str = rtk.__version__) -> Age:
    """Return how a console's version stands to ours. One that is not told is the same as far as anybody knows."""
    if version in ("", ours):
        return Age.SAME
    theirs, own = _release(version), _release(ours)
    return Age.OTHER if theirs == own else Age.OLDER if theirs < own else Age.NEWER


def remedy(name: str, root: str, version: str, ours: str = rtk.__version__) -> str:
    """Return what may be of another version, and what to update, as the end of a sentence; empty where all is alike."""
    both = f"; {name} is of version {version} and this toolkit of {ours}: "
    return {
        Age.SAME: "",
        Age.OLDER: f"{both}update the console, or `{_install(root)}` for the toolkit that belongs to it",
        Age.NEWER: f"{both}`{_install(root)}` updates the toolkit",
        Age.OTHER: f"{both}`{_install(root)}` installs the toolkit that belongs to it",
    }[age_of(version, ours)]


def outdated(root: str, version: int, taken: Sequence[object]) -> str:
    """Return what to update where a console takes none of our version of the record."""
    oldest = min((each for each in taken if isinstance(each, int)), default=0)
    return f"update the toolkit: `{_install(root)}`" if version < oldest else "update the console"


def _install(root: str) -> str:
    return f"pip install --upgrade --requirement {root}/client/requirements.txt"


def _release(version: str) -> tuple[int, ...]:
    found = _RELEASE.match(version)
    numbers = [int(each) for each in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
